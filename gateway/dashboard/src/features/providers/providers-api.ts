import { queryOptions } from '@tanstack/react-query';
import { get, post, segment } from '@/shared/api';
import type { ProviderCode } from '@/shared/checkout';
import { pagesQuery } from '@/shared/lists';
import type { Money } from '@/shared/money';

export interface Provider {
  provider: ProviderCode;
  /** Whether the co-op has an account there. */
  offered: boolean;
  /** What it has taken and not paid out. */
  clearing: Money;
  /** Where its webhooks are to be sent. */
  webhooks: string;
  heardAt?: string | null;
  refusedAt?: string | null;
  refusedWhy?: string | null;
  answeredAt?: string | null;
  awayAt?: string | null;
  awayWhy?: string | null;
}

export interface Attempt {
  id: string;
  provider: ProviderCode;
  /** Nothing where it filled a wallet. */
  invoiceId?: string | null;
  number: string;
  payerId: string;
  amount: Money;
  state: 'opening' | 'open' | 'processing' | 'succeeded' | 'failed' | 'expired';
  received: Money;
  fee: Money;
  references: string[];
  why?: string | null;
  createdAt: string;
  changedAt: string;
  nextLookAt?: string | null;
}

const REFRESH_MS = 10_000;

export const providersQuery = queryOptions({ queryKey: ['providers', 'all'], queryFn: ({ signal }) => get<{ items: Provider[] }>('/api/payments/providers', signal).then((answer) => answer.items), refetchInterval: REFRESH_MS });
export const attemptsQuery = (state?: string) => pagesQuery<Attempt>(['providers', 'attempts'], '/api/payments/attempts', { state });
export const lookNow = (id: string) => post<void>(`/api/payments/attempts/${segment(id)}/look`);
export const refund = (id: string, amount: string, key: string) => post<void>(`/api/payments/attempts/${segment(id)}/refund`, { amount }, { idempotencyKey: key });
