import { Trans } from '@lingui/react/macro';
import { Pill } from '@/shared/ui/status';

export function RunState({ state }: { state: string }) {
  switch (state) {
    case 'proposed': return <Pill tone="warn"><Trans>Waits for approval</Trans></Pill>;
    case 'approved': return <Pill tone="info"><Trans>For the bank</Trans></Pill>;
    case 'collected': return <Pill tone="ok"><Trans>Collected</Trans></Pill>;
    case 'rejected': return <Pill tone="quiet"><Trans>Turned down</Trans></Pill>;
    case 'withdrawn': return <Pill tone="quiet"><Trans>Withdrawn</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

export function ItemState({ state }: { state: string }) {
  switch (state) {
    case 'due': return <Pill tone="info"><Trans>To be collected</Trans></Pill>;
    case 'collected': return <Pill tone="ok"><Trans>Collected</Trans></Pill>;
    case 'rejected': return <Pill tone="bad"><Trans>Refused by the bank</Trans></Pill>;
    case 'returned': return <Pill tone="bad"><Trans>Went back</Trans></Pill>;
    case 'left': return <Pill tone="quiet"><Trans>Left out</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

export function MandateState({ state }: { state: string }) {
  switch (state) {
    case 'active': return <Pill tone="ok"><Trans>In use</Trans></Pill>;
    case 'suspended': return <Pill tone="bad"><Trans>Suspended</Trans></Pill>;
    case 'revoked': return <Pill tone="quiet"><Trans>Revoked</Trans></Pill>;
    case 'expired': return <Pill tone="quiet"><Trans>Unused for 36 months</Trans></Pill>;
    case 'used': return <Pill tone="quiet"><Trans>Used</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

/** Whether the payer was told of a collection before its day. */
export function Told({ notice }: { notice: string }) {
  switch (notice) {
    case 'later': return <Trans>told later</Trans>;
    case 'on-its-way': return <Trans>mail on its way</Trans>;
    case 'sent': return <Trans>told by mail</Trans>;
    case 'not-sent': return <b><Trans>not told: the mail did not leave</Trans></b>;
    default: return <>{notice}</>;
  }
}

/** What follows from the bank's reason. */
export function FollowUp({ action }: { action: string }) {
  switch (action) {
    case 'suspend': return <Trans>the mandate waits until it is signed anew or cleared with the payer</Trans>;
    case 'retry': return <Trans>tried again by the schedule</Trans>;
    case 'refund': return <Trans>the payer had it back; talk to them</Trans>;
    default: return <Trans>look at it; it is not collected again by itself</Trans>;
  }
}
