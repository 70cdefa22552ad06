import { Button } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { download } from '@/shared/download';
import { MemberName } from '@/shared/members';
import { toMicro } from '@/shared/money';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { absolute } from '@/shared/time';
import { ReasonButton, useAction } from '@/shared/ui/action';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { approve, filePath, reject, runQuery, withdraw, type Item, type Run } from './direct-debit-api';
import { FollowUp, ItemState, RunState, Told } from './states';

const REFRESH = [['direct-debit'], ['invoices'], ['treasury']];

/** One run: who is collected from, who signs it, the file, and what banks made of it. */
export default function CollectionRunPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const { runId } = useParams({ strict: false });
  const query = useQuery(runQuery(runId!));
  const run = query.data;
  const crumb = { to: '/direct-debit', label: t`Direct debit` };
  const fetching = useAction<Run>({ run: (of) => download(filePath(of.id), `${of.messageId}.xml`) });
  const columns = useMemo((): Column<Item>[] => [
    { id: 'payer', head: t`Payer`, cell: (row) => <><PayerName id={row.payerId} /><small>{row.debtorName}</small>{row.notice && <small><Told notice={row.notice} /></small>}</> },
    { id: 'invoice', head: t`Invoice`, by: (row) => row.invoiceNumber, cell: (row) => <><Link to="/invoices/$invoiceId" params={{ invoiceId: row.invoiceId } as never}>{row.invoiceNumber}</Link>{row.attempt > 1 && <small><Trans>try {row.attempt}</Trans></small>}</> },
    { id: 'mandate', head: t`Mandate`, cell: (row) => <><span className="mono">{row.mandateReference}</span><small>{row.sequence}</small></> },
    { id: 'amount', head: t`Amount`, end: true, by: (row) => Number(toMicro(row.amount.amount)), cell: (row) => <Amount of={row.amount} /> },
    { id: 'state', head: t`State`, cell: (row) => <><ItemState state={row.state} />{row.reason && <small className="wrap">{row.reason}{row.action && <>: <FollowUp action={row.action} /></>}{row.retryOn && <> ({absolute(row.retryOn, i18n.locale)})</>}</small>}</> },
  ], [t, i18n]);
  if (!run) return <Page title={t`Run of direct debits`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  return (
    <Page title={t`Direct debits on ${absolute(run.collectOn, i18n.locale)}`} crumb={crumb} lead={<RunState state={run.state} />}
      actions={has('treasurer') && (run.state === 'approved' || run.state === 'collected') && <Button leftSection={<IconDownload size={16} />} loading={fetching.busy} onClick={() => fetching.run(run)}><Trans>File for the bank</Trans></Button>}>
      <ProblemNotice error={fetching.error} />
      {run.state === 'proposed' && <Approval run={run} />}
      {run.state === 'approved' && has('treasurer') && <Notice tone="info" title={t`Hand the file to your bank`}><p><Trans>Fetched twice it is the same file. On its day the invoices count as paid until the bank says otherwise.</Trans></p><ReasonButton label={<Trans>Withdraw</Trans>} size="compact-sm" title={t`Withdraw this run`} confirm={t`Withdraw`} said={t`Withdrawn`} explain={<Trans>Only if the bank was not given the file, or has cancelled all of it.</Trans>} run={(reason) => withdraw(run.id, reason)} refresh={REFRESH} /></Notice>}
      {run.state === 'approved' && run.untold > 0 && <Notice tone="bad" title={t`Not every payer was told`}><Plural value={run.untold} one="One mail did not leave." other="# mails did not leave." /> <Trans>Tell these payers yourself, or withdraw the run: who was not told in time may have the money back. <Link to="/mail">Why they did not leave</Link></Trans></Notice>}
      {(run.state === 'rejected' || run.state === 'withdrawn') && <Notice tone="info" title={run.state === 'rejected' ? t`Turned down` : t`Withdrawn`}>{run.decision?.reason}</Notice>}
      <Panel title={t`The run`}>
        <Facts items={[
          [t`File`, <span key="file" className="mono">{run.messageId}</span>], [t`Together`, <Amount key="total" of={run.total} />],
          [t`Not yet at the bank`, <Amount key="open" of={run.open} />],
          [t`Proposed by`, <MemberName key="by" id={run.proposedBy} />], [t`At`, <When key="at" at={run.proposedAt} />],
          [t`Decided by`, run.decision && <MemberName key="decided" id={run.decision.by} />], [t`Decided at`, run.decision && <When key="decidedAt" at={run.decision.at} />],
        ]} />
      </Panel>
      <Panel title={t`Who is collected from`} flush><DataTable caption={t`Direct debits of this run`} columns={columns} rows={run.items} id={(row) => String(row.line)} /></Panel>
    </Page>
  );
}

function Approval({ run }: { run: Run }) {
  const { t } = useLingui();
  const { memberId } = useSession();
  const action = useAction<void, Run>({ run: () => approve(run.id), refresh: REFRESH, said: () => t`Approved. Payers are told, and the file is for the bank.` });
  const own = memberId === run.proposedBy;
  return (
    <Notice tone="warn" title={t`Waits for a second person`}>
      <p>{own ? <Trans>You proposed it, so somebody else approves it.</Trans> : <Trans>Look at who is collected from. Approve it if you neither proposed it nor share a household with whoever did.</Trans>}</p>
      <ProblemNotice error={action.error} />
      <div className="toolbar">
        {!own && <Button size="compact-sm" loading={action.busy} onClick={() => action.run()}><Trans>Approve</Trans></Button>}
        <ReasonButton label={<Trans>Turn down</Trans>} size="compact-sm" title={t`Turn this run down`} confirm={t`Turn down`} said={t`Turned down`} explain={<Trans>Nothing is collected by it. Another can be proposed.</Trans>} run={(reason) => reject(run.id, reason)} refresh={REFRESH} />
      </div>
    </Notice>
  );
}
