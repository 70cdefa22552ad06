import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { newKey } from '@/shared/api';
import { download } from '@/shared/download';
import { isZero } from '@/shared/money';
import { useSession } from '@/shared/session';
import { absolute, monthName, today } from '@/shared/time';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { MemberName } from '@/shared/members';
import { hours, percent, RunState } from './amounts';
import { allHoursQuery, approve, cameBack, makeTransfer, paidInCash, reject, runQuery, transferPaid, transferPath, withdrawTransfer, type Hours, type PayLine, type PayRun, type Transfer } from './payroll-api';

const REFRESH = [['payroll'], ['treasury']];

/** One month's pay: what it rests on, who approves it, and how each is paid. */
export default function PayRunPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const { runId } = useParams({ strict: false });
  const query = useQuery(runQuery(runId!));
  const run = query.data;
  const crumb = { to: '/payroll', label: t`Moderators’ pay` };
  if (!run) return <Page title={t`Pay run`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  return (
    <Page title={t`Pay for ${monthName(run.month, i18n.locale)}`} crumb={crumb} lead={<RunState state={run.state} />}>
      {run.state === 'prepared' && <Approval run={run} />}
      {run.state === 'rejected' && <Notice tone="info" title={t`Turned down`}>{run.decision?.reason} <Trans>Its work waits for the next time the month is drawn up.</Trans></Notice>}
      <div className="columns even">
        <Panel title={t`The pool`}>
          <Facts items={[
            [t`Dues that came in`, <Amount key="collected" of={run.collected} />],
            [t`Of that ${percent(run.share, i18n.locale)}`, <Amount key="added" of={run.added} />],
            [t`Carried from before`, <Amount key="in" of={run.carriedIn} />],
            [t`Can be paid`, <Amount key="available" of={run.available} />],
            [t`Is paid`, <Amount key="drawn" of={run.drawn} />],
            [t`Carried on`, <Amount key="out" of={run.carriedOut} />],
          ]} />
        </Panel>
        <Panel title={t`By whom`}>
          <Facts items={[
            [t`Drawn up by`, <MemberName key="by" id={run.preparedBy} />], [t`At`, <When key="at" at={run.preparedAt} />],
            [t`Decided by`, run.decision && <MemberName key="decided" id={run.decision.by} />], [t`Decided at`, run.decision && <When key="decidedAt" at={run.decision.at} />],
            [t`For an hour`, <Amount key="hour" of={run.perHour} />], [t`For a closed case`, <Amount key="case" of={run.perCase} />],
          ]} />
        </Panel>
      </div>
      <LinesPanel run={run} />
      {has('treasurer') && (run.state === 'approved' || run.transfers.length > 0) && <Transfers run={run} />}
      <HoursPanel month={run.month} />
    </Page>
  );
}

function Approval({ run }: { run: PayRun }) {
  const { t } = useLingui();
  const { memberId } = useSession();
  const action = useAction<void, PayRun>({ run: () => approve(run.id), refresh: REFRESH, said: () => t`Approved. Now it can be paid.` });
  const own = memberId === run.preparedBy;
  return (
    <Notice tone="warn" title={t`Waits for a second person`}>
      <p>{own ? <Trans>You drew it up, so somebody else approves it.</Trans> : <Trans>Look at the hours below. Approve it if you neither drew it up nor are paid by it, nor share a household with such a person.</Trans>}</p>
      <ProblemNotice error={action.error} />
      <div className="toolbar">
        {!own && <Button size="compact-sm" loading={action.busy} onClick={() => action.run()}><Trans>Approve</Trans></Button>}
        <ReasonButton label={<Trans>Turn down</Trans>} size="compact-sm" title={t`Turn this pay run down`} confirm={t`Turn down`} said={t`Turned down`} explain={<Trans>Nobody is paid by it. The month can be drawn up again, with all its work.</Trans>} run={(reason) => reject(run.id, reason)} refresh={REFRESH} />
      </div>
    </Notice>
  );
}

function LinesPanel({ run }: { run: PayRun }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const treasurer = has('treasurer');
  const columns = useMemo((): Column<PayLine>[] => [
    { id: 'who', head: t`Moderator`, cell: (row) => <MemberName id={row.moderatorId} /> },
    { id: 'work', head: t`Work`, by: (row) => row.minutes, cell: (row) => <><span className="num">{hours(row.minutes)} h</span><small><Trans>{row.cases} cases</Trans></small></> },
    { id: 'claim', head: t`By the rates`, end: true, cell: (row) => <Amount of={row.claim} /> },
    { id: 'pay', head: t`Pay`, end: true, cell: (row) => <Amount of={row.pay} /> },
    { id: 'paid', head: t`Paid`, cell: (row) => <Standing run={run} line={row} /> },
    ...(treasurer && run.decision && run.state !== 'rejected' ? [{ id: 'act', head: t`Act`, cell: (row: PayLine) => <Act run={run} line={row} /> }] : []),
  ], [t, run, treasurer]);
  return <Panel title={t`Who is paid what`} flush><DataTable caption={t`Pay for ${monthName(run.month, i18n.locale)}`} columns={columns} rows={run.lines} id={(row) => String(row.line)} empty={<p className="soft" style={{ padding: '1rem' }}><Trans>No work was logged and no case closed. What came in is carried.</Trans></p>} /></Panel>;
}

