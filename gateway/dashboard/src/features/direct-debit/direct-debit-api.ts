import { queryOptions } from '@tanstack/react-query';
import { get, post, put, segment, withQuery } from '@/shared/api';
import type { Money } from '@/shared/money';

export interface Mandate {
  id: string;
  reference: string;
  payerId: string;
  state: 'active' | 'suspended' | 'revoked' | 'expired' | 'used' | string;
  /** The bank's code, where it is suspended. */
  reason?: string | null;
  creditorId: string;
  debtorName: string;
  /** Its ends only. */
  iban: string;
  once: boolean;
  noticeDays: number;
  signedOn: string;
  signedAt: string;
  lastUsedOn?: string | null;
  lastDay: string;
}

export interface Item {
  line: number;
  invoiceId: string;
  invoiceNumber: string;
  payerId: string;
  mandateReference: string;
  debtorName: string;
  sequence: string;
  amended: boolean;
  amount: Money;
  attempt: number;
  endToEndId: string;
  state: 'due' | 'collected' | 'rejected' | 'returned' | 'left' | string;
  reason?: string | null;
  action?: 'suspend' | 'retry' | 'refund' | 'review' | null;
  retryOn?: string | null;
  /** To the payer before the collection; nothing where it is in no file. */
  notice?: 'later' | 'on-its-way' | 'sent' | 'not-sent' | null;
}

export interface Run {
  id: string;
  messageId: string;
  collectOn: string;
  state: 'proposed' | 'approved' | 'collected' | 'rejected' | 'withdrawn' | string;
  total: Money;
  /** What the bank has not told yet. */
  open: Money;
  /** How many payers' notices did not leave. */
  untold: number;
  items: Item[];
  proposedBy: string;
  proposedAt: string;
  decision?: { by: string; at: string; reason?: string | null } | null;
}

export interface Preview {
  collectOn: string;
  earliest: string;
  total: Money;
  items: Item[];
}

export interface Report {
  id: string;
  name: string;
  runId?: string | null;
  rejected: number;
  error?: string | null;
  handedAt: string;
}

export interface OwnCollection {
  collectOn: string;
  invoiceNumber: string;
  invoiceId: string;
  amount: Money;
  mandateReference: string;
  state: string;
  reason?: string | null;
}

export interface Mine {
  /** Nothing while the co-op cannot collect. */
  creditor?: { name: string; address: string; creditorId: string } | null;
  payerIds: string[];
  mandates: Mandate[];
  collections: OwnCollection[];
}

export interface NewDebtor {
  debtorName: string;
  iban: string;
  town: string | null;
  country: string | null;
  agreed: boolean;
}

const BASE = '/api/direct-debit';
const run = (id: string, then = '') => `${BASE}/runs/${segment(id)}${then}`;
const mandate = (id: string, then: string) => `${BASE}/mandates/${segment(id)}${then}`;

export const mineQuery = queryOptions({ queryKey: ['direct-debit', 'mine'], queryFn: ({ signal }) => get<Mine>(`${BASE}/mine`, signal) });
export const runsQuery = queryOptions({ queryKey: ['direct-debit', 'runs'], queryFn: async ({ signal }) => (await get<{ items: Run[] }>(`${BASE}/runs?limit=20`, signal)).items });
export const runQuery = (id: string) => queryOptions({ queryKey: ['direct-debit', 'run', id], queryFn: ({ signal }) => get<Run>(run(id), signal) });
export const reportsQuery = queryOptions({ queryKey: ['direct-debit', 'reports'], queryFn: async ({ signal }) => (await get<{ items: Report[] }>(`${BASE}/reports`, signal)).items });
export const previewQuery = (collectOn?: string) => queryOptions({ queryKey: ['direct-debit', 'preview', collectOn ?? ''], queryFn: ({ signal }) => get<Preview>(withQuery(`${BASE}/preview`, { collectOn }), signal), retry: false });

export const sign = (payerId: string, once: boolean, noticeDays: number, debtor: NewDebtor) => post<Mandate>(`${BASE}/mandates`, { payerId, once, noticeDays, ...debtor });
export const amend = (id: string, debtor: NewDebtor) => put<Mandate>(mandate(id, '/debtor'), debtor);
export const revoke = (id: string) => post<Mandate>(mandate(id, '/revocation'));
export const resume = (id: string) => post<Mandate>(mandate(id, '/resumption'));
export const propose = (collectOn: string) => post<Run>(`${BASE}/runs`, { collectOn });
export const approve = (id: string) => post<Run>(run(id, '/approval'));
export const reject = (id: string, reason: string) => post<Run>(run(id, '/rejection'), { reason });
export const withdraw = (id: string, reason: string) => post<Run>(run(id, '/withdrawal'), { reason });
export const filePath = (id: string) => run(id, '/file');
export const hear = (file: File) => post<{ again: boolean; rejected: number; run: Run }>(withQuery(`${BASE}/reports`, { name: file.name }), new Blob([file], { type: 'application/octet-stream' }));
