import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { InstalmentPlan, Step } from '@/shared/instalments';
import { isZero } from '@/shared/money';
import { absolute } from '@/shared/time';
import { Pill } from '@/shared/ui/status';
import { Amount, When } from '@/shared/ui/values';

export function PlanState({ state }: { state: string }) {
  switch (state) {
    case 'asked': return <Pill tone="info"><Trans>Asked for</Trans></Pill>;
    case 'running': return <Pill tone="ok"><Trans>Runs</Trans></Pill>;
    case 'kept': return <Pill tone="ok"><Trans>Paid</Trans></Pill>;
    case 'missed': return <Pill tone="bad"><Trans>A part was missed</Trans></Pill>;
    case 'ended': return <Pill tone="warn"><Trans>Ended</Trans></Pill>;
    case 'refused': return <Pill tone="warn"><Trans>Not agreed</Trans></Pill>;
    case 'withdrawn': return <Pill tone="quiet"><Trans>Taken back</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

function Said({ step }: { step: Step }) {
  switch (step.state) {
    case 'asked': return <Trans>Asked for</Trans>;
    case 'running': return <Trans>Agreed</Trans>;
    case 'kept': return <Trans>Paid</Trans>;
    case 'missed': return <Trans>A part was missed</Trans>;
    case 'ended': return <Trans>Ended by the treasurer</Trans>;
    case 'refused': return <Trans>Not agreed</Trans>;
    case 'withdrawn': return <Trans>Taken back</Trans>;
    default: return <>{step.state}</>;
  }
}

/** The parts of a plan, the invoices it is about, and what became of it. */
export function PlanDetails({ plan }: { plan: InstalmentPlan }) {
  const { i18n } = useLingui();
  return (
    <div className="stack" style={{ gap: '0.8rem' }}>
      {plan.parts.length > 0
        ? <ul className="plain">{plan.parts.map((part) => (
          <li key={part.number} className="split">
            <span>{part.number}. <Trans>by {absolute(part.dueOn, i18n.locale)}</Trans> {part.open && (isZero(part.open) ? <Pill tone="ok"><Trans>Paid</Trans></Pill> : <small className="soft"><Trans>open <Amount of={part.open} /></Trans></small>)}</span>
            <Amount of={part.amount} />
          </li>
        ))}</ul>
        : <p className="soft" style={{ margin: 0 }}>{plan.days.map((day) => absolute(day, i18n.locale)).join(' · ')}</p>}
      <p className="soft" style={{ margin: 0 }}><Trans>Invoices</Trans>: {plan.invoices.map((one, at) => <span key={one.id}>{at > 0 && ', '}<Link to="/invoices/$invoiceId" params={{ invoiceId: one.id } as never}>{one.number}</Link></span>)}</p>
      <ul className="plain">{plan.history.map((step, at) => (
        <li key={at}><Said step={step} /> <span className="soft"><When at={step.at} first="absolute" /></span>{step.owedFrom && <> · <Trans>what was left is owed from {absolute(step.owedFrom, i18n.locale)}</Trans></>}{step.reason && <div className="soft prose">{step.reason}</div>}</li>
      ))}</ul>
    </div>
  );
}
