import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
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

export interface Account {
  id: string;
  kind: string;
  ownerId?: string | null;
  balance: Money;
}

/** One posting on an account; negative went out. */
export interface StatementLine {
  id: number;
  transactionId: string;
  effectiveAt: string;
  recordedAt: string;
  what: string;
  amount: Money;
  reverses?: string | null;
}

/** Newest first; the balance is that after the first line. */
export interface Statement extends Page<StatementLine> {
  id: string;
  asOf: string;
  balance: Money;
}

export const accountsQuery = pagesQuery<Account>(['treasury', 'accounts'], '/api/ledger/accounts', {}, 100);
export const statementPath = (accountId: string) => `/api/ledger/accounts/${segment(accountId)}/statement`;
export const statementQuery = (accountId: string, asOf?: string) =>
  infiniteQueryOptions({
    queryKey: ['treasury', 'statement', accountId, asOf],
    queryFn: ({ pageParam, signal }) => get<Statement>(withQuery(statementPath(accountId), { asOf, limit: 50, after: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Statement) => last.next ?? null,
  });
export const treasuryQuery = queryOptions({ queryKey: ['treasury'], queryFn: ({ signal }) => get<Treasury>('/api/treasury', signal) });
export const trialBalanceQuery = queryOptions({ queryKey: ['treasury', 'trial-balance'], queryFn: ({ signal }) => get<TrialBalance>('/api/ledger/trial-balance', signal) });
