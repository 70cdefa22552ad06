import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, withQuery, type Page } from '@/shared/api';
import type { InstalmentPlan } from '@/shared/instalments';
import type { Money } from '@/shared/money';
import { pagesQuery } from '@/shared/lists';

export interface OpenInvoice {
  id: string;
  number: string;
  dueOn: string;
  state: string;
  open: Money;
}

export interface Mine {
  payers: { payerId: string; invoices: OpenInvoice[] }[];
  plans: InstalmentPlan[];
}

export interface NewPlan {
  payerId: string;
  invoiceIds: string[];
  days: string[];
  reason?: string | null;
}

const PLANS = '/api/billing/instalment-plans';

export const plansQuery = (filter: { state?: string; payerId?: string }) => pagesQuery<InstalmentPlan>(['instalment-plans'], PLANS, filter);
export const mineQuery = queryOptions({ queryKey: ['instalment-plans', 'mine'], queryFn: ({ signal }) => get<Mine>(`${PLANS}/mine`, signal) });
/** What is open on a payer's invoices. */
export const openQuery = (payerId: string) => queryOptions({ queryKey: ['invoices', 'open', payerId], queryFn: ({ signal }) => get<Page<OpenInvoice>>(withQuery('/api/invoices', { payerId, state: 'open', limit: 50 }), signal).then((page) => page.items) });

export const ask = (plan: NewPlan) => post<InstalmentPlan>(`${PLANS}/mine`, plan);
export const withdraw = (id: string) => post<InstalmentPlan>(`${PLANS}/${segment(id)}/withdrawal`);
export const agree = (plan: NewPlan) => post<InstalmentPlan>(PLANS, plan);
export const agreeTo = (id: string) => post<InstalmentPlan>(`${PLANS}/${segment(id)}/agreement`);
export const refuse = (id: string, reason: string) => post<InstalmentPlan>(`${PLANS}/${segment(id)}/refusal`, { reason });
export const end = (id: string, reason: string) => post<InstalmentPlan>(`${PLANS}/${segment(id)}/end`, { reason });
