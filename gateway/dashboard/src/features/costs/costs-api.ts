import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, putFile, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import type { Money } from '@/shared/money';

export type PolicyKind = 'equal' | 'weight' | 'usage' | 'p95' | 'fee' | 'airport' | 'tree' | 'clearing';
export type Direction = string;

/** How a cost is shared; each kind has fields of its own. */
export interface Policy {
  kind: PolicyKind;
  plans?: Record<string, number> | null;
  direction?: Direction | null;
  fee?: Money | null;
  rest?: Policy | null;
}

export interface CostPool {
  id: string;
  purpose: string;
  amount: Money;
  firstMonth: string;
  lastMonth: string;
  policy: Policy;
  payeeId?: string | null;
  declaredBy: string;
  declaredAt: string;
  state: 'declared' | 'validated' | 'refused' | 'withdrawn' | string;
  document?: { name: string; mediaType: string; sha256: string; bytes: number } | null;
  validations: { by: string; at: string }[];
  validationsNeeded: number;
  end?: { by: string; at: string; reason: string } | null;
}

export interface NewCostPool {
  purpose: string;
  amount: Money;
  firstMonth: string;
  lastMonth: string | null;
  policy: Policy;
}

export interface CostMonth {
  month: string;
  revision: number;
  madeAt: string;
  amount: Money;
  formula: string;
}

export interface CostShare {
  id: string;
  memberId?: string | null;
  payerId: string;
  amount: Money;
  posted: Money;
}

export interface Figure {
  name: string;
  value: string;
  unit: string;
}

/** Why a share is what it is. Values are whole numbers or exact fractions such as 22/7. */
export interface Derivation {
  formula: string;
  rule: string;
  inputs: Figure[];
  steps: Figure[];
  parts: { what: string; cost: string; sharers: number; share: string }[];
  exact: string;
  result: Money;
}

export interface ShareReason {
  share: CostShare;
  costPoolId: string;
  purpose: string;
  month: CostMonth;
  explanation?: Derivation | null;
}

export interface SettlementReason {
  entry: { id: string; kind: 'reciprocity' | 'carriage-paid' | 'carriage-earned' | string; month: string; payerId: string; amount: Money; posted: Money };
  explanation: Derivation;
}

export interface CostPayment {
  id: string;
  amount: Money;
  paidOn: string;
  reference?: string | null;
  recordedBy: string;
  recordedAt: string;
  reversal?: { by: string; at: string; reason: string } | null;
}

/** What was charged for a cost, what the bank paid of it, and what it still has to pay. */
export interface CostAccount {
  charged: Money;
  paid: Money;
  open: Money;
  items: CostPayment[];
}

export interface NewCostPayment {
  amount: Money;
  paidOn: string;
  reference: string | null;
}

export interface CostDifference {
  memberId?: string | null;
  payerId: string;
  current: Money;
  proposed: Money;
  difference: Money;
  alone?: Money | null;
  betterAlone: boolean;
}

/** Months of a cost under another policy; nothing of it is written. */
export interface CostTrial {
  id: string;
  state: 'running' | 'done' | 'failed';
  /** Months looked at so far, of those asked for. */
  done: number;
  asked: number;
  why?: string | null;
  months: { month: string; amount: Money; current: string; proposed: string; reproduced: boolean }[];
  problems: { month: string; rule: string; message: string; at: string }[];
  spread: { members: number; cheaper: number; same: number; dearer: number; betterAlone: number; tenth?: Money | null; median?: Money | null; nineTenths?: Money | null } | null;
  items: CostDifference[];
}

export interface NewCostTrial {
  from: string;
  to: string;
  policy: Policy;
}

/** What members settle between themselves from a month on; zero is off. */
export interface SettlementTerms {
  firstMonth: string;
  reciprocityPerGb: Money;
  carriageCeilingPerGb: Money;
}

/** What a node asks for carrying a GB. */
export interface CarriagePrice {
  nodeId: string;
  from: string;
  perGb: Money;
}

