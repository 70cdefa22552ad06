import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, segment, withQuery, type Page } from '@/shared/api';
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

/** An amount is null where so few stand behind it that it would tell of a person. */
export interface BooksRow {
  purpose: string;
  amount?: Money | null;
}

export interface BooksMonth {
  month: string;
  in?: Money | null;
  out?: Money | null;
  inByPurpose: BooksRow[];
  outByPurpose: BooksRow[];
}

/** The co-op's money by month, oldest first; for how many months it lasts, where anything goes out. */
export interface OpenBooks {
  asOf: string;
  months: BooksMonth[];
  runwayMonths?: string | null;
}

/** Where the chain over all transactions stood when a day was over. */
export interface BookHead {
  day: string;
  transactions: number;
  head: string;
}

export interface BookMonths {
  closed: { month: string; until: string; closedAt: string }[];
  asked: { month: string; askedBy: string; askedAt: string }[];
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
export const openBooksQuery = queryOptions({ queryKey: ['treasury', 'open-books'], queryFn: ({ signal }) => get<OpenBooks>('/api/treasury/open-books', signal) });
/** Of days after {@code after}, oldest first. */
export const headsQuery = (after: string) => queryOptions({ queryKey: ['treasury', 'heads', after], queryFn: ({ signal }) => get<Page<BookHead>>(withQuery('/api/ledger/heads', { after, limit: 100 }), signal) });
export const bookMonthsQuery = queryOptions({ queryKey: ['treasury', 'months'], queryFn: ({ signal }) => get<BookMonths>('/api/treasury/months', signal) });
export const askToClose = (month: string) => post<void>(`/api/treasury/months/${segment(month)}/close-request`, {});
export const closeMonth = (month: string) => post<void>(`/api/treasury/months/${segment(month)}/close`, {});
