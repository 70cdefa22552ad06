import { queryOptions } from '@tanstack/react-query';
import { get, post, put, segment, type Page } from '@/shared/api';
import type { Money } from '@/shared/money';

export interface Me {
  id: string;
  name: string;
  state: string;
  standing?: { level: string; since?: string | null; until?: string | null; why?: string | null } | null;
  sites: { id: string; name: string; address?: string | null; planCode?: string | null; payerId?: string | null; publicSince?: string | null }[];
  nodes: { id: string; nodeId?: string | null; name: string }[];
}

/** Data that are held for one purpose. */
export interface HeldKind {
  service: string;
  kind: string;
  purpose: string;
  basis: string;
  kept: string;
  stays: string | null;
  tables: { table: string; erase?: string | null; blank?: Record<string, string> | null }[];
}

export interface OpenInvoice {
  id: string;
  number: string;
  dueOn: string;
  total: Money;
  open: Money;
  state: string;
}

export interface Charge {
  kind: string;
  charge?: string | null;
  planCode?: string | null;
  quantity?: string | null;
  unit?: string | null;
  includedGb?: string | null;
  localGb?: string | null;
  saved?: Money | null;
  amount: Money;
}

export interface PayerBill {
  payerId: string;
  balance: Money;
  credit?: Money | null;
  open: OpenInvoice[];
  running?: { period: string; charges: Charge[]; total: Money } | null;
  payments: { id: string; receivedOn: string; method: string; amount: Money; reversed?: boolean | null }[];
}

/** Dues on a sliding scale; without a scale there is nothing to choose. */
export interface Dues {
  scale?: { floor: Money; suggested: Money; ceiling: Money } | null;
  monthly?: Money | null;
  choices: { effectiveOn: string; monthly: Money }[];
}

export interface OwnNode {
  id: string;
  name: string;
  state: string;
  live: string;
  siteName?: string | null;
  lastSeenAt?: string | null;
  attachments?: { id: string; rule?: string | null; slowLaneKbit?: number | null; why?: string | null }[];
}

export interface OwnReport {
  id: string;
  category: string;
  receivedAt: string;
  state: string;
  outcome?: string | null;
}

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => get<Me>('/api/me', signal), refetchInterval: 10_000 });
export const billQuery = queryOptions({ queryKey: ['me', 'bill'], queryFn: ({ signal }) => get<{ payers: PayerBill[] }>('/api/bill/mine', signal), refetchInterval: 15_000 });
export const ownNodesQuery = (memberId: string) => queryOptions({ queryKey: ['me', 'nodes'], queryFn: ({ signal }) => get<Page<OwnNode & { ownerId: string }>>('/api/nodes?limit=200', signal).then((page) => page.items.filter((node) => node.ownerId === memberId)), refetchInterval: 2_000 });
export const ownReportsQuery = queryOptions({ queryKey: ['me', 'reports'], queryFn: ({ signal }) => get<Page<OwnReport>>('/api/reports/mine', signal).then((page) => page.items) });

const duesPath = (payerId: string, siteId: string) => `/api/bill/${segment(payerId)}/dues/${segment(siteId)}`;
export const duesQuery = (payerId: string, siteId: string) => queryOptions({ queryKey: ['me', 'dues', payerId, siteId], queryFn: ({ signal }) => get<Dues>(duesPath(payerId, siteId), signal), retry: false });
export const chooseDues = (payerId: string, siteId: string, choice: { amount: string; effectiveOn: string }) => put<Dues>(duesPath(payerId, siteId), choice);
/** An outage that hits me now; another page tells all of them. */
export interface OwnOutage {
  id: string;
  beganAt: string;
  note?: string | null;
}
export const ownOutagesQuery = queryOptions({ queryKey: ['me', 'outages'], queryFn: ({ signal }) => get<Page<OwnOutage>>('/api/outages?limit=20', signal).then((page) => page.items), refetchInterval: 15_000 });
export const openToMaps = (siteId: string, open: boolean) => put(`/api/sites/${segment(siteId)}/public`, { open });

const REGISTERS = ['/api/privacy/register', '/api/billing/privacy/register', '/api/abuse/privacy/register'];
/** What all services hold, in one list. */
export const registerQuery = queryOptions({ queryKey: ['privacy', 'register'], queryFn: async ({ signal }) => ({ kinds: (await Promise.all(REGISTERS.map((path) => get<{ service: string; kinds: Omit<HeldKind, 'service'>[] }>(path, signal)))).flatMap(({ service, kinds }) => kinds.map((kind) => ({ ...kind, service }))) }), staleTime: 300_000 });
export const eraseMe = () => post<{ rows: Record<string, number> }>('/api/me/erasure', {});
