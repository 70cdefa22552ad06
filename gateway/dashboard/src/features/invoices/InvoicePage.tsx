import { Button } from '@mantine/core';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconCoins } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { formatFigure } from '@/shared/bytes';
import { newKey } from '@/shared/api';
import { formatMoney, isZero, type Money } from '@/shared/money';
import { NextPart } from '@/shared/instalments';
import { PayNow } from '@/shared/checkout';
import { plansQuery } from '@/shared/coop';
import { payerQuery } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { absolute, monthName } from '@/shared/time';
import { DialogButton, ReasonButton } from '@/shared/ui/action';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { InvoiceStatePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, Nothing, When } from '@/shared/ui/values';
import { Corrections } from './Corrections';
import { DocumentPanel } from './DocumentPanel';
import { LineName } from './LineName';
import { invoiceQuery, reversePayment, type Invoice, type InvoiceLine } from './invoices-api';
import { PaymentForm } from './PaymentForm';

/** One invoice: what it is made of, and what was paid on it. */
export default function InvoicePage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const { invoiceId } = useParams({ strict: false });
  const query = useQuery(invoiceQuery(invoiceId!));
  const invoice = query.data;
  const payer = useQuery({ ...payerQuery(invoice?.payerId ?? ''), enabled: Boolean(invoice), retry: false }).data;
  const crumb = has('treasurer', 'board') ? { to: '/invoices', label: t`Invoices` } : { to: '/my', label: t`My connection` };
  if (!invoice) return <Page title={t`Invoice`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const name = payer?.name ?? invoice.payerName;
  return (
    <Page title={t`Invoice ${invoice.number}`} crumb={crumb} lead={<span className="toolbar"><InvoiceStatePill state={invoice.state} /><span>{monthName(invoice.periodFrom, i18n.locale)}{name && <> · {name}</>}</span></span>}
      actions={<>
        <Button component={Link} to="/invoices/$invoiceId/why" params={{ invoiceId: invoice.id } as never} variant="default"><Trans>Why is my bill this?</Trans></Button>
        {!isZero(invoice.open) && (has('treasurer', 'board') ? <Button component={Link} to="/parts" search={{ payerId: invoice.payerId } as never} variant="default"><Trans>Pay in parts</Trans></Button> : <Button component={Link} to="/my/parts" variant="default"><Trans>Pay in parts</Trans></Button>)}
        {has('treasurer') && <DialogButton gone={isZero(invoice.open)} label={<Trans>Record payment</Trans>} variant="filled" icon={<IconCoins size={16} />} title={t`Record a payment`}>{(close) => <PaymentForm payer={payer ?? { id: invoice.payerId, name: name ?? t`This payer` }} invoice={invoice} close={close} />}</DialogButton>}
      </>}>
      {invoice.overdueSince && !isZero(invoice.open) && <Notice tone="bad" title={t`Overdue`}><Trans>Since <When at={invoice.overdueSince} />. Membership’s policy decides what follows; paying undoes it.</Trans></Notice>}
      {!isZero(invoice.open) && <NextPart payerId={invoice.payerId} invoiceId={invoice.id} />}
      <div className="columns">
        <div className="stack"><LinesPanel invoice={invoice} /></div>
        <div className="stack">
          <Panel title={t`Amounts`}>
            <Facts items={[
              [t`Total`, <Amount key="t" of={invoice.total} />],
              [t`Paid`, <Amount key="p" of={invoice.paid} />],
              [t`Still open`, <b key="o"><Amount of={invoice.open} /></b>],
              [t`Issued`, <When key="i" at={invoice.issuedOn} first="absolute" />],
              [t`Due`, <When key="d" at={invoice.dueOn} first="absolute" />],
              [t`Period`, <span key="r">{absolute(invoice.periodFrom, i18n.locale)} – {absolute(invoice.periodTo, i18n.locale)}</span>],
              [t`Account`, has('treasurer', 'board') && <Link key="a" className="quiet-link" to="/accounts/$accountId" params={{ accountId: `receivable:${invoice.payerId}` }}><Trans>What this payer owes</Trans></Link>],
              [t`Bill to`, payer ? <span key="b">{payer.name}{payer.address && <><br /><span className="soft prose">{payer.address}</span></>}</span> : null],
            ]} />
          </Panel>
          {!isZero(invoice.open) && <PayNow invoiceId={invoice.id} />}
          <DocumentPanel invoice={invoice} />
          <Payments invoice={invoice} />
          <Corrections invoice={invoice} />
        </div>
      </div>
    </Page>
  );
}

