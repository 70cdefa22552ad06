import { Plural, Trans } from '@lingui/react/macro';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import type { Measure, Rung } from './cases-api';

/** One measure in a line: what, on whom, until when. */
export function MeasureText({ measure }: { measure: Measure }) {
  const target = measure.target.kind === 'member' ? <Trans>the member</Trans> : <span className="mono">{measure.target.value}</span>;
  return (
    <span>
      <Pill tone={measure.kind === 'warning' ? 'warn' : 'bad'}><MeasureName measure={measure} /></Pill> {target}
      {measure.kind !== 'warning' && <> · {measure.permanent ? <Trans>permanent</Trans> : measure.until ? <Trans>until <When at={measure.until} first="absolute" /></Trans> : null}</>}
    </span>
  );
}

function MeasureName({ measure }: { measure: Pick<Measure, 'kind' | 'slowLaneKbit'> }) {
  switch (measure.kind) {
    case 'warning': return <Trans>Warning</Trans>;
    case 'slowLane': return <Trans>Slow lane, {measure.slowLaneKbit ?? 0} kbit/s</Trans>;
    case 'suspension': return <Trans>Suspension</Trans>;
    case 'ban': return <Trans>Ban</Trans>;
  }
}

/** A step of the ladder by its name. */
export const RungName = ({ rung }: { rung: Rung }) => <MeasureName measure={rung} />;

/** How long a step of the ladder lasts; nothing for a warning. */
export function RungTerm({ rung }: { rung: Rung }) {
  if (rung.permanent) return <Trans>permanent</Trans>;
  return rung.days ? <Plural value={rung.days} one="for # day" other="for # days" /> : null;
}
