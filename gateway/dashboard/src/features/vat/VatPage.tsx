import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconReceiptTax } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { isZero } from '@/shared/money';
import { useSession } from '@/shared/session';
import { month, plusDays, today } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, Nothing } from '@/shared/ui/values';
import { reportQuery, sayTerms, termsQuery, type TermsForm, type VatMode, type VatReport, type VatRow, type VatTerms } from './vat-api';

const PERCENT = 100;

/** How the co-op charges VAT, and what it owes the tax office for it. */
export default function VatPage() {
  const { t } = useLingui();
  return (
    <Page title={t`VAT`} crumb={{ to: '/invoices', label: t`Invoices` }} lead={<Trans>Prices include VAT. What it is of each invoice stands on the document and in the book from the day of issue.</Trans>}>
      <Terms />
      <Report />
    </Page>
  );
}

function Percent({ of }: { of: number }) {
  const { i18n } = useLingui();
  return <>{i18n.number(of / PERCENT / PERCENT, { style: 'percent', maximumFractionDigits: 2 })}</>;
}

function ModeName({ of }: { of: VatMode }) {
  switch (of) {
    case 'none': return <Trans>Outside the scope of VAT</Trans>;
    case 'exempt': return <Trans>Exempt</Trans>;
    case 'standard': return <Trans>Charged</Trans>;
  }
}

function Terms() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(termsQuery);
  const now = today();
  const current = query.data?.find((one) => one.effectiveOn <= now);
  const columns = useMemo((): Column<VatTerms>[] => [
    { id: 'from', head: t`From`, cell: (row) => row.effectiveOn },
    { id: 'mode', head: t`VAT`, cell: (row) => <><ModeName of={row.mode} />{row.reasonCode && <small>{row.reasonCode}</small>}</> },
    { id: 'rate', head: t`Rate`, end: true, cell: (row) => (row.mode === 'standard' ? <Percent of={row.rateHundredths} /> : <Nothing />) },
    { id: 'state', head: '', end: true, cell: (row) => (row === current ? <Pill tone="ok"><Trans>In force</Trans></Pill> : row.effectiveOn > now ? <Pill tone="info"><Trans>Coming</Trans></Pill> : null) },
  ], [t, current, now]);
  return (
    <Panel title={t`How VAT is charged`} flush actions={has('treasurer') && <DialogButton size="compact-sm" label={<Trans>Change</Trans>} title={t`How VAT is charged`}>{(close) => <Form close={close} />}</DialogButton>}>
      <DataTable caption={t`How VAT is charged`} columns={columns} rows={query.data} id={(row) => `${row.effectiveOn} ${row.at}`} query={query}
        empty={<Empty icon={<IconReceiptTax size={30} />} title={t`Nothing was said of VAT`}><Trans>Invoices say why none is charged, as the co-op says of itself.</Trans></Empty>} />
    </Panel>
  );
}