function LinesPanel({ invoice }: { invoice: Invoice }) {
  const { t, i18n } = useLingui();
  const plans = useQuery(plansQuery).data;
  const rows = useMemo(() => invoice.lines.map((line, at) => ({ ...line, key: String(at) })), [invoice.lines]);
  const columns = useMemo((): Column<InvoiceLine & { key: string }>[] => [
    { id: 'what', head: t`What`, cell: (row) => <><LineName line={row} plan={plans?.find((plan) => plan.code === row.planCode)?.name ?? row.planCode ?? ''} />{row.from && row.to && <small className="num">{absolute(row.from, i18n.locale)} – {absolute(row.to, i18n.locale)}</small>}<Proof line={row} />{row.saved && !isZero(row.saved) && <small><Trans>{formatFigure(row.localGb ?? 0, i18n.locale)} GB on the local mesh were free: <Amount of={row.saved} /> saved</Trans></small>}</> },
    { id: 'quantity', head: t`Quantity`, end: true, cell: (row) => (row.quantity === null || row.quantity === undefined ? <Nothing /> : <><span className="num"><Quantity line={row} /></span>{row.includedGb && row.includedGb !== '0' && <small><Trans>{formatFigure(row.includedGb, i18n.locale)} GB included</Trans></small>}</>) },
    { id: 'price', head: t`Each`, end: true, cell: (row) => <><Amount of={row.unitPrice} />{row.unitPrice && row.unit?.startsWith('day of') && <small><Trans>a month</Trans></small>}</> },
    { id: 'amount', head: t`Amount`, end: true, cell: (row) => <Amount of={row.amount} /> },
  ], [t, i18n, plans]);
  return (
    <Panel title={t`What it is made of`} flush>
      <DataTable caption={t`Invoice lines`} columns={columns} rows={rows} id={(row) => row.key} empty={<Empty title={t`No lines`} />}
        foot={<tr><td colSpan={3}><Trans>Total</Trans></td><td className="end" data-label={t`Total`}><Amount of={invoice.total} /></td></tr>} />
    </Panel>
  );
}

/** "12 of 30 days", "177.24 GB". */
function Quantity({ line }: { line: InvoiceLine }) {
  const { i18n } = useLingui();
  const month = /^day of (\d+)$/.exec(line.unit ?? '')?.[1];
  return month ? <Trans>{line.quantity} of {month} days</Trans> : <>{formatFigure(line.quantity ?? 0, i18n.locale)} {line.unit}</>;
}

/** How many signed windows stand behind a line. */
function Proof({ line }: { line: InvoiceLine }) {
  if (line.windows === null || line.windows === undefined || line.windows === 0) return null;
  return <small><Plural value={line.windows} one="# signed usage window" other="# signed usage windows" />{line.gaps ? <>, <Plural value={line.gaps} one="# gap" other="# gaps" /></> : null}</small>;
}

const isReturned = (payment: Invoice['payments'][number]) => Boolean(payment.returned && !isZero(payment.returned));

/** A payment that was a mistake, or that the bank took back. */
function Reverse({ id, amount }: { id: string; amount: Money }) {
  const { t, i18n } = useLingui();
  const [key] = useState(newKey);
  return (
    <ReasonButton label={<Trans>Take back</Trans>} size="compact-sm" color="red" title={t`Take back ${formatMoney(amount, i18n.locale)}`} confirm={t`Take the payment back`} said={t`The payment is taken back`}
      explain={<Trans>For a payment that was recorded by mistake, or that the bank returned. The whole payment is reversed in the book, on every invoice that it paid; they are owed again from today on, and reminders and grace begin anew. Both postings stay to be read.</Trans>}
      run={(reason) => reversePayment(id, reason, key)} refresh={[['invoices'], ['invoice'], ['member'], ['home'], ['treasury'], ['payments']]} />
  );
}

function PaymentMethod({ of }: { of: string }) {
  switch (of) {
    case 'cash': return <Trans>cash</Trans>;
    case 'transfer': return <Trans>transfer</Trans>;
    case 'direct-debit': return <Trans>direct debit</Trans>;
    case 'card': return <Trans>card</Trans>;
    case 'bitcoin': return <Trans>Bitcoin</Trans>;
    case 'credit': return <Trans>credit</Trans>;
    default: return <>{of}</>;
  }
}

function Payments({ invoice }: { invoice: Invoice }) {
  const { t } = useLingui();
  const { has } = useSession();
  return (
    <Panel title={t`Payments`}>
      {invoice.payments.length === 0 ? <Empty icon={<IconCoins size={28} />} title={t`Nothing paid yet`}><Trans>Pay by transfer with the invoice number as reference, or in cash to the treasurer.</Trans></Empty>
        : <ul className="plain">{invoice.payments.map((payment, at) => (
          <li key={payment.id ?? at} className="split">
            <span><When at={payment.receivedOn} plain /> <span className="soft"><PaymentMethod of={payment.method} /></span>{isReturned(payment) && <> <Pill tone="warn">{t`taken back`}</Pill></>}</span>
            <span className="toolbar">{has('treasurer') && payment.id && !isReturned(payment) && <Reverse id={payment.id} amount={payment.amount} />}<Amount of={payment.amount} signed /></span>
          </li>
        ))}</ul>}
    </Panel>
  );
}
