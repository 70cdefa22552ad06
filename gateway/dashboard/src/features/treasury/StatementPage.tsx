import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBook2 } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { add, isNegative, negate, type Money } from '@/shared/money';
import { MemberName } from '@/shared/members';
import { PayerName } from '@/shared/payers';
import { onSubmit } from '@/shared/ui/action';
import { CsvButton } from '@/shared/ui/csv-button';
import { Lines } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Figure, Page } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { AccountKind, AccountMeaning } from './accounts';
import { statementPath, statementQuery, type StatementLine } from './treasury-api';

type Row = StatementLine & { after: Money };

const MINUTE = 60_000;

/** One account, as of any moment: what came in, what went out, and what was there after each. */
export default function StatementPage() {
  const { t } = useLingui();
  const { accountId } = useParams({ strict: false });
  const { asOf } = useSearch({ strict: false });
  const query = useInfiniteQuery(statementQuery(accountId!, asOf));
  const first = query.data?.pages[0];
  const [kind, ownerId] = accountId!.split(':');
  const rows = useMemo((): Row[] | undefined => {
    if (!query.data) return undefined;
    let after = query.data.pages[0]!.balance;
    return query.data.pages.flatMap((page) => page.items).map((line) => {
      const row = { ...line, after };
      after = add(after, negate(line.amount));
      return row;
    });
  }, [query.data]);
  const columns = useMemo((): Column<Row>[] => [
    { id: 'what', head: t`What`, cell: (row) => <><span className="long">{row.what}</span>{row.reverses && <> <Pill tone="info"><Trans>Reversal</Trans></Pill></>}<small className="mono">{row.transactionId.slice(0, 8)}</small></> },
    { id: 'when', head: t`Counts from`, cell: (row) => <><When at={row.effectiveAt} first="absolute" plain />{Math.abs(Date.parse(row.recordedAt) - Date.parse(row.effectiveAt)) > MINUTE && <small><Trans>written down <When at={row.recordedAt} plain first="absolute" /></Trans></small>}</> },
    { id: 'amount', head: t`Amount`, end: true, cell: (row) => <><span className={isNegative(row.amount) ? 'going' : 'coming'}><Amount of={row.amount} signed /></span><small>{isNegative(row.amount) ? t`out` : t`in`}</small></> },
    { id: 'after', head: t`Balance after`, end: true, cell: (row) => <Amount of={row.after} signed /> },
  ], [t]);
  const title = <AccountKind kind={kind!} />;
  const crumb = { to: '/accounts', label: t`Accounts` };
  return (
    <Page title={t`Statement of an account`} crumb={crumb} lead={<><b>{title}</b>{ownerId && kind !== 'cost-pool' && <> · {kind === 'pay-due' ? <MemberName id={ownerId} /> : <PayerName id={ownerId} />}</>}. <AccountMeaning kind={kind!} /></>}
      actions={<CsvButton<StatementLine> name={`statement-${kind}`} path={statementPath(accountId!)} query={{ asOf }} head={[t`Counts from`, t`Written down`, t`Transaction`, t`What`, t`Amount`, t`Currency`, t`Reverses`]} row={(row) => [row.effectiveAt, row.recordedAt, row.transactionId, row.what, row.amount.amount, row.amount.currency, row.reverses]} />}>
      <AsOf key={asOf ?? ''} accountId={accountId!} asOf={asOf} />
      {!first ? query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={6} /> : <>
        <div className="figures"><Figure what={<Trans>Balance as of <When at={first.asOf} first="absolute" plain /></Trans>} value={<Amount of={first.balance} signed />} /></div>
        <div className="panel"><div className="body flush">
          <DataTable caption={t`Statement of an account`} columns={columns} rows={rows} id={(row) => String(row.id)} query={query}
            empty={<Empty icon={<IconBook2 size={32} />} title={t`Nothing was posted up to then`}><Trans>Choose a later moment, or look at the account as it is now.</Trans></Empty>} />
        </div></div>
      </>}
    </Page>
  );
}

function AsOf({ accountId, asOf }: { accountId: string; asOf?: string }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const local = (instant: string) => { const at = new Date(instant); return new Date(at.getTime() - at.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16); };
  const [typed, setTyped] = useState(asOf ? local(asOf) : '');
  const show = (instant?: string) => void navigate({ to: '/accounts/$accountId', params: { accountId }, search: { asOf: instant } });
  return (
    <form className="toolbar" style={{ alignItems: 'flex-end' }} onSubmit={onSubmit(() => show(typed === '' ? undefined : new Date(typed).toISOString()))}>
      <TextInput type="datetime-local" label={t`As of`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
      <Button type="submit" variant="default"><Trans>Show</Trans></Button>
      {asOf && <Button variant="subtle" onClick={() => show()}><Trans>As it is now</Trans></Button>}
    </form>
  );
}