function Standing({ run, line }: { run: PayRun; line: PayLine }) {
  const { i18n } = useLingui();
  if (line.paid) return <><Pill tone="ok"><Trans>Paid</Trans></Pill><small>{absolute(line.paid.on, i18n.locale)}, {line.paid.method === 'cash' ? <Trans>in cash</Trans> : <Trans>by transfer</Trans>}</small></>;
  if (isZero(line.pay)) return <span className="soft"><Trans>Nothing to pay</Trans></span>;
  if (line.transferId) return <Pill tone="info"><Trans>In a file for the bank</Trans></Pill>;
  if (run.state !== 'rejected' && !line.hasAccount) return <Pill tone="warn"><Trans>Has not said where</Trans></Pill>;
  return <Pill tone="quiet"><Trans>Not yet</Trans></Pill>;
}

function Act({ run, line }: { run: PayRun; line: PayLine }) {
  const { t } = useLingui();
  if (line.paid) return <ReasonButton label={<Trans>Came back</Trans>} size="compact-sm" title={t`The payment came back`} confirm={t`It came back`} said={t`It is due again`} explain={<Trans>The bank sent it back, or it was a mistake. Both stay in the book, and the pay is due again.</Trans>} run={(reason) => cameBack(run.id, line.line, reason)} refresh={REFRESH} />;
  if (isZero(line.pay) || line.transferId) return null;
  return <DialogButton label={<Trans>Paid in cash</Trans>} size="compact-sm" title={t`Paid from the till`}>{(close) => <DayForm label={t`Paid on`} confirm={t`Write down`} run={(on) => paidInCash(run.id, line.line, on)} close={close} />}</DialogButton>;
}

function Transfers({ run }: { run: PayRun }) {
  const { t } = useLingui();
  const [key, setKey] = useState(newKey);
  const open = run.lines.some((line) => !line.paid && !line.transferId && line.hasAccount && !isZero(line.pay));
  return (
    <Panel title={t`By the bank`} lead={t`A file of SEPA transfers (pain.001) for online banking. Fetched twice it is the same file, so the bank refuses it the second time.`}
      actions={open && <DialogButton label={<Trans>Make a file</Trans>} size="compact-sm" title={t`A file for the bank`}>{(close) => <DayForm label={t`To be executed on`} ahead confirm={t`Make the file`} run={(on) => makeTransfer(run.id, on, key)} close={() => { setKey(newKey()); close(); }} />}</DialogButton>}>
      {run.transfers.length === 0 ? <p className="soft"><Trans>No file was made yet.</Trans></p> : <ul className="plain">{run.transfers.map((one) => <OneTransfer key={one.id} run={run} transfer={one} />)}</ul>}
    </Panel>
  );
}

function OneTransfer({ run, transfer }: { run: PayRun; transfer: Transfer }) {
  const { t } = useLingui();
  const open = run.lines.some((line) => line.transferId === transfer.id && !line.paid);
  const fetching = useAction<void>({ run: () => download(transferPath(run.id, transfer.id), `${transfer.messageId}.xml`) });
  const back = useAction<void, PayRun>({ run: () => withdrawTransfer(run.id, transfer.id), refresh: REFRESH, said: () => t`Taken back. Do not hand it to the bank.` });
  return (
    <li className="split">
      <span><b className="mono">{transfer.messageId}</b> <small><Trans>{transfer.lines.length} transfers</Trans> · <When at={transfer.madeAt} /></small><ProblemNotice error={fetching.error ?? back.error} /></span>
      <span className="toolbar">
        <Button size="compact-sm" variant="default" leftSection={<IconDownload size={14} />} loading={fetching.busy} onClick={() => fetching.run()}><Trans>Download</Trans></Button>
        {open && <DialogButton label={<Trans>The bank paid it</Trans>} size="compact-sm" title={t`The bank paid it`}>{(close) => <DayForm label={t`Paid on`} confirm={t`Write down`} run={(on) => transferPaid(run.id, transfer.id, on)} close={close} />}</DialogButton>}
        {open && <Button size="compact-sm" variant="subtle" color="gray" loading={back.busy} onClick={() => back.run()}><Trans>Take back</Trans></Button>}
      </span>
    </li>
  );
}

function DayForm({ label, confirm, run, ahead, close }: { label: string; confirm: string; run: (on: string) => Promise<unknown>; ahead?: boolean; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ on: today() });
  const action = useAction<string, unknown>({ run, refresh: REFRESH, said: () => t`Written down`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(form.values.on))}>
      <TextInput required type="date" label={label} min={ahead ? today() : undefined} max={ahead ? undefined : today()} {...form.text('on')} error={action.fieldError('paidOn') ?? action.fieldError('executeOn')} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}>{confirm}</Button></div>
    </form>
  );
}

function HoursPanel({ month }: { month: string }) {
  const { t, i18n } = useLingui();
  const query = useQuery(allHoursQuery(month));
  const columns = useMemo((): Column<Hours>[] => [
    { id: 'day', head: t`Day`, by: (row) => row.workedOn, cell: (row) => absolute(row.workedOn, i18n.locale) },
    { id: 'who', head: t`Moderator`, cell: (row) => <MemberName id={row.moderatorId} /> },
    { id: 'what', head: t`What`, cell: (row) => <span className="wrap">{row.what}{row.withdrawnAt && <> <Pill tone="quiet"><Trans>Withdrawn</Trans></Pill></>}</span> },
    { id: 'time', head: t`Hours`, end: true, by: (row) => row.minutes, cell: (row) => <span className="num">{hours(row.minutes)}</span> },
  ], [t, i18n]);
  return <Panel title={t`Hours in ${monthName(month, i18n.locale)}`} lead={t`As the moderators logged them.`} flush><DataTable caption={t`Hours`} columns={columns} rows={query.data?.items} id={(row) => row.id} query={query} empty={<p className="soft" style={{ padding: '1rem' }}><Trans>Nobody logged hours for this month.</Trans></p>} /></Panel>;
}
