import { Trans } from '@lingui/react/macro';
import type { ProviderCode } from '@/shared/checkout';
import { Pill } from '@/shared/ui/status';
import type { Attempt } from './providers-api';

/** Names of firms are the same in every language. */
const NAMES: Record<string, string> = { stripe: 'Stripe', gocardless: 'GoCardless', btcpay: 'BTCPay Server' };

export function ProviderName({ of }: { of: ProviderCode | string }) {
  return <>{NAMES[of] ?? of}</>;
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
