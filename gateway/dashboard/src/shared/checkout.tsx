import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { get, post } from './api';
import { useAction } from './ui/action';
import { ProblemNotice } from './ui/notice';
import { Panel } from './ui/page';

export type ProviderCode = 'stripe' | 'gocardless' | 'btcpay';

const offeredQuery = queryOptions({ queryKey: ['providers', 'offered'], queryFn: ({ signal }) => get<{ providers: ProviderCode[] }>('/api/payments/offered', signal).then((answer) => answer.providers), staleTime: 300_000 });
const checkout = (invoiceId: string, provider: ProviderCode) => post<{ page: string }>('/api/payments/checkout', { invoiceId, provider });

/** A button for each provider; leads away to its page and comes back to the invoice. */
export function PayNow({ invoiceId }: { invoiceId: string }) {
  const { t } = useLingui();
  const offered = useQuery(offeredQuery).data ?? [];
  const go = useAction<ProviderCode, { page: string }>({ run: (provider) => checkout(invoiceId, provider), done: ({ page }) => window.location.assign(page) });
  if (offered.length === 0) return null;
  return (
    <Panel title={t`Pay at once`}>
      <div className="toolbar">{offered.map((provider) => <Button key={provider} variant="default" loading={go.busy} onClick={() => go.run(provider)}><Way of={provider} /></Button>)}</div>
      <p className="soft"><Trans>You pay on the provider’s own page. The co-op sees the amount, never your card.</Trans></p>
      <ProblemNotice error={go.error} />
    </Panel>
  );
}

/** What a payer chooses. */
export function Way({ of }: { of: ProviderCode }) {
  switch (of) {
    case 'stripe': return <Trans>By card</Trans>;
    case 'gocardless': return <Trans>By direct debit</Trans>;
    case 'btcpay': return <Trans>In Bitcoin</Trans>;
  }
}
