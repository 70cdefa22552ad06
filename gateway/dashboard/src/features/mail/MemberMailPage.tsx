import { Button } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconMail, IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { MemberName } from '@/shared/members';
import { NoticeName } from '@/shared/notices';
import { ReasonButton, useAction } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { MailState } from './MailPage';
import { memberAgain, memberDrop, memberMailsQuery, memberQueueQuery, memberRetryAll, type MailQueue, type MemberMail } from './mail-api';

/** What members are told by mail about signing in, decisions and outages, and the letters to many: what did not arrive, and what becomes of it. */
export default function MemberMailPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { view } = useSearch({ strict: false });
  const queue = useQuery(memberQueueQuery);
  return (
    <Page title={t`Mail to members`} crumb={{ to: '/members', label: t`Members` }} lead={<Trans>About signing in, decisions and outages, and letters to many. What could not be sent waits here for you.</Trans>}>
      <Loaded query={queue} lines={4}>{(now) => <>
        <Hindrance queue={now} />
        <div className="figures">
          <Figure what={t`Waiting`} value={(now.counts.waiting ?? 0) + (now.counts.sending ?? 0)} note={t`At most ${now.perMinute} a minute`} />
          <Figure what={t`Sent`} value={now.counts.sent ?? 0} />
          <Figure what={t`In doubt`} value={now.counts.doubtful ?? 0} note={t`For you to decide`} />
          <Figure what={t`Failed`} value={now.counts.failed ?? 0} />
          <Figure what={t`No address`} value={now.counts.unaddressed ?? 0} />
        </div>
        <div className="toolbar"><Filters label={t`Show`} value={view ?? ''} onPick={(value) => void navigate({ to: '/members/mail', search: { view: value || undefined } })}
          items={[{ value: '', label: t`All` }, { value: 'waiting', label: t`Waiting` }, { value: 'sent', label: t`Sent` }, { value: 'doubtful', label: t`In doubt` }, { value: 'failed', label: t`Failed` }, { value: 'unaddressed', label: t`No address` }]} /></div>
        <Mails state={view} queue={now} />
      </>}</Loaded>
    </Page>
  );
}

function Hindrance({ queue }: { queue: MailQueue }) {
  const { t } = useLingui();
  switch (queue.hindrance) {
    case 'server': return <Notice tone="warn" title={t`No mail server is set`}><Trans>Mails wait until whoever runs this server names one (COOPMESH_SMTP_HOST).</Trans></Notice>;
    case 'sender': return <Notice tone="warn" title={t`No address to send from`}><Trans>Mails wait until whoever runs this server names one (COOPMESH_MAIL_SENDER).</Trans></Notice>;
    case 'paused': return <Notice tone="warn" title={t`The mail server does not answer`}>{queue.why} {queue.pausedUntil && <Trans>It is asked again: <When at={queue.pausedUntil} /></Trans>}</Notice>;
    default: return null;
  }
}

function Mails({ state, queue }: { state?: string; queue: MailQueue }) {
  const { t } = useLingui();
  const query = useInfiniteQuery(memberMailsQuery(state));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const retry = useAction<void, { mails: number }>({ run: memberRetryAll, refresh: [['member-mail']], said: (done) => t`${done.mails} mails wait again` });
  const stuck = (queue.counts.failed ?? 0) + (queue.counts.unaddressed ?? 0);
  const columns = useMemo((): Column<MemberMail>[] => [
    { id: 'notice', head: t`Notice`, cell: (row) => <><NoticeName notice={row.notice} /><small><When at={row.queuedAt} /></small></> },
    { id: 'member', head: t`Member`, cell: (row) => <MemberName id={row.memberId} /> },
    { id: 'state', head: t`State`, cell: (row) => <MailState state={row.state} /> },
    { id: 'to', head: t`Address`, cell: (row) => (row.sentTo ? <span className="long">{row.sentTo}</span> : <Nothing />) },
    { id: 'answer', head: t`What the server said`, cell: (row) => (row.answer ? <span className="long">{row.answer}</span> : <Nothing />) },
    { id: 'acts', head: '', end: true, cell: (row) => <Acts mail={row} /> },
  ], [t]);
  return (
    <Panel title={t`Mails`} flush actions={stuck > 0 && <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} aria-hidden="true" />} loading={retry.busy} onClick={() => retry.run()}><Plural value={stuck} one="Try # mail again" other="Try # mails again" /></Button>}>
      <ProblemNotice error={retry.error} />
      <DataTable caption={t`Mails`} columns={columns} rows={rows} id={(row) => String(row.id)} query={query} empty={<Empty icon={<IconMail size={30} />} title={t`No such mails`} />} />
    </Panel>
  );
}

function Acts({ mail }: { mail: MemberMail }) {
  const { t } = useLingui();
  const action = useAction<void, MemberMail>({ run: () => memberAgain(mail.id), refresh: [['member-mail']], said: () => t`The mail waits to be sent` });
  if (mail.state === 'sending' || mail.state === 'sent') return null;
  return (
    <span className="toolbar">
      {mail.state === 'doubtful'
        ? <ReasonButton optional label={<Trans>Send again</Trans>} size="compact-sm" title={t`Send it again?`} confirm={t`Send again`} said={t`The mail waits to be sent`} run={() => memberAgain(mail.id)} refresh={[['member-mail']]}
          explain={<Trans>The line broke after the text had left. It may have arrived. It is sent again under the same name, so that mail programs can tell.</Trans>} />
        : mail.state !== 'waiting' && <Button size="compact-sm" variant="default" loading={action.busy} onClick={() => action.run()} aria-label={t`Send mail ${mail.id} again`}><Trans>Send again</Trans></Button>}
      {mail.state !== 'dropped' && <ReasonButton label={<Trans>Give up</Trans>} size="compact-sm" color="red" title={t`Do not send this mail`} confirm={t`Give it up`} said={t`The mail is off the queue`} run={(reason) => memberDrop(mail.id, reason)} refresh={[['member-mail']]}
        explain={<Trans>It is not sent, and stays in the list with your reason.</Trans>} />}
      <ProblemNotice error={action.error} />
    </span>
  );
}
