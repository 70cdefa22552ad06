import { queryOptions } from '@tanstack/react-query';
import { get, type Page } from './api';
import type { Money } from './money';

/** What everybody may know about the co-op. */
export interface Coop {
  constituted: boolean;
  name?: string | null;
  currency?: string | null;
  timeZone?: string | null;
  rulesVersion?: number | null;
  rulesText?: string | null;
  caFingerprint?: string | null;
}

export interface Plan {
  code: string;
  name: string;
  description?: string | null;
  effectiveOn: string;
  flat: Money;
  includedGb: number;
  perGb: Money;
  currency: string;
  /** What it is put together of; the fields above say the same of flat dues and volume. */
  parts?: PlanPart[] | null;
}

/** From an hour of the co-op's clock up to, not including, a later one. */
export interface PriceWindow {
  days: string[];
  fromHour: number;
  toHour: number;
  perGb: Money;
}

export type PlanPart =
  | { type: 'flat'; monthly: Money }
  | { type: 'scale'; floor: Money; suggested: Money; ceiling: Money }
  | { type: 'volume'; includedGb: number; perGb: Money }
  | { type: 'peak'; committedMbit: string; perMbit: Money; direction: string }
  | { type: 'timed'; perGb: Money; windows: PriceWindow[] };

export const partsOf = (plan: Plan): PlanPart[] => plan.parts ?? [{ type: 'flat', monthly: plan.flat }, { type: 'volume', includedGb: plan.includedGb, perGb: plan.perGb }];

export const coopQuery = queryOptions({
  queryKey: ['coop'],
  queryFn: ({ signal }) => get<Coop>('/api/coop', signal),
  staleTime: 300_000,
});

export const plansQuery = queryOptions({
  queryKey: ['plans'],
  queryFn: ({ signal }) => get<Page<Plan>>('/api/plans', signal).then((page) => page.items),
  staleTime: 60_000,
});

/** Every version of every plan: past, present and coming. */
export const planHistoryQuery = queryOptions({
  queryKey: ['plans', 'history'],
  queryFn: ({ signal }) => get<Page<Plan>>('/api/plans?history=true', signal).then((page) => page.items),
});

/** Of each code the plan that holds on {@code date}; else the first that is coming. */
export function currentPlans(plans: Plan[], date: string): Plan[] {
  const byCode = new Map<string, Plan>();
  for (const plan of [...plans].sort((a, b) => a.effectiveOn.localeCompare(b.effectiveOn))) {
    if (!byCode.has(plan.code) || plan.effectiveOn <= date) byCode.set(plan.code, plan);
  }
  return [...byCode.values()];
}
