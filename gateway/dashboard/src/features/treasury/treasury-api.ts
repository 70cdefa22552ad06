import { queryOptions } from '@tanstack/react-query';
import { get } from '@/shared/api';
import type { Money } from '@/shared/money';

/** The co-op's money as every member may see it; no personal data. */
export interface Treasury {
  asOf: string;
  bank: Money;
  receivable: Money;
  unbilled?: Money | null;
  credit?: Money | null;
  income: Money;
  reserve: Money;
  byPurpose: { purpose: string; amount: Money }[];
}

export interface TrialBalance {
  asOf: string;
  balanced: boolean;
  sum: string;
  kinds: { kind: string; balance: Money }[];
}

export const treasuryQuery = queryOptions({ queryKey: ['treasury'], queryFn: ({ signal }) => get<Treasury>('/api/treasury', signal) });
export const trialBalanceQuery = queryOptions({ queryKey: ['treasury', 'trial-balance'], queryFn: ({ signal }) => get<TrialBalance>('/api/ledger/trial-balance', signal) });
