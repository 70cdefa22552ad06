import { Trans, useLingui } from '@lingui/react/macro';
import { formatFigure } from '../bytes';
import { partsOf, type Plan, type PlanPart, type PriceWindow } from '../coop';
import { isZero } from '../money';
import { Amount } from './values';

/** What a plan costs, part by part, in sentences. */
export function PlanParts({ plan }: { plan: Plan }) {
  return <ul className="plan-parts">{partsOf(plan).map((part) => <li key={part.type}><PartText part={part} /></li>)}</ul>;
}

function PartText({ part }: { part: PlanPart }) {
  const { i18n } = useLingui();
  switch (part.type) {
    case 'flat': return <Trans><b><Amount of={part.monthly} /></b> a month</Trans>;
    case 'scale': return <Trans><b><Amount of={part.floor} /> to <Amount of={part.ceiling} /></b> a month, as you choose; <Amount of={part.suggested} /> is suggested</Trans>;
    case 'volume': {
      const included = i18n.number(Number(part.includedGb));
      if (isZero(part.perGb)) return <Trans>No charge for Internet traffic</Trans>;
      return Number(part.includedGb) > 0 ? <Trans>{included} GB included, each GB more <Amount of={part.perGb} /></Trans> : <Trans>Each GB <Amount of={part.perGb} /></Trans>;
    }
    case 'peak': return <Trans>Each Mbit/s above {formatFigure(part.committedMbit, i18n.locale)} Mbit/s in all but the busiest hours: <Amount of={part.perMbit} /> a month</Trans>;
    case 'timed': return <><Trans>Each GB <Amount of={part.perGb} />, but</Trans><ul>{part.windows.map((window, at) => <li key={at}><WindowText window={window} /></li>)}</ul></>;
  }
}

function WindowText({ window }: { window: PriceWindow }) {
  const { i18n } = useLingui();
  // 5 January 1970 was a Monday.
  const day = (name: string) => new Intl.DateTimeFormat(i18n.locale, { weekday: 'short', timeZone: 'UTC' }).format(new Date(Date.UTC(1970, 0, 5 + WEEK.indexOf(name as (typeof WEEK)[number]))));
  const days = WEEK.filter((one) => window.days.includes(one));
  return <>{days.length === WEEK.length ? <Trans>every day</Trans> : new Intl.ListFormat(i18n.locale, { type: 'unit', style: 'short' }).format(days.map(day))} {window.fromHour}:00–{window.toHour}:00: <Amount of={window.perGb} /></>;
}

export const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