const at = (id: string) => `/api/cost-pools/${segment(id)}`;
export const documentPath = (id: string) => `${at(id)}/document`;
export const poolsQuery = (state?: string) => pagesQuery<CostPool>(['cost-pools'], '/api/cost-pools', { state });
export const poolQuery = (id: string) => queryOptions({ queryKey: ['cost-pool', id], queryFn: ({ signal }) => get<CostPool>(at(id), signal) });
export const monthsQuery = (id: string) => queryOptions({ queryKey: ['cost-pool', id, 'months'], queryFn: ({ signal }) => get<{ items: CostMonth[]; problems: { month: string; rule: string; message: string; at: string }[] }>(`${at(id)}/months`, signal) });
/** The cursor of shares is called "from". */
export const sharesQuery = (id: string, month: string) =>
  infiniteQueryOptions({
    queryKey: ['cost-pool', id, 'shares', month],
    queryFn: ({ pageParam, signal }) => get<Page<CostShare>>(withQuery(`${at(id)}/months/${segment(month)}/shares`, { limit: 100, from: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<CostShare>) => last.next ?? null,
  });
export const shareQuery = (id: string) => queryOptions({ queryKey: ['cost-share', id], queryFn: ({ signal }) => get<ShareReason>(`/api/cost-shares/${segment(id)}`, signal) });
export const settlementQuery = (id: string) => queryOptions({ queryKey: ['settlement', id], queryFn: ({ signal }) => get<SettlementReason>(`/api/settlements/entries/${segment(id)}`, signal) });

/** What one gets back for the part of an outage in one month. */
export interface OutageCredit {
  id: string;
  beganAt: string;
  endedAt: string;
  month: string;
  amount: Money;
  explanation: SettlementReason['explanation'];
}

/** What outages give back that begin on a day or later; {@code resolution} is the assembly's. */
export interface OutageRule {
  effectiveOn: string;
  afterHours: number;
  percent: number;
  resolution?: number | null;
}

/** What the assembly lets be spent on something each month. */
export interface CostBudget {
  purpose: string;
  firstMonth: string;
  monthly: Money;
  declared: Money;
  resolution: number;
}

/** What the assembly decided about money, and what became of it. */
export interface MoneyResolution {
  proposalId: string;
  number: number;
  effectiveOn: string;
  kind: 'dues' | 'budget' | 'outage-credit' | string;
  what: string;
  carriedOutAt?: string | null;
  why?: string | null;
}

export const outageCreditQuery = (id: string) => queryOptions({ queryKey: ['outage-credit', id], queryFn: ({ signal }) => get<OutageCredit>(`/api/outage-credits/${segment(id)}`, signal) });
export const outageRulesQuery = queryOptions({ queryKey: ['outage-rules'], queryFn: ({ signal }) => get<{ items: OutageRule[] }>('/api/outage-credits/rules', signal) });
export const budgetsQuery = queryOptions({ queryKey: ['cost-budgets'], queryFn: ({ signal }) => get<{ items: CostBudget[] }>('/api/cost-budgets', signal) });
export const resolutionsQuery = pagesQuery<MoneyResolution>(['money-resolutions'], '/api/money-resolutions', {});
export const setOutageRule = (rule: { effectiveOn: string; afterHours: number; percent: number }) => post<{ items: OutageRule[] }>('/api/outage-credits/rules', rule);

export const termsQuery = queryOptions({ queryKey: ['settlement-terms'], queryFn: ({ signal }) => get<{ items: SettlementTerms[] }>('/api/settlements/terms', signal) });
export const pricesQuery = pagesQuery<CarriagePrice>(['carriage-prices'], '/api/settlements/prices', {});
export const declareTerms = (terms: SettlementTerms) => post<SettlementTerms>('/api/settlements/terms', terms);

export const accountQuery = (id: string) => queryOptions({ queryKey: ['cost-pool', id, 'payments'], queryFn: ({ signal }) => get<CostAccount>(`${at(id)}/payments`, signal) });

export const payPool = (id: string, payment: NewCostPayment, idempotencyKey: string) => post<CostPayment>(`${at(id)}/payments`, payment, { idempotencyKey });
export const reversePayment = (id: string, payment: string, reason: string, idempotencyKey: string) => post<CostPayment>(`${at(id)}/payments/${segment(payment)}/reversal`, { reason }, { idempotencyKey });
export const tryPolicy = (id: string, trial: NewCostTrial) => post<CostTrial>(`${at(id)}/trials`, trial);
const ASKED_AGAIN = 1_000;
export const trialQuery = (pool: string, id: string) => queryOptions({
  queryKey: ['cost-trial', pool, id],
  queryFn: ({ signal }) => get<CostTrial>(`${at(pool)}/trials/${segment(id)}`, signal),
  refetchInterval: (query) => (query.state.data && query.state.data.state !== 'running' ? false : ASKED_AGAIN),
});
export const declarePool = (pool: NewCostPool, idempotencyKey: string) => post<CostPool>('/api/cost-pools', pool, { idempotencyKey });
export const bringDocument = (id: string, file: File) => putFile<CostPool>(withQuery(documentPath(id), { name: file.name }), file);
export const validatePool = (id: string, documentSha256: string) => post<CostPool>(`${at(id)}/validate`, { documentSha256 });
export const refusePool = (id: string, reason: string) => post<CostPool>(`${at(id)}/refuse`, { reason });
export const withdrawPool = (id: string, reason: string) => post<CostPool>(`${at(id)}/withdraw`, { reason });