function Form({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields<{ effectiveOn: string; mode: VatMode; rate: string; reasonCode: string }>({ effectiveOn: plusDays(today(), 1), mode: 'standard', rate: '', reasonCode: '' });
  const action = useAction<TermsForm, unknown>({ run: sayTerms, refresh: [['vat']], said: () => t`Invoices from that day on will say so`, done: close });
  const [wrong, setWrong] = useState<string>();
  const send = () => {
    const rate = Math.round(Number(form.values.rate.replace(',', '.')) * PERCENT);
    const charged = form.values.mode === 'standard';
    const bad = charged && !(rate > 0 && rate <= PERCENT * PERCENT);
    setWrong(bad ? t`Write it like 19 or 5.5` : undefined);
    if (!bad) action.run({ effectiveOn: form.values.effectiveOn, mode: form.values.mode, rateHundredths: charged ? rate : 0, reasonCode: form.values.mode === 'exempt' ? form.values.reasonCode.trim() || null : null });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <p className="soft"><Trans>It holds for what is issued from that day on. Prices of plans stay what members pay: say new ones if they are to change.</Trans></p>
      <NativeSelect label={t`VAT`} data={[{ value: 'standard', label: t`Charged` }, { value: 'exempt', label: t`Exempt` }, { value: 'none', label: t`Outside the scope of VAT` }]} value={form.values.mode} onChange={(event) => form.set('mode', event.currentTarget.value as VatMode)} error={action.fieldError('mode')} />
      {form.values.mode === 'standard' && <TextInput required inputMode="decimal" label={t`Rate in percent`} {...form.text('rate', action, 'rateHundredths')} error={wrong ?? action.fieldError('rateHundredths')} />}
      {form.values.mode === 'exempt' && <TextInput label={t`Code of the exemption`} description={t`VATEX code, such as VATEX-EU-132; the words stand where you say who the co-op is`} {...form.text('reasonCode', action)} />}
      <TextInput required type="date" label={t`From`} {...form.text('effectiveOn', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}

/** The first and the last day of the calendar quarter of a month, YYYY-MM. */
function quarter(of: string): [string, string] {
  const [year, at] = [Number(of.slice(0, 4)), Number(of.slice(5, 7))];
  const first = at - ((at - 1) % 3);
  const two = (value: number) => String(value).padStart(2, '0');
  const next = first + 3 > 12 ? `${year + 1}-01-01` : `${year}-${two(first + 3)}-01`;
  return [`${year}-${two(first)}-01`, plusDays(next, -1)];
}

function Report() {
  const { t } = useLingui();
  const [first, last] = quarter(month(0));
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(last);
  const query = useQuery({ ...reportQuery(from, to), enabled: from !== '' && to !== '' });
  return (
    <Panel title={t`What is owed for VAT`} lead={t`By day of issue, both days included.`}>
      <div className="form">
        <div className="row">
          <TextInput type="date" label={t`From`} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
          <TextInput type="date" label={t`To`} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        </div>
      </div>
      <Loaded query={query} lines={4}>{(report) => <Sums report={report} />}</Loaded>
    </Panel>
  );
}

function KindName({ of }: { of: VatRow['kind'] }) {
  switch (of) {
    case 'invoice': return <Trans>Invoices</Trans>;
    case 'bill': return <Trans>Bills without an invoice</Trans>;
    case 'credit-note': return <Trans>Credit notes</Trans>;
    case 'write-off': return <Trans>Given up</Trans>;
  }
}

function CategoryName({ of }: { of: VatRow['category'] }) {
  switch (of) {
    case 'S': return <Trans>Charged</Trans>;
    case 'E': return <Trans>Exempt</Trans>;
    case 'O': return <Trans>Outside the scope of VAT</Trans>;
    case 'AE': return <Trans>Owed by the buyer</Trans>;
  }
}

function Sums({ report }: { report: VatReport }) {
  const { t } = useLingui();
  const columns = useMemo((): Column<VatRow>[] => [
    { id: 'kind', head: t`What`, cell: (row) => <><KindName of={row.kind} /><small>{row.number}</small></> },
    { id: 'category', head: t`VAT`, cell: (row) => <><CategoryName of={row.category} />{row.category === 'S' && <small><Percent of={row.rateHundredths} /></small>}</> },
    { id: 'base', head: t`Without VAT`, end: true, cell: (row) => <Amount of={row.base} /> },
    { id: 'tax', head: t`VAT`, end: true, cell: (row) => <Amount of={row.tax} /> },
    { id: 'gross', head: t`With VAT`, end: true, cell: (row) => <Amount of={row.gross} /> },
  ], [t]);
  return (
    <>
      <div className="figures" style={{ margin: '1rem 0' }}>
        <Figure what={t`VAT of these days`} value={<Amount of={report.tax} />} note={report.tax.amount === report.booked.amount ? t`The book says the same` : undefined} />
        <Figure what={t`Paid or corrected by hand`} value={<Amount of={report.otherwise} />} />
        <Figure what={t`Owed at the end`} value={<Amount of={report.owed} />} />
      </div>
      {report.tax.amount !== report.booked.amount && <Notice tone="bad" title={t`The book says something else`}><Trans>It says <Amount of={report.booked} />. Tell whoever looks after this server.</Trans></Notice>}
      {!isZero(report.owed) && <p className="soft"><Trans>What you pay to the tax office is placed against “VAT owed” when its entry is on the bank statement.</Trans></p>}
      <DataTable caption={t`VAT by rate`} columns={columns} rows={report.rows} id={(row) => `${row.kind} ${row.category} ${row.rateHundredths}`}
        empty={<Empty icon={<IconReceiptTax size={30} />} title={t`Nothing was issued on these days`} />} />
    </>
  );
}
