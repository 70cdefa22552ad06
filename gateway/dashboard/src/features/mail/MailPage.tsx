import { Button } from '@mantine/core';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconMail, IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { NoticeName } from '@/shared/notices';
import { ReasonButton, useAction } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { again, drop, mailsQuery, queueQuery, retryAll, type Mail, type MailQueue } from './mail-api';
import { WordsPanel } from './WordsPanel';

/** What payers are told by mail: what waits, what left, what did not arrive, and in which words. */
export default function MailPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { view } = useSearch({ strict: false });
  const queue = useQuery(queueQuery);
  return (
    <Page title={t`Mail`} lead={<Trans>Invoices, receipts and reminders go to the payer’s address for invoices, each once. What cannot be sent waits here, and nothing else does.</Trans>}>
      <Loaded query={queue} lines={4}>{(now) => <>
        <Hindrance queue={now} />
        <div className="figures">
          <Figure what={t`Waiting`} value={(now.counts.waiting ?? 0) + (now.counts.sending ?? 0)} note={t`At most ${now.perMinute} a minute`} />
          <Figure what={t`Sent`} value={now.counts.sent ?? 0} />
          <Figure what={t`In doubt`} value={now.counts.doubtful ?? 0} note={t`For you to decide`} />
          <Figure what={t`Failed`} value={now.counts.failed ?? 0} />
          <Figure what={t`No address`} value={now.counts.unaddressed ?? 0} />
        </div>
        <div className="toolbar"><Filters label={t`Show`} value={view ?? ''} onPick={(value) => void navigate({ to: '/mail', search: { view: value || undefined } })}
          items={[{ value: '', label: t`All` }, { value: 'waiting', label: t`Waiting` }, { value: 'sent', label: t`Sent` }, { value: 'doubtful', label: t`In doubt` }, { value: 'failed', label: t`Failed` }, { value: 'unaddressed', label: t`No address` }, { value: 'words', label: t`Words` }]} /></div>
        {view === 'words' ? <WordsPanel /> : <Mails state={view} queue={now} />}
      </>}</Loaded>
    </Page>
  );
}

function Hindrance({ queue }: { queue: MailQueue }) {
  const { t } = useLingui();
  switch (queue.hindrance) {
    case 'server': return <Notice tone="warn" title={t`No mail server is set`}><Trans>Mails wait until whoever runs this server names one (COOPMESH_SMTP_HOST). Until then, hand invoices out in another way.</Trans></Notice>;
    case 'sender': return <Notice tone="warn" title={t`No address to send from`}><Trans>Say the co-op’s e-mail address where you say <Link to="/invoices">who the co-op is on its invoices</Link>.</Trans></Notice>;
    case 'paused': return <Notice tone="warn" title={t`The mail server does not answer`}><Told of={queue.why} /> {queue.pausedUntil && <Trans>It is asked again: <When at={queue.pausedUntil} /></Trans>}</Notice>;
    default: return null;
  }
}

function Mails({ state, queue }: { state?: string; queue: MailQueue }) {
  const { t } = useLingui();
  const { has } = useSession();
  const treasurer = has('treasurer');
  const query = useInfiniteQuery(mailsQuery(state));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const retry = useAction<void, { mails: number }>({ run: retryAll, refresh: [['mail']], said: (done) => t`${done.mails} mails wait again` });
  const stuck = (queue.counts.failed ?? 0) + (queue.counts.unaddressed ?? 0);
  const columns = useMemo((): Column<Mail>[] => [
    { id: 'notice', head: t`Notice`, cell: (row) => <><NoticeName notice={row.notice} /><small><When at={row.queuedAt} /></small></> },
    { id: 'payer', head: t`Payer`, cell: (row) => <PayerName id={row.payerId} /> },
    { id: 'state', head: t`State`, cell: (row) => <MailState state={row.state} /> },
    { id: 'to', head: t`Address`, cell: (row) => (row.sentTo ? <span className="long">{row.sentTo}</span> : <Nothing />) },
    { id: 'answer', head: t`What the server said`, cell: (row) => (row.answer ? <span className="long">{row.answer}</span> : <Nothing />) },
    { id: 'acts', head: '', end: true, cell: (row) => (treasurer ? <Acts mail={row} /> : null) },
  ], [t, treasurer]);
  return (
    <Panel title={t`Mails`} flush actions={treasurer && stuck > 0 && <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} aria-hidden="true" />} loading={retry.busy} onClick={() => retry.run()}><Plural value={stuck} one="Try # mail again" other="Try # mails again" /></Button>}>
      <ProblemNotice error={retry.error} />
      <DataTable caption={t`Mails`} columns={columns} rows={rows} id={(row) => String(row.id)} query={query}
        empty={<Empty icon={<IconMail size={30} />} title={t`No such mails`}><Trans>A mail is queued when the document of an invoice is drawn up, and when a payment comes in.</Trans></Empty>} />
    </Panel>
  );
}

export function MailState({ state }: { state: string }) {
  switch (state) {
    case 'waiting': return <Pill tone="info"><Trans>Waiting</Trans></Pill>;
    case 'sending': return <Pill tone="info"><Trans>Being sent</Trans></Pill>;
    case 'sent': return <Pill tone="ok"><Trans>Sent</Trans></Pill>;
    case 'failed': return <Pill tone="bad"><Trans>Failed</Trans></Pill>;
    case 'doubtful': return <Pill tone="warn"><Trans>In doubt</Trans></Pill>;
    case 'unaddressed': return <Pill tone="warn"><Trans>No address</Trans></Pill>;
    case 'dropped': return <Pill tone="quiet"><Trans>Dropped</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

function Acts({ mail }: { mail: Mail }) {
  const { t } = useLingui();
  const action = useAction<void, Mail>({ run: () => again(mail.id), refresh: [['mail']], said: () => t`The mail waits to be sent` });
  if (mail.state === 'sending' || mail.state === 'waiting') return mail.state === 'waiting' ? <Drop mail={mail} /> : null;
  return (
    <span className="toolbar">
      {mail.state === 'doubtful'
        ? <ReasonButton optional label={<Trans>Send again</Trans>} size="compact-sm" title={t`Send it again?`} confirm={t`Send again`} said={t`The mail waits to be sent`} run={() => again(mail.id)} refresh={[['mail']]}
          explain={<Trans>The line broke after the text had left. It may have arrived. It is sent again under the same name, so that mail programs can tell.</Trans>} />
        : <Button size="compact-sm" variant="default" loading={action.busy} onClick={() => action.run()} aria-label={t`Send mail ${mail.id} again`}><Trans>Send again</Trans></Button>}
      {mail.state !== 'sent' && mail.state !== 'dropped' && <Drop mail={mail} />}
      <ProblemNotice error={action.error} />
    </span>
  );
}

function Drop({ mail }: { mail: Mail }) {
  const { t } = useLingui();
  return (
    <ReasonButton label={<Trans>Drop</Trans>} size="compact-sm" color="red" title={t`Do not send this mail`} confirm={t`Drop it`} said={t`The mail is off the queue`} run={(reason) => drop(mail.id, reason)} refresh={[['mail']]}
      explain={<Trans>It is not sent, and stays in the list with your reason.</Trans>} />
  );
}
