import { queryOptions } from '@tanstack/react-query';
import { get, post, put, remove, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import type { Money } from '@/shared/money';
import type { Payer } from '@/shared/payers';

export interface CsvMapping {
  charset: string;
  delimiter: string;
  headLines: number;
  dateFormat: string;
  decimal: string;
  bookedOn: string;
  valueOn?: string | null;
  amount?: string | null;
  credit?: string | null;
  debit?: string | null;
  currency?: string | null;
  name?: string | null;
  iban?: string | null;
  text?: string | null;
  reference?: string | null;
  endToEndId?: string | null;
  bankReference?: string | null;
}

export interface BankAccount {
  id: string;
  name: string;
  iban: string;
  currency: string;
  csvMapping?: CsvMapping | null;
}

export type PlaceKind = 'payment' | 'return' | 'cost' | 'cost-return' | 'collection' | 'debit-return' | 'account' | 'booked' | 'own';

/** Where money belongs; amounts have the sign of the entry. */
export interface Place {
  kind: PlaceKind;
  amount: Money;
  payerId?: string | null;
  invoiceId?: string | null;
  paymentId?: string | null;
  costPoolId?: string | null;
  transactionId?: string | null;
  directDebitId?: string | null;
  account?: string | null;
  reason?: string | null;
}

export interface Suggestion {
  confidence: 'certain' | 'likely' | 'possible';
  places: Place[];
  /** A code, and the number, code or day that speaks for it. */
  reasons: { why: string; what?: string | null }[];
}

export interface Booking extends Place {
  id: string;
  partId: string;
  /** A person, or the rule by which it was posted without asking. */
  rule: 'person' | 'reference' | 'return';
  bookedBy: string;
  bookedAt: string;
  undone?: { by: string; at: string; why: string } | null;
}

export interface Entry {
  id: string;
  accountId: string;
  bookedOn: string;
  amount: Money;
  open: Money;
  name?: string | null;
  iban?: string | null;
  text?: string | null;
  reference?: string | null;
  endToEndId?: string | null;
  bankReference?: string | null;
  code?: string | null;
  information?: string | null;
  returnReason?: string | null;
  returned: boolean;
  onStatement: boolean;
  suggestions: Suggestion[];
  bookings: Booking[];
}

export interface Gap {
  after: string;
  before: string;
  rule: 'balance' | 'sequence';
  missing: Money;
}

export interface FileError {
  line: number;
  rule: string;
  detail: string;
}

export interface BankFile {
  id: string;
  name: string;
  bytes: number;
  format: string;
  state: 'taken' | 'refused';
  error?: FileError | null;
  handedAt: string;
}

export interface Imported {
  file: BankFile;
  again: boolean;
  added: number;
  known: number;
  detailed: number;
  posted: number;
  gaps: Gap[];
}

export interface Preview {
  format: string;
  mapping?: CsvMapping | null;
  statements: { accountId: string; iban: string; opening?: Money | null; closing?: Money | null; entries: number; first: { line: number; bookedOn: string; amount: Money; name?: string | null; text?: string | null }[] }[];
  error?: FileError | null;
}

export interface Report {
  accountId: string;
  from: string;
  to: string;
  opening?: Money | null;
  closing?: Money | null;
  vouchedUpTo?: string | null;
  entries: number;
  sum: Money;
  booked: { kind: PlaceKind; account?: string | null; count: number; amount: Money }[];
  gaps: Gap[];
  together: {
    ledger: Money; bank: Money; opening: Money; strays: Money; open: Money; openCount: number; own: Money; timing: Money; unexplained: Money;
    listed: { transactionId: string; effectiveAt: string; what: string; amount: Money }[];
  };
}

export interface Learned {
  iban: string;
  payerId: string;
  learnedAt: string;
}

export type NewPlace = Omit<Place, 'amount'> & { amount?: string | null };

export const accountsQuery = queryOptions({ queryKey: ['bank', 'accounts'], queryFn: ({ signal }) => get<Page<BankAccount>>('/api/bank/accounts', signal).then((page) => page.items) });
export const entriesQuery = (state: 'open' | 'placed', text?: string) => pagesQuery<Entry>(['bank', 'entries', state], '/api/bank/entries', { state, text }, 50);
export const filesQuery = pagesQuery<BankFile>(['bank', 'files'], '/api/bank/files', {}, 20);
export const learnedQuery = pagesQuery<Learned>(['bank', 'payers'], '/api/bank/payers', {}, 50);
export const reportQuery = (accountId: string, from: string, to: string) => queryOptions({ queryKey: ['bank', 'report', accountId, from, to], queryFn: ({ signal }) => get<Report>(withQuery('/api/bank/report', { accountId, from, to }), signal) });
export const payersQuery = (q: string) => queryOptions({ queryKey: ['payers', q], queryFn: ({ signal }) => get<Page<Payer>>(withQuery('/api/payers', { q, limit: 20 }), signal).then((page) => page.items) });

const bytes = (file: Blob) => new Blob([file], { type: 'application/octet-stream' });
export const preview = (file: Blob, accountId?: string, mapping?: CsvMapping) => post<Preview>(withQuery('/api/bank/files/preview', { accountId, mapping: mapping && JSON.stringify(mapping) }), bytes(file));
export const take = (file: File, accountId?: string) => post<Imported>(withQuery('/api/bank/files', { name: file.name, accountId }), bytes(file));
export const keepMapping = (accountId: string, mapping: CsvMapping) => put<BankAccount>(`/api/bank/accounts/${segment(accountId)}/csv-mapping`, mapping);
export const declareAccount = (account: { name: string; iban: string }) => post<BankAccount>('/api/bank/accounts', account);
export const place = (partIds: string[], places: NewPlace[], idempotencyKey: string) => post<Page<Booking>>('/api/bank/bookings', { partIds, places }, { idempotencyKey });
export const undo = (id: string, reason: string, idempotencyKey: string) => post<Booking>(`/api/bank/bookings/${segment(id)}/undo`, { reason }, { idempotencyKey });
export const forget = (iban: string) => remove(`/api/bank/payers/${segment(iban)}`);
export const bringForward = (idempotencyKey: string) => post<{ transactionId: string }>('/api/bank/opening', undefined, { idempotencyKey });

/** A place as it is sent; what the server tells besides is left out. */
export const sent = ({ kind, amount, payerId, invoiceId, paymentId, costPoolId, transactionId, directDebitId, account, reason }: Place): NewPlace => ({ kind, amount: amount.amount, payerId, invoiceId, paymentId, costPoolId, transactionId, directDebitId, account, reason });
