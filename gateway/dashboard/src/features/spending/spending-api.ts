import { queryOptions } from '@tanstack/react-query';
import { get, put, segment } from '@/shared/api';
import type { Money } from '@/shared/money';

/** What a payer lets a month cost, and whether they pay ahead. */
export interface Spending {
  cap?: Money | null;
  prepaid: boolean;
  month: string;
  /** In the month so far, dues of the whole month included. */
  spent: Money;
  capReached: boolean;
  /** What the co-op holds for the payer. */
  wallet: Money;
  walletEmpty: boolean;
  /** That the wallet paid, newest first. */
  hours: { hour: string; amount: Money; missing: Money }[];
}

export interface SpendingChoice {
  cap: { amount: string } | null;
  prepaid: boolean;
}

export const payersQuery = queryOptions({ queryKey: ['me', 'payers'], queryFn: ({ signal }) => get<{ payers: { payerId: string }[] }>('/api/bill/mine', signal).then((bill) => bill.payers.map((payer) => payer.payerId)) });
export const spendingQuery = (payerId: string) => queryOptions({ queryKey: ['me', 'spending', payerId], queryFn: ({ signal }) => get<Spending>(`/api/bill/${segment(payerId)}/spending`, signal), refetchInterval: 30_000 });
export const setSpending = (payerId: string, choice: SpendingChoice) => put<Spending>(`/api/bill/${segment(payerId)}/spending`, choice);
