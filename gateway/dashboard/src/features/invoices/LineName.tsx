import { Trans } from '@lingui/react/macro';
import { isNegative } from '@/shared/money';
import type { InvoiceLine } from './invoices-api';

/** What a line charges, in words; {@code short} where there is no room for more. */
export function LineName({ line, plan, short }: { line: InvoiceLine; plan: string; short?: boolean }) {
  if (line.kind !== 'adjustment') {
    switch (line.charge) {
      case 'scale': return short ? <Trans>Dues</Trans> : <Trans>Dues as chosen, plan {plan}</Trans>;
      case 'timed': return short ? <Trans>Traffic</Trans> : <Trans>Internet traffic by the time of day, plan {plan}</Trans>;
      case 'peak': return short ? <Trans>Speed</Trans> : <Trans>Speed above what is included, plan {plan}</Trans>;
    }
  }
  switch (line.kind) {
    case 'dues': return short ? <Trans>Dues</Trans> : <Trans>Dues, plan {plan}</Trans>;
    case 'usage': return short ? <Trans>Traffic</Trans> : <Trans>Internet traffic over what is included, plan {plan}</Trans>;
    case 'adjustment': return short ? <Trans>Correction</Trans> : line.charge === 'dues' || line.charge === 'scale' ? <Trans>Correction of dues, plan {plan}</Trans> : <Trans>Correction of traffic, plan {plan}</Trans>;
    case 'carried': return isNegative(line.amount) ? <Trans>Fractions of a cent, carried to the next bill</Trans> : <Trans>Fractions of a cent from before</Trans>;
    case 'share': return short ? <>{line.label}</> : <Trans>Share of a cost: {line.label}</Trans>;
    case 'reciprocity': return short ? <Trans>Reciprocity</Trans> : isNegative(line.amount) ? <Trans>Carried more for others than others for you</Trans> : <Trans>Others carried more for you than you for them</Trans>;
    case 'carriage': return short ? <Trans>Carriage</Trans> : isNegative(line.amount) ? <Trans>Carriage at your price, earned</Trans> : <Trans>Carriage at its owners’ prices</Trans>;
    case 'outage': return short ? <Trans>Outage</Trans> : <Trans>Dues given back for the outage {line.label}</Trans>;
    case 'prepaid': return <Trans>Paid ahead from the wallet</Trans>;
    default: return <>{line.kind}</>;
  }
}
