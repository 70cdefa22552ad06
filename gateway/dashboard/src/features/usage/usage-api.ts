import { queryOptions } from '@tanstack/react-query';
import { get, withQuery, type Page } from '@/shared/api';
import { add, isZero, type Money } from '@/shared/money';
import type { UsageStep } from '@/shared/usage';

/** The service answers with at most 2,000 hours at once. */
export const DAYS_MAX = 62;

/** Every hour that a node told of; of all own sites, or of one. */
export const hoursQuery = (siteId: string | undefined, from: number, to: number) =>
  queryOptions({
    queryKey: ['usage', 'hours', siteId ?? 'mine', from, to],
    queryFn: ({ signal }) =>
      get<Page<UsageStep>>(withQuery(siteId ? '/api/usage' : '/api/usage/mine', { siteId, from: new Date(from).toISOString(), to: new Date(to).toISOString(), step: 'hour' }), signal).then((page) => page.items),
    refetchInterval: 60_000,
  });

export const sitesQuery = queryOptions({ queryKey: ['me', 'sites'], queryFn: ({ signal }) => get<{ sites: { id: string; name: string }[] }>('/api/me', signal).then((me) => me.sites), staleTime: 60_000 });

interface Running {
  running?: { period: string; charges: { siteId?: string | null; saved?: Money | null }[] } | null;
}

/** What local traffic of this month would have cost so far, as the bill says it. */
export const savedQuery = (siteId: string | undefined) =>
  queryOptions({
    queryKey: ['usage', 'saved', siteId ?? 'mine'],
    queryFn: async ({ signal }): Promise<Money | null> => {
      const bill = await get<{ payers: Running[] }>('/api/bill/mine', signal);
      const saved = bill.payers.flatMap((payer) => payer.running?.charges ?? []).filter((charge) => !siteId || charge.siteId === siteId).flatMap((charge) => (charge.saved && !isZero(charge.saved) ? [charge.saved] : []));
      return saved.length === 0 ? null : saved.reduce(add);
    },
  });

/** A report about own addresses that was set aside, and what was decided. */
export interface OwnSetAside {
  nodeId: string;
  bootId: string;
  sequence: number;
  startedAt: string;
  reason: string;
  claims: { internetDown: number; internetUp: number; localDown: number; localUp: number }[];
  decision?: { accepted: boolean; reason: string; decidedAt: string } | null;
}

export const ownSetAsideQuery = queryOptions({ queryKey: ['usage', 'mine', 'implausible'], queryFn: ({ signal }) => get<OwnSetAside[]>('/api/usage/mine/implausible', signal), retry: false });
