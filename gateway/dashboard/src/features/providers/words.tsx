import { Trans } from '@lingui/react/macro';
import { Pill } from '@/shared/ui/status';
import type { Attempt, ProviderCode } from './providers-api';

export function ProviderName({ of }: { of: ProviderCode | string }) {
  switch (of) {
    case 'stripe': return <>Stripe</>;
    case 'gocardless': return <>GoCardless</>;
    case 'btcpay': return <>BTCPay Server</>;
    default: return <>{of}</>;
  }
}

/** What a payer chooses. */
export function ProviderWay({ of }: { of: ProviderCode | string }) {
  switch (of) {
    case 'stripe': return <Trans>By card</Trans>;
    case 'gocardless': return <Trans>By direct debit</Trans>;
    case 'btcpay': return <Trans>In Bitcoin</Trans>;
    default: return <>{of}</>;
  }
}

export function AttemptState({ of }: { of: Attempt['state'] }) {
  switch (of) {
    case 'opening': return <Pill tone="quiet"><Trans>No page yet</Trans></Pill>;
    case 'open': return <Pill tone="info"><Trans>With the payer</Trans></Pill>;
    case 'processing': return <Pill tone="info"><Trans>On its way</Trans></Pill>;
    case 'succeeded': return <Pill tone="ok"><Trans>Taken</Trans></Pill>;
    case 'failed': return <Pill tone="bad"><Trans>Failed</Trans></Pill>;
    case 'expired': return <Pill tone="quiet"><Trans>Not used</Trans></Pill>;
  }
}
