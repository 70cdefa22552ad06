import { queryOptions } from '@tanstack/react-query';
import { get, post, put, segment, withQuery } from '@/shared/api';
import type { Money } from '@/shared/money';

export interface ReminderPolicy {
  /** Missing until somebody said something. */
  saidOn?: string | null;
  reminderAfter?: number | null;
  lastAfter?: number | null;
  graceDays: number;
  waitForBank: boolean;
}

export interface Hold {
  payerId: string;
  until: string;
  reason: string;
  by: string;
  at: string;
}

export interface Coming {
  invoiceId: string;
  number: string;
  payerId: string;
  open: Money;
  dueOn: string;
  stage: 'reminder' | 'last-reminder' | 'overdue' | string;
  held?: Hold | null;
}

export interface Day {
  on: string;
  waitsForBank: boolean;
  more: boolean;
  items: Coming[];
}

export const policyQuery = queryOptions({ queryKey: ['dunning', 'policy'], queryFn: ({ signal }) => get<ReminderPolicy>('/api/billing/dunning/policy', signal) });
export const dayQuery = (on?: string) => queryOptions({ queryKey: ['dunning', 'day', on], queryFn: ({ signal }) => get<Day>(withQuery('/api/billing/dunning/day', { on }), signal) });
export const holdsQuery = queryOptions({ queryKey: ['dunning', 'holds'], queryFn: ({ signal }) => get<{ items: Hold[] }>('/api/billing/dunning/holds', signal).then((answer) => answer.items) });
export const sayPolicy = (policy: Omit<ReminderPolicy, 'saidOn'>) => put<ReminderPolicy>('/api/billing/dunning/policy', policy);
export const hold = (payerId: string, until: string, reason: string) => put(`/api/billing/dunning/holds/${segment(payerId)}`, { until, reason });
export const endHold = (payerId: string, reason: string) => post(`/api/billing/dunning/holds/${segment(payerId)}/end`, { reason });
