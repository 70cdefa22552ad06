import { Button } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { formatFigure } from '@/shared/bytes';
import { plansQuery } from '@/shared/coop';
import { download } from '@/shared/download';
import { isNegative, isZero, toMicro } from '@/shared/money';
import { absolute, monthName } from '@/shared/time';
import { useAction } from '@/shared/ui/action';
import { Sign, Term } from '@/shared/ui/formula';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { WayDrawing } from '@/shared/ui/way-drawing';
import { addsUp, agrees, daysOf, overGb } from './formula';
import { earlierQuery, invoiceQuery, partsQuery, type Invoice, type InvoiceLine, type InvoiceRow } from './invoices-api';
import { LineName } from './LineName';
import './why.css';

/** Why is my bill this? Each line as a sum with the member's own figures, and the hours behind it. */
export default function WhyPage() {
  const { t, i18n } = useLingui();
  const { invoiceId } = useParams({ strict: false });
  const query = useQuery(invoiceQuery(invoiceId!));
  const plans = useQuery(plansQuery).data;
  const invoice = query.data;
  const crumb = { to: `/invoices/${invoiceId}`, label: invoice ? t`Invoice ${invoice.number}` : t`Invoice` };
  if (!invoice) return <Page title={t`Why is my bill this?`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  return (
    <Page title={t`Why is my bill this?`} crumb={crumb} lead={<Trans>{monthName(invoice.periodFrom, i18n.locale)}: <Amount of={invoice.total} /> in all. Every part with the figures it was made of.</Trans>}>
      {invoice.lines.map((line, at) => <LinePanel key={at} line={line} evidence={{ invoice: invoice.id, number: invoice.number, line: at + 1 }} plan={plans?.find((plan) => plan.code === line.planCode)?.name ?? line.planCode ?? ''} />)}
      <Sum invoice={invoice} />
      <Earlier invoice={invoice} />
    </Page>
  );
}

interface EvidenceOf {
  invoice: string;
  number: string;
  line: number;
}

function LinePanel({ line, plan, evidence }: { line: InvoiceLine; plan: string; evidence: EvidenceOf }) {
  const { i18n } = useLingui();
  const span = line.from && line.to ? `${absolute(line.from, i18n.locale)} – ${absolute(line.to, i18n.locale)}` : undefined;
  const ok = agrees(line);
  return (
    <Panel title={<LineName line={line} plan={plan} />} lead={span} tone={ok === false ? 'bad' : undefined}>
      <LineFormula line={line} />
      {line.explanation && <Explained of={line.explanation} open={!drawn(line)} />}
      {line.explainedAt?.includes('/cost-shares/') && <ShareWay path={line.explainedAt} />}
      <div className="why-foot">
        {ok === true && <Pill tone="ok"><Trans>Computed again in your browser: it is right</Trans></Pill>}
        {ok === false && <Pill tone="bad"><Trans>Computed again in your browser: it differs. Tell the treasurer.</Trans></Pill>}
        {line.windows ? <span><Plural value={line.windows} one="# signed usage window" other="# signed usage windows" />{line.gaps ? <>, <Plural value={line.gaps} one="# gap, not charged" other="# gaps, not charged" /></> : null}</span> : null}
        {line.siteId && line.from && line.to && isTraffic(line) && <Link className="quiet-link" to="/my/usage" search={{ siteId: line.siteId, from: line.from, to: line.to }}><Trans>The days and hours behind it</Trans></Link>}
        <Evidence of={evidence} />
        {line.explainedAt && <ExplainedAt path={line.explainedAt} />}
      </div>
      {line.saved && !isZero(line.saved) && !isNegative(line.saved) && <p className="soft" style={{ marginTop: '0.6rem' }}><Trans>{formatFigure(line.localGb ?? 0, i18n.locale)} GB stayed on the local mesh. They cost nothing; as Internet traffic they would have cost <Amount of={line.saved} />.</Trans></p>}
    </Panel>
  );
}

/** What the share was made of, link by link; nothing where it was made otherwise. */
function ShareWay({ path }: { path: string }) {
  const parts = useQuery(partsQuery(path.slice(path.lastIndexOf('/') + 1))).data;
  return parts?.length ? <WayDrawing parts={parts} /> : null;
}

/** To the page that draws how it came about. */
function ExplainedAt({ path }: { path: string }) {
  const id = path.slice(path.lastIndexOf('/') + 1);
  return path.includes('/cost-shares/')
    ? <Link className="quiet-link" to="/cost-shares/$shareId" params={{ shareId: id }}><Trans>Why this share?</Trans></Link>
    : path.includes('/outage-credits/') ? <Link className="quiet-link" to="/outage-credits/$creditId" params={{ creditId: id }}><Trans>How it came about</Trans></Link>
    : <Link className="quiet-link" to="/settlements/$entryId" params={{ entryId: id }}><Trans>How it came about</Trans></Link>;
}

const isTraffic = (line: InvoiceLine) => line.kind === 'usage' || ['usage', 'timed', 'peak'].includes(line.charge ?? '');
/** What a line rests on, for a check that needs nothing of the co-op's servers. */
function Evidence({ of }: { of: EvidenceOf }) {
  const { t } = useLingui();
  const file = `evidence-${of.number}-${of.line}.json`;
  const action = useAction<void, void>({ run: () => download(`/api/invoices/${encodeURIComponent(of.invoice)}/lines/${of.line}/evidence`, file) });
  return (
    <>
      <Button size="compact-sm" variant="default" loading={action.busy} onClick={() => action.run()} leftSection={<IconDownload size={14} />} aria-label={t`Download the evidence of line ${of.line}`}><Trans>Evidence</Trans></Button>
      <span><Trans>Check it without us: <code className="mono">./coopmesh verify {file}</code></Trans></span>
      {action.error && <ProblemNotice error={action.error} />}
    </>
  );
}

/** The plain formulas are drawn as such; any other is told in the words of who computed it. */
const drawn = (line: InvoiceLine) => (line.kind === 'dues' || line.kind === 'usage') && (!line.charge || line.charge === line.kind);

/** The formula and its figures as billing kept them with the line. */
function Explained({ of, open }: { of: NonNullable<InvoiceLine['explanation']>; open: boolean }) {
  return (
    <details className="twin" open={open}>
      <summary><Trans>How billing came to it</Trans></summary>
      <p className="reasons" lang="en" dir="ltr">{of.formula}</p>
      <table className="grid reasons"><tbody>{of.inputs.map((input, at) => <tr key={at} lang="en"><th scope="row">{input.name}</th><td className="end num">{input.value}</td></tr>)}</tbody><tfoot><tr><td><Trans>Result</Trans></td><td className="end num">{of.result}</td></tr></tfoot></table>
    </details>
  );
}

function LineFormula({ line }: { line: InvoiceLine }) {
  const { t, i18n } = useLingui();
  const days = daysOf(line);
  const result = <Term result value={<Amount of={line.amount} />} what={t`on the bill`} />;
  if (!drawn(line) && line.kind !== 'adjustment' && line.kind !== 'carried') return <p className="formula">{result}</p>;
  if (line.kind === 'dues' && days && line.unitPrice) {
    return <p className="formula"><Term value={<Amount of={line.unitPrice} />} what={t`a month`} /><Sign of="×" /><Term value={<Trans>{days.days} of {days.month}</Trans>} what={t`days`} /><Sign of="=" />{result}</p>;
  }
  if (line.kind === 'usage' && line.quantity !== null && line.quantity !== undefined && line.unitPrice) {
    const over = overGb(line);
    return (
      <p className="formula">
        <Term value={<Gb of={String(line.quantity)} />} what={t`to and from the Internet`} /><Sign of="−" />
        <Term value={<Gb of={line.includedGb ?? '0'} />} what={t`included`} /><Sign of="→" />
        <Term value={<Gb of={over} />} what={over === '0' ? t`over: all of it was included` : t`over`} /><Sign of="×" />
        <Term value={<Amount of={line.unitPrice} />} what={t`each GB`} /><Sign of="=" />{result}
      </p>
    );
  }
  if (line.kind === 'adjustment') {
    return <><p style={{ marginBottom: '0.6rem' }}>{line.from && <Trans>{monthName(line.from, i18n.locale)} was computed again, because something came to light after its bill: a late report, a changed plan or a pause. This is the difference; the bill of that month stays as it was.</Trans>}</p><p className="formula">{line.quantity !== null && line.quantity !== undefined && line.quantity !== '0' && <><Term value={days ? days.days : <Gb of={String(line.quantity)} />} what={days ? t`days more or less` : t`GB more or less`} /><Sign of="→" /></>}{result}</p></>;
  }
  if (line.kind === 'carried') {
    return <><p style={{ marginBottom: '0.6rem' }}>{isNegative(line.amount) ? <Trans>A bill is whole cents. What is left over is not lost: it stays on your account and goes to the next bill.</Trans> : <Trans>What was left over when the bill before was made whole cents.</Trans>}</p><p className="formula">{result}</p></>;
  }
  return <p className="formula">{result}</p>;
}

function Gb({ of }: { of: string }) {
  const { i18n } = useLingui();
  return <Trans>{i18n.number(of as never, { maximumFractionDigits: 9 })} GB</Trans>;
}

function Sum({ invoice }: { invoice: Invoice }) {
  const { t } = useLingui();
  const right = addsUp(invoice.lines, invoice.total);
  return (
    <Panel title={t`All together`}>
      <p className="formula">
        {invoice.lines.map((line, at) => <span key={at} style={{ display: 'contents' }}>{at > 0 && <Sign of={isNegative(line.amount) ? '−' : '+'} />}<span className="term"><b className="num"><Amount of={at > 0 && isNegative(line.amount) ? { ...line.amount, amount: line.amount.amount.slice(1) } : line.amount} /></b><small><LineName line={line} plan={line.planCode ?? ''} short /></small></span></span>)}
        <Sign of="=" /><Term result value={<Amount of={invoice.total} />} what={t`the bill`} />
      </p>
      <div className="why-foot">
        {right ? <Pill tone="ok"><Trans>Adds up, to the last fraction of a cent</Trans></Pill> : <Notice tone="bad" title={t`The lines do not add up to the bill`}><Trans>That must not be. Please tell the treasurer.</Trans></Notice>}
        <span><Trans>Paid <Amount of={invoice.paid} />, open <Amount of={invoice.open} /></Trans></span>
      </div>
    </Panel>
  );
}

function Earlier({ invoice }: { invoice: Invoice }) {
  const { t, i18n } = useLingui();
  const query = useQuery(earlierQuery(invoice.payerId));
  const most = Math.max(1, ...(query.data ?? []).map((one) => Number(toMicro(one.total.amount))));
  const columns = useMemo((): Column<InvoiceRow>[] => [
    { id: 'month', head: t`Month`, cell: (row) => (row.id === invoice.id ? <b>{monthName(row.periodFrom, i18n.locale)}</b> : <Link to="/invoices/$invoiceId/why" params={{ invoiceId: row.id }}>{monthName(row.periodFrom, i18n.locale)}</Link>) },
    { id: 'share', head: t`Share`, cell: (row) => <span className="share" aria-hidden="true"><span style={{ width: `${(Number(toMicro(row.total.amount)) / most) * 100}%` }} /></span> },
    { id: 'total', head: t`Total`, end: true, cell: (row) => <Amount of={row.total} /> },
  ], [t, i18n, most, invoice.id]);
  return (
    <Panel title={t`Beside the other bills`} flush>
      <Loaded query={query} lines={3}>{(rows) => <DataTable caption={t`Bills of this payer`} columns={columns} rows={rows} id={(row) => row.id} />}</Loaded>
    </Panel>
  );
}
