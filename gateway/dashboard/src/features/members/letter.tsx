import { Button, NativeSelect, TextInput, Textarea } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { LANGUAGE_CHOICES } from '@/shared/languages';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { reachQuery, sendCircular, type Circular } from './circulars-api';
import { wordsQuery, type MemberRow } from './members-api';

/** A letter by zone and label, or to those who were chosen. */
export function LetterForm({ chosen = [], close }: { chosen?: MemberRow[]; close: (sent: boolean) => void }) {
  const { t, i18n } = useLingui();
  // One number for all attempts: pressing twice sends once
  const [id] = useState(() => crypto.randomUUID());
  const form = useFields({ label: '', zone: '', language: i18n.locale, subject: '', text: '' });
  const words = useQuery(wordsQuery).data;
  const byHand = chosen.length > 0;
  const reach = useQuery({ ...reachQuery(form.values.label, form.values.zone), enabled: !byHand }).data;
  const recipients = byHand ? chosen.length : reach?.recipients;
  const send = useAction<void, Circular>({ run: () => sendCircular(id, byHand ? { ...form.values, members: chosen.map((one) => one.id) } : form.values), refresh: [['circulars']], said: () => t`The letter is on its way`, done: () => close(true) });
  return (
    <form className="form" onSubmit={onSubmit(() => send.run())}>
      {!byHand && <>
        <NativeSelect label={t`Zone`} value={form.values.zone} onChange={(event) => form.set('zone', event.currentTarget.value)}
          data={[{ value: '', label: t`Every zone` }, ...(words?.zones ?? []).map((one) => ({ value: one.word, label: one.word }))]} />
        <NativeSelect label={t`Label`} value={form.values.label} onChange={(event) => form.set('label', event.currentTarget.value)}
          data={[{ value: '', label: t`Every label` }, ...(words?.labels ?? []).map((one) => ({ value: one.word, label: one.word }))]} />
      </>}
      <NativeSelect label={t`Written in`} value={form.values.language} onChange={(event) => form.set('language', event.currentTarget.value)}
        data={LANGUAGE_CHOICES} />
      <TextInput required label={t`Subject`} maxLength={150} lang={form.values.language} {...form.text('subject', send)} data-autofocus />
      <Textarea required label={t`Text`} autosize minRows={8} maxRows={18} maxLength={10_000} lang={form.values.language} {...form.text('text', send)} />
      {recipients !== undefined && <Notice tone={recipients === 0 ? 'warn' : 'quiet'} live title={<Plural value={recipients} _0="Nobody gets it" one="# member gets it" other="# members get it" />}><Trans>What is sent cannot be taken back.</Trans></Notice>}
      <ProblemNotice error={send.error} />
      <div className="end">
        <Button variant="default" onClick={() => close(false)}><Trans>Cancel</Trans></Button>
        <Button type="submit" loading={send.busy} disabled={!recipients || !form.values.subject.trim() || !form.values.text.trim()}><Trans>Send it</Trans></Button>
      </div>
    </form>
  );
}
