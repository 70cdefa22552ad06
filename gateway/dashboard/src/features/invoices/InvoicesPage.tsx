import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconCoins, IconPlayerPlay, IconReceipt2, IconSearch, IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { newKey } from '@/shared/api';
import { toMicro } from '@/shared/money';
import { PayerName, payerQuery } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { month, monthName } from '@/shared/time';
import { DialogButton, onSubmit, useAction } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { CsvButton } from '@/shared/ui/csv-button';
import { Filters } from '@/shared/ui/filters';
import { Empty, Page } from '@/shared/ui/page';
import { InvoiceStatePill } from '@/shared/ui/states';
import { SavedViews } from '@/shared/ui/saved-views';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { DocumentsBar } from './DocumentsBar';
import { billRunsQuery, invoicesQuery, runBills, type BillRun, type InvoiceRow } from './invoices-api';
import { PaymentForm } from './PaymentForm';

/** What members owe and paid. */
export default function InvoicesPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const navigate = useNavigate();
  const { state, q, payerId } = useSearch({ strict: false });
  const [typed, setTyped] = useState(q ?? '');
  const query = useInfiniteQuery(invoicesQuery({ state, q, payerId }));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const payer = useQuery({ ...payerQuery(payerId ?? ''), enabled: Boolean(payerId) }).data;
  const search = useDebouncedCallback((text: string) => void navigate({ to: '/invoices', search: { state, payerId, q: text || undefined }, replace: true }), 250);
  const treasurer = has('treasurer');

  const columns = useMemo((): Column<InvoiceRow>[] => [
    { id: 'number', head: t`Number`, by: (row) => row.number, cell: (row) => <><Link to="/invoices/$invoiceId" params={{ invoiceId: row.id }}>{row.number}</Link><small>{monthName(row.periodFrom, i18n.locale)}</small></> },
    { id: 'payer', head: t`Payer`, cell: (row) => <PayerName id={row.payerId} name={row.payerName} /> },
    { id: 'state', head: t`State`, by: (row) => row.state, cell: (row) => <InvoiceStatePill state={row.state} /> },
    { id: 'due', head: t`Due`, by: (row) => row.dueOn, cell: (row) => <When at={row.dueOn} first="absolute" plain={row.state === 'paid'} /> },
    { id: 'total', head: t`Total`, end: true, by: (row) => Number(toMicro(row.total.amount)), cell: (row) => <Amount of={row.total} /> },
    { id: 'open', head: t`Open`, end: true, by: (row) => Number(toMicro(row.open.amount)), cell: (row) => <Amount of={row.open} /> },
  ], [t, i18n]);

  return (
    <Page title={t`Invoices`} lead={<Trans>What was billed, what was paid, what is still open.</Trans>}
      actions={<>
        <CsvButton<InvoiceRow> name="invoices" path="/api/invoices" query={{ state, q, payerId }} head={[t`Number`, t`Payer`, t`From`, t`To`, t`Issued`, t`Due`, t`State`, t`Total`, t`Paid`, t`Open`, t`Currency`]}
          row={(row) => [row.number, row.payerName ?? row.payerId, row.periodFrom, row.periodTo, row.issuedOn, row.dueOn, row.state, row.total.amount, row.paid.amount, row.open.amount, row.total.currency]} />
        <Button component={Link} to="/parts" variant="default"><Trans>Paid in parts</Trans></Button>
        {treasurer && <>
        <DialogButton label={<Trans>Run bills</Trans>} icon={<IconPlayerPlay size={16} />} title={t`Run the bills of a month`}>{(close) => <BillRunForm close={close} />}</DialogButton>
        <DialogButton label={<Trans>Record payment</Trans>} variant="filled" icon={<IconCoins size={16} />} title={t`Record a payment`}>{(close) => <PaymentForm close={close} />}</DialogButton>
        </>}
      </>}>
      <LastRuns />
      <DocumentsBar />
      <div className="toolbar">
        <TextInput className="grow" type="search" aria-label={t`Find an invoice by number`} placeholder={t`Invoice number`} leftSection={<IconSearch size={16} aria-hidden="true" />} value={typed} onChange={(event) => { setTyped(event.currentTarget.value); search(event.currentTarget.value.trim()); }} />
        <Filters label={t`Show`} value={state ?? ''} onPick={(value) => void navigate({ to: '/invoices', search: { q, payerId, state: value || undefined } })} items={[{ value: '', label: t`All` }, { value: 'overdue', label: t`Overdue` }, { value: 'issued', label: t`Issued` }, { value: 'partlyPaid', label: t`Partly paid` }, { value: 'paid', label: t`Paid` }]} />
      </div>
      {payerId && <div><Button size="compact-sm" variant="light" rightSection={<IconX size={14} />} onClick={() => void navigate({ to: '/invoices', search: { state, q } })}><Trans>Only of {payer?.name ?? t`one payer`}</Trans></Button></div>}
      <SavedViews page="/invoices" search={{ state, q, payerId }} />
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Invoices`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconReceipt2 size={32} />} title={state || q ? t`No such invoice` : t`No invoices yet`}>{state === 'overdue' ? <Trans>Nobody is overdue.</Trans> : <Trans>A month is billed by itself when it has been over for an hour. A treasurer can run it by hand.</Trans>}</Empty>} />
      </div></div>
    </Page>
  );
}

function LastRuns() {
  const { i18n } = useLingui();
  const { has } = useSession();
  const runs = useQuery({ ...billRunsQuery, enabled: has('treasurer', 'board') });
  const last = runs.data?.[0];
  if (!last) return null;
  const name = monthName(last.period, i18n.locale);
  return <p className="soft" style={{ margin: 0 }}><Trans>Last run: {name}</Trans>, <Plural value={last.issued} one="# invoice" other="# invoices" />{last.total && <> · <Amount of={last.total} /></>}{last.finishedAt && <> · <When at={last.finishedAt} /></>}</p>;
}

function BillRunForm({ close }: { close: () => void }) {
  const { t, i18n } = useLingui();
  const [key] = useState(newKey);
  const months = [-1, -2, -3, -4, -5, -6].map((back) => month(back));
  const [period, setPeriod] = useState(months[0]!);
  const action = useAction<void, BillRun>({ run: () => runBills(period, key), refresh: [['invoices'], ['bill-runs'], ['home'], ['treasury']] });
  if (action.output) return <RunResult run={action.output} close={close} />;
  const name = monthName(period, i18n.locale);
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <NativeSelect label={t`Month`} description={t`A month can be billed when it is over.`} data={months.map((value) => ({ value, label: monthName(value, i18n.locale) }))} value={period} onChange={(event) => setPeriod(event.currentTarget.value)} error={action.fieldError('period')} />
      <Notice tone="info" title={t`What will happen`}><Trans>Every payer with charges in {name} gets one invoice with the next number. Numbers have no gaps, so an issued invoice is never taken back. Who has been billed for this month is not billed again.</Trans></Notice>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Issue the invoices of {name}</Trans></Button></div>
    </form>
  );
}

function RunResult({ run, close }: { run: BillRun; close: () => void }) {
  const skipped = run.skipped ?? [];
  return (
    <div className="form">
      <Notice tone="ok" live title={<Plural value={run.issued} one="# invoice issued" other="# invoices issued" />}>{run.total && <Trans>In all <Amount of={run.total} /></Trans>}</Notice>
      {skipped.length > 0 && <Notice tone="quiet" title={<Plural value={skipped.length} one="# payer was left out" other="# payers were left out" />}><ul>{skipped.slice(0, 20).map((one) => <li key={one.payerId}><PayerName id={one.payerId} />: {one.why}</li>)}</ul></Notice>}
      <div className="end"><Button onClick={close}><Trans>Done</Trans></Button></div>
    </div>
  );
}
