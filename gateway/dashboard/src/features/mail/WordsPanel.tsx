import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { LANGUAGES } from '@/shared/languages';
import { useSession } from '@/shared/session';
import { NoticeName } from '@/shared/notices';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { forgetWords, noticesQuery, preview, sayPolicy, sayWords, type NoticeKind, type Words } from './mail-api';

const NAMES: Record<string, string> = LANGUAGES;

/** In which words payers are told, notice by notice. */
export function WordsPanel() {
  const query = useQuery(noticesQuery);
  return <Loaded query={query} lines={6}>{(kinds) => <>{kinds.map((kind) => <Kind key={kind.notice} kind={kind} />)}</>}</Loaded>;
}

function Kind({ kind }: { kind: NoticeKind }) {
  const { t } = useLingui();
  const { has } = useSession();
  const treasurer = has('treasurer');
  const policy = useAction<{ enabled: boolean; enclosed: boolean }, NoticeKind>({ run: (next) => sayPolicy(kind.notice, next), refresh: [['mail', 'notices']] });
  return (
    <Panel title={<NoticeName notice={kind.notice} />}>
      <div className="toolbar">
        <Checkbox label={t`Send it`} checked={kind.enabled} disabled={!treasurer || policy.busy} onChange={(event) => policy.run({ enabled: event.currentTarget.checked, enclosed: kind.enclosed })} />
        <Checkbox label={t`Enclose the document, where there is one`} checked={kind.enclosed} disabled={!treasurer || policy.busy} onChange={(event) => policy.run({ enabled: kind.enabled, enclosed: event.currentTarget.checked })} />
      </div>
      <ProblemNotice error={policy.error} />
      <ul className="plain">{kind.words.map((words) => (
        <li key={words.language} className="split">
          <span><b>{NAMES[words.language] ?? words.language}</b> <span className="soft" lang={words.language}>{words.subject}</span>{words.own && <> <Pill tone="info"><Trans>Own words</Trans></Pill></>}</span>
          {treasurer && <DialogButton wide size="compact-sm" label={<Trans>Change</Trans>} title={t`Words in ${NAMES[words.language] ?? words.language}`}>{(close) => <WordsForm kind={kind} words={words} close={close} />}</DialogButton>}
        </li>
      ))}</ul>
    </Panel>
  );
}

function WordsForm({ kind, words, close }: { kind: NoticeKind; words: Words; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ subject: words.subject, body: words.body });
  const [place, setPlace] = useState('');
  const save = useAction<void, NoticeKind>({ run: () => sayWords(kind.notice, words.language, form.values), refresh: [['mail', 'notices']], said: () => t`Mails from now on will say so`, done: close });
  const back = useAction<void, NoticeKind>({ run: () => forgetWords(kind.notice, words.language), refresh: [['mail', 'notices']], done: close });
  const look = useAction<void, { subject: string; body: string }>({ run: () => preview({ notice: kind.notice, language: words.language, ...form.values }) });
  const insert = (name: string) => { if (name) form.set('body', `${form.values.body}{${name}}`); setPlace(''); };
  return (
    <form className="form" onSubmit={onSubmit(() => save.run())}>
      <TextInput required label={t`Subject`} maxLength={150} lang={words.language} {...form.text('subject', save)} data-autofocus />
      <Textarea required label={t`Text`} description={t`What stands in braces is filled in for each payer.`} autosize minRows={8} maxRows={18} maxLength={5000} lang={words.language} {...form.text('body', save)} />
      <NativeSelect label={t`Add a place`} value={place} onChange={(event) => insert(event.currentTarget.value)} data={[{ value: '', label: '…' }, ...kind.places.map((name) => ({ value: name, label: kind.needed.includes(name) ? t`${name} (needed)` : name }))]} />
      {look.output && <Notice tone="quiet" live title={look.output.subject}><span className="prose" lang={words.language}>{look.output.body}</span></Notice>}
      <ProblemNotice error={save.error ?? look.error ?? back.error} />
      <div className="end">
        {words.own && <Button variant="subtle" loading={back.busy} onClick={() => back.run()}><Trans>Back to the standard words</Trans></Button>}
        <Button variant="default" loading={look.busy} onClick={() => look.run()}><Trans>Preview</Trans></Button>
        <Button variant="default" onClick={close}><Trans>Cancel</Trans></Button>
        <Button type="submit" loading={save.busy}><Trans>Save</Trans></Button>
      </div>
    </form>
  );
}
