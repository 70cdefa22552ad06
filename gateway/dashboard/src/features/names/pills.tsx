import { Trans } from '@lingui/react/macro';
import { LivePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import type { OwnName } from './names-api';

/** How the node behind a name is; one that is out of service serves nothing. */
export const NamePill = ({ live }: { live: string }) => live === 'out' ? <Pill tone="bad"><Trans>Out of service</Trans></Pill> : <LivePill live={live} />;

/** Whether a name is its holder's to change. */
export function HoldPill({ name }: { name: OwnName }) {
  switch (name.state) {
    case 'held': return name.offeredUntil ? <Pill tone="info"><Trans>Offered until <When at={name.offeredUntil} first="absolute" /></Trans></Pill> : null;
    case 'frozen': return <Pill tone="warn"><Trans>Disputed</Trans></Pill>;
    case 'lapsing': return <Pill tone="warn">{name.freeAt ? <Trans>Free on <When at={name.freeAt} first="absolute" /></Trans> : <Trans>Ending</Trans>}</Pill>;
  }
}
