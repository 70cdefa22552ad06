import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useAction } from '@/shared/ui/action';
import { ProblemNotice } from '@/shared/ui/notice';
import { Panel } from '@/shared/ui/page';
import { checkout, offeredQuery, type ProviderCode } from './providers-api';
import { ProviderWay } from './words';

/** A button for each provider; leads away to its page and comes back to the invoice. */
export function PayNow({ invoiceId }: { invoiceId: string }) {
  const { t } = useLingui();
  const offered = useQuery(offeredQuery).data ?? [];
  const go = useAction<ProviderCode, { page: string }>({ run: (provider) => checkout(invoiceId, provider), done: ({ page }) => window.location.assign(page) });
  if (offered.length === 0) return null;
  return (
    <Panel title={t`Pay at once`}>
      <div className="toolbar">{offered.map((provider) => <Button key={provider} variant="default" loading={go.busy} onClick={() => go.run(provider)}><ProviderWay of={provider} /></Button>)}</div>
      <p className="soft"><Trans>You pay on the provider’s own page. The co-op sees the amount, never your card.</Trans></p>
      <ProblemNotice error={go.error} />
    </Panel>
  );
}
