import { Button, NativeSelect, TextInput, Textarea } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconMailForward } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { LANGUAGE_CHOICES } from '@/shared/languages';
import { MemberName } from '@/shared/members';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { circularsQuery, progressQuery, reachQuery, sendCircular, type Circular } from './circulars-api';
import { wordsQuery } from './members-api';

/** Letters to many members: what was sent, and a new one. */
export default function CircularsPage() {
  const { t } = useLingui();
  const query = useInfiniteQuery(circularsQuery);
  const columns: Column<Circular>[] = [
    { id: 'subject', head: t`Subject`, cell: (row) => <DialogButton variant="subtle" size="compact-sm" label={row.subject} title={row.subject} wide>{() => <Sent of={row} />}</DialogButton> },
    { id: 'to', head: t`To`, cell: (row) => <Audience label={row.label} zone={row.zone} /> },
    { id: 'by', head: t`Sent by`, cell: (row) => <MemberName id={row.by} /> },
    { id: 'at', head: t`Sent`, cell: (row) => <When at={row.at} /> },
  ];
  return (
    <Page title={t`Letters to many`} crumb={{ to: '/members', label: t`Members` }}
      lead={<Trans>By mail, to all of a zone, of a label, or to everybody who belongs.</Trans>}
      actions={<DialogButton variant="filled" label={<Trans>Write a letter</Trans>} title={t`A letter to many`} wide>{(close) => <LetterForm close={close} />}</DialogButton>}>
      <DataTable caption={t`Letters that were sent`} columns={columns} query={query} rows={query.data?.pages.flatMap((page) => page.items)} id={(row) => row.id}
        empty={<Empty icon={<IconMailForward size={30} />} title={t`No letter was sent yet`}><Trans>Works on the tower, a meeting, a change of rules: one letter reaches all who are concerned.</Trans></Empty>} />
    </Page>
  );
}

function Audience({ label, zone }: { label: string; zone: string }) {
  if (!label && !zone) return <Trans>Everybody</Trans>;
  return <>{zone && <Pill tone="quiet">{zone}</Pill>}{label && <Pill tone="info">{label}</Pill>}</>;
}

function Sent({ of }: { of: Circular }) {
  const query = useQuery(progressQuery(of.id));
  return <>
    <p className="prose" lang={of.language}>{of.text}</p>
    <Loaded query={query} lines={1}>{(come) => (
      <p className="soft">
        <Plural value={come.recipients} one="# recipient" other="# recipients" />{': '}
        <Trans>{come.sent} sent, {come.waiting} on the way, {come.notSent} not sent</Trans>
      </p>
    )}</Loaded>
  </>;
}

function LetterForm({ close }: { close: () => void }) {
  const { t, i18n } = useLingui();
  // One number for all attempts: pressing twice sends once
  const [id] = useState(() => crypto.randomUUID());
  const form = useFields({ label: '', zone: '', language: i18n.locale, subject: '', text: '' });
  const words = useQuery(wordsQuery).data;
  const reach = useQuery(reachQuery(form.values.label, form.values.zone)).data;
  const send = useAction<void, Circular>({ run: () => sendCircular(id, form.values), refresh: [['circulars']], said: () => t`The letter is on its way`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => send.run())}>
      <NativeSelect label={t`Zone`} value={form.values.zone} onChange={(event) => form.set('zone', event.currentTarget.value)}
        data={[{ value: '', label: t`Every zone` }, ...(words?.zones ?? []).map((one) => ({ value: one.word, label: one.word }))]} />
      <NativeSelect label={t`Label`} value={form.values.label} onChange={(event) => form.set('label', event.currentTarget.value)}
        data={[{ value: '', label: t`Every label` }, ...(words?.labels ?? []).map((one) => ({ value: one.word, label: one.word }))]} />
      <NativeSelect label={t`Written in`} value={form.values.language} onChange={(event) => form.set('language', event.currentTarget.value)}
        data={LANGUAGE_CHOICES} />
      <TextInput required label={t`Subject`} maxLength={150} lang={form.values.language} {...form.text('subject', send)} data-autofocus />
      <Textarea required label={t`Text`} autosize minRows={8} maxRows={18} maxLength={10_000} lang={form.values.language} {...form.text('text', send)} />
      {reach && <Notice tone={reach.recipients === 0 ? 'warn' : 'quiet'} live title={<Plural value={reach.recipients} _0="Nobody gets it" one="# member gets it" other="# members get it" />}><Trans>What is sent cannot be taken back.</Trans></Notice>}
      <ProblemNotice error={send.error} />
      <div className="end">
        <Button variant="default" onClick={close}><Trans>Cancel</Trans></Button>
        <Button type="submit" loading={send.busy} disabled={!reach?.recipients || !form.values.subject.trim() || !form.values.text.trim()}><Trans>Send it</Trans></Button>
      </div>
    </form>
  );
}
