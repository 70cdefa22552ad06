import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBook2, IconBuildingBank } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { toMicro } from '@/shared/money';
import { useSession } from '@/shared/session';
import { Loaded } from '@/shared/ui/loaded';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { AccountKind } from './accounts';
import { treasuryQuery, trialBalanceQuery, type Treasury, type TrialBalance } from './treasury-api';

/** The books, open to every member. */
export default function TreasuryPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(treasuryQuery);
  return (
    <Page title={t`Treasury`} lead={query.data ? <Trans>The co-op’s money as of <When at={query.data.asOf} />. Open to every member; no names.</Trans> : <Trans>The co-op’s money, open to every member.</Trans>}
      actions={<Button component={Link} to="/treasury/books" variant="default" leftSection={<IconBook2 size={16} />}><Trans>Open books</Trans></Button>}>
      <Loaded query={query} lines={8}>
        {(treasury) => <>
          <div className="figures wide">
            <Figure what={t`At the bank`} value={<Amount of={treasury.bank} cents />} note={t`And in the till`} />
            <Figure what={t`Owed by members`} value={<Amount of={treasury.receivable} cents />} note={t`Invoiced and not yet paid`} />
            {treasury.unbilled && <Figure what={t`Not yet invoiced`} value={<Amount of={treasury.unbilled} cents />} note={t`Charged this month so far`} />}
            {treasury.credit && <Figure what={t`Credit`} value={<Amount of={treasury.credit} cents />} note={t`Paid ahead by members`} />}
            <Figure what={t`Earned`} value={<Amount of={treasury.income} cents />} note={t`Dues and traffic, since the start`} />
            <Figure what={t`Reserve`} value={<Amount of={treasury.reserve} cents />} note={t`Set aside`} />
          </div>
          <div className={has('treasurer', 'board') ? 'columns even' : 'columns'}>
            <Purposes treasury={treasury} />
            {has('treasurer', 'board') && <Balance />}
          </div>
        </>}
      </Loaded>
    </Page>
  );
}

type Purpose = Treasury['byPurpose'][number];
const size = (row: Purpose) => { const micro = toMicro(row.amount.amount); return Number(micro < 0n ? -micro : micro); };

function Purposes({ treasury }: { treasury: Treasury }) {
  const { t } = useLingui();
  const most = Math.max(1, ...treasury.byPurpose.map(size));
  const columns = useMemo((): Column<Purpose>[] => [
    { id: 'purpose', head: t`Purpose`, by: (row) => row.purpose, cell: (row) => <AccountKind kind={row.purpose} /> },
    { id: 'share', head: t`Share`, cell: (row) => <span className="share" aria-hidden="true"><span style={{ width: `${(size(row) / most) * 100}%` }} /></span> },
    { id: 'amount', head: t`Amount`, end: true, by: size, cell: (row) => <Amount of={row.amount} signed /> },
  ], [t, most]);
  return (
    <Panel title={t`By purpose`} flush>
      <DataTable caption={t`By purpose`} columns={columns} rows={treasury.byPurpose} id={(row) => row.purpose} empty={<Empty icon={<IconBuildingBank size={30} />} title={t`No money has moved yet`}><Trans>Dues and traffic appear here with the first bill run.</Trans></Empty>} />
    </Panel>
  );
}

function Balance() {
  const { t } = useLingui();
  const query = useQuery(trialBalanceQuery);
  const columns = useMemo((): Column<TrialBalance['kinds'][number]>[] => [
    { id: 'kind', head: t`Account`, by: (row) => row.kind, cell: (row) => <AccountKind kind={row.kind} /> },
    { id: 'balance', head: t`Balance`, end: true, cell: (row) => <Amount of={row.balance} signed /> },
  ], [t]);
  return (
    <Panel title={t`Do the books balance?`} lead={t`All postings since the start, added up: it must be zero.`} flush actions={query.data && (query.data.balanced ? <Pill tone="ok"><Trans>Balanced</Trans></Pill> : <Pill tone="bad"><Trans>Off by {query.data.sum}</Trans></Pill>)}>
      <DataTable caption={t`Trial balance`} columns={columns} rows={query.data?.kinds} id={(row) => row.kind} query={query} />
      <p style={{ padding: '0.6rem 1.1rem' }}><Link to="/accounts" className="quiet-link"><Trans>All accounts and their statements</Trans></Link></p>
    </Panel>
  );
}
