import { Trans } from '@lingui/react/macro';
import { Pill } from '@/shared/ui/status';
import type { Delivery, Receiver } from './tools-api';

/** What a message tells of; a newer one is called as it is on the wire. */
export function KindName({ of }: { of: string }) {
  switch (of) {
    case 'invoice.issued': return <Trans>Invoice issued</Trans>;
    case 'invoice.overdue': return <Trans>Invoice overdue</Trans>;
    case 'invoice.settled': return <Trans>Invoice settled</Trans>;
    case 'invoice.reopened': return <Trans>Invoice open again</Trans>;
    case 'invoice.credited': return <Trans>Credit note issued</Trans>;
    case 'payment.received': return <Trans>Payment received</Trans>;
    case 'payment.returned': return <Trans>Payment returned</Trans>;
    case 'pay-run.paid': return <Trans>Moderators’ pay run paid</Trans>;
    case 'webhook.test': return <Trans>Test</Trans>;
    default: return <>{of}</>;
  }
}

export function ReceiverState({ of }: { of: Receiver }) {
  if (of.disabledAt) return <Pill tone="bad"><Trans>Disabled</Trans></Pill>;
  if (of.failingSince) return <Pill tone="warn"><Trans>Takes nothing</Trans></Pill>;
  return of.takenAt ? <Pill tone="ok"><Trans>Listens</Trans></Pill> : <Pill tone="info"><Trans>Nothing sent yet</Trans></Pill>;
}

export function DeliveryState({ of }: { of: Delivery['state'] }) {
  switch (of) {
    case 'waiting': return <Pill tone="info"><Trans>Waiting</Trans></Pill>;
    case 'taken': return <Pill tone="ok"><Trans>Taken</Trans></Pill>;
    case 'failed': return <Pill tone="bad"><Trans>Given up</Trans></Pill>;
  }
}
