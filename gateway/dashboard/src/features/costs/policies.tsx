import { Trans } from '@lingui/react/macro';
import { Pill } from '@/shared/ui/status';
import { Amount } from '@/shared/ui/values';
import type { Policy, PolicyKind } from './costs-api';

export function PolicyName({ kind }: { kind: PolicyKind | string }) {
  switch (kind) {
    case 'equal': return <Trans>Everybody the same</Trans>;
    case 'weight': return <Trans>By contracted speed</Trans>;
    case 'usage': return <Trans>By bytes</Trans>;
    case 'p95': return <Trans>By the 95th percentile</Trans>;
    case 'fee': return <Trans>A fee, the rest by use</Trans>;
    case 'airport': return <Trans>Each pays for the size they need</Trans>;
    case 'tree': return <Trans>By the links that the traffic needs</Trans>;
    case 'clearing': return <Trans>Contributors settle what they spent</Trans>;
    default: return <>{kind}</>;
  }
}

export function PolicyText({ policy }: { policy: Policy }) {
  switch (policy.kind) {
    case 'equal': return <Trans>Every member pays the same; who was there for half of the month, half of it.</Trans>;
    case 'weight': return <Trans>In proportion to the weight of the plan.</Trans>;
    case 'usage': return <Trans>In proportion to Internet bytes.</Trans>;
    case 'p95': return <Trans>In proportion to the rate that is left when the busiest twentieth of the month is dropped.</Trans>;
    case 'fee': return <Trans>Each pays <Amount of={policy.fee} />; what is left is shared by the second rule.</Trans>;
    case 'airport': return <Trans>What only the large ones need, only the large ones share (Shapley).</Trans>;
    case 'tree': return <Trans>The cost of each link is shared by those whose traffic needs it on its way out (Shapley).</Trans>;
    case 'clearing': return <Trans>Who spent more than their share of use gets the difference from who spent less; one net payment each.</Trans>;
  }
}

export function PoolState({ state }: { state: string }) {
  switch (state) {
    case 'declared': return <Pill tone="info"><Trans>Waiting for eyes</Trans></Pill>;
    case 'validated': return <Pill tone="ok"><Trans>Validated</Trans></Pill>;
    case 'refused': return <Pill tone="bad"><Trans>Refused</Trans></Pill>;
    case 'withdrawn': return <Pill tone="quiet"><Trans>Withdrawn</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}
