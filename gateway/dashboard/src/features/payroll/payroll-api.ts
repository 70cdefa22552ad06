import { queryOptions } from '@tanstack/react-query';
import { get, post, put, segment, withQuery } from '@/shared/api';
import type { Money } from '@/shared/money';

export interface RateCard {
  firstMonth: string;
  /** Of the dues that came in, such as 0.08. */
  share: string;
  perHour: Money;
  perCase: Money;
  setBy: string;
  setAt: string;
}

export type NewRateCard = Omit<RateCard, 'setBy' | 'setAt'>;

export interface Paid {
  on: string;
  method: 'transfer' | 'cash' | string;
  by: string;
}

export interface PayLine {
  line: number;
  moderatorId: string;
  minutes: number;
  cases: number;
  claim: Money;
  pay: Money;
  hasAccount: boolean;
  transferId?: string | null;
  paid?: Paid | null;
}

export interface Transfer {
  id: string;
  messageId: string;
  lines: number[];
  madeBy: string;
  madeAt: string;
}

interface Pool {
  month: string;
  share: string;
  perHour: Money;
  perCase: Money;
  collected: Money;
  added: Money;
  carriedIn: Money;
  drawn: Money;
  carriedOut: Money;
}

export interface PayRun extends Pool {
  id: string;
  state: 'prepared' | 'approved' | 'paid' | 'rejected' | string;
  available: Money;
  lines: PayLine[];
  transfers: Transfer[];
  preparedBy: string;
  preparedAt: string;
  decision?: { by: string; at: string; reason?: string | null } | null;
}

/** A month as every member sees it: moderators by number. */
export interface PayFigures extends Pool {
  moderators: { moderator: number; minutes: number; cases: number; claim: Money; pay: Money; paid: boolean }[];
}

export interface OwnPay {
  month: string;
  minutes: number;
  cases: number;
  claim: Money;
  pay: Money;
  paid?: Paid | null;
}

export interface Hours {
  id: string;
  moderatorId: string;
  workedOn: string;
  minutes: number;
  what: string;
  loggedAt: string;
  withdrawnAt?: string | null;
  withdrawnWhy?: string | null;
}

const run = (id: string) => `/api/payroll/runs/${segment(id)}`;

export const figuresQuery = queryOptions({ queryKey: ['payroll', 'figures'], queryFn: ({ signal }) => get<{ current?: RateCard | null; months: PayFigures[] }>('/api/payroll/figures', signal) });
export const runsQuery = queryOptions({ queryKey: ['payroll', 'runs'], queryFn: ({ signal }) => get<{ items: PayRun[] }>('/api/payroll/runs', signal) });
export const runQuery = (id: string) => queryOptions({ queryKey: ['payroll', 'runs', id], queryFn: ({ signal }) => get<PayRun>(run(id), signal) });
export const mineQuery = queryOptions({ queryKey: ['payroll', 'mine'], queryFn: ({ signal }) => get<{ account?: { name: string; iban: string } | null; items: OwnPay[] }>('/api/payroll/mine', signal) });
export const hoursQuery = (month: string) => queryOptions({ queryKey: ['hours', 'mine', month], queryFn: ({ signal }) => get<{ items: Hours[] }>(withQuery('/api/hours/mine', { month }), signal) });
export const allHoursQuery = (month: string) => queryOptions({ queryKey: ['hours', 'all', month], queryFn: ({ signal }) => get<{ items: Hours[] }>(withQuery('/api/hours', { month }), signal) });

export const setRates = (card: NewRateCard) => post<RateCard>('/api/payroll/rate-cards', card);
export const prepare = (month: string) => post<PayRun>('/api/payroll/runs', { month });
export const approve = (id: string) => post<PayRun>(`${run(id)}/approval`, {});
export const reject = (id: string, reason: string) => post<PayRun>(`${run(id)}/rejection`, { reason });
export const makeTransfer = (id: string, executeOn: string, idempotencyKey: string) => post<Transfer>(`${run(id)}/transfers`, { executeOn }, { idempotencyKey });
export const transferPath = (id: string, transfer: string) => `${run(id)}/transfers/${segment(transfer)}`;
export const transferPaid = (id: string, transfer: string, paidOn: string) => post<PayRun>(`${transferPath(id, transfer)}/payment`, { paidOn });
export const withdrawTransfer = (id: string, transfer: string) => post<PayRun>(`${transferPath(id, transfer)}/withdrawal`, {});
export const paidInCash = (id: string, line: number, paidOn: string) => post<PayRun>(`${run(id)}/lines/${line}/cash`, { paidOn });
export const cameBack = (id: string, line: number, reason: string) => post<PayRun>(`${run(id)}/lines/${line}/return`, { reason });
export const sayAccount = (account: { name: string; iban: string }) => put<{ name: string; iban: string }>('/api/payroll/mine/account', account);
export const logHours = (id: string, hours: { workedOn: string; minutes: number; what: string }) => put<Hours>(`/api/hours/${segment(id)}`, hours);
export const withdrawHours = (id: string, reason: string) => post<Hours>(`/api/hours/${segment(id)}/withdrawal`, { reason });
