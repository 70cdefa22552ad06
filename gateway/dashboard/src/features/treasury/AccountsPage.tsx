import { Trans, useLingui } from '@lingui/react/macro';
import { IconBook2 } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { toMicro } from '@/shared/money';
import { MemberName } from '@/shared/members';
import { PayerName } from '@/shared/payers';
import { CsvButton } from '@/shared/ui/csv-button';
import { Empty, Page } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { AccountKind } from './accounts';
import { accountsQuery, type Account } from './treasury-api';

/** Every account of the book, for who keeps it. */
export default function AccountsPage() {
  const { t } = useLingui();
  const query = useInfiniteQuery(accountsQuery);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<Account>[] => [
    { id: 'account', head: t`Account`, by: (row) => row.id, cell: (row) => <><Link to="/accounts/$accountId" params={{ accountId: row.id }}><AccountKind kind={row.kind} /></Link>{row.ownerId && row.kind !== 'cost-pool' && <small>{row.kind === 'pay-due' ? <MemberName id={row.ownerId} /> : <PayerName id={row.ownerId} />}</small>}</> },
    { id: 'balance', head: t`Balance`, end: true, by: (row) => Number(toMicro(row.balance.amount)), cell: (row) => <Amount of={row.balance} signed /> },
  ], [t]);
  return (
    <Page title={t`Accounts`} crumb={{ to: '/treasury', label: t`Treasury` }} lead={<Trans>Every account of the book. A balance is what came in minus what went out.</Trans>}
      actions={<CsvButton<Account> name="accounts" path="/api/ledger/accounts" query={{}} head={[t`Account`, t`Kind`, t`Owner`, t`Balance`, t`Currency`]} row={(row) => [row.id, row.kind, row.ownerId, row.balance.amount, row.balance.currency]} />}>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Accounts`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconBook2 size={32} />} title={t`The book is empty`}><Trans>An account appears with the first posting on it: a bill run, or a payment.</Trans></Empty>} />
      </div></div>
    </Page>
  );
}
