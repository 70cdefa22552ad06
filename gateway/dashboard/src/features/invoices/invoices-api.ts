import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import type { Money } from '@/shared/money';
import type { Payer } from '@/shared/payers';
import type { Part } from '@/shared/ui/way';

export interface InvoiceRow {
  id: string;
  number: string;
  payerId: string;
  payerName?: string | null;
  periodFrom: string;
  periodTo: string;
  issuedOn: string;
  dueOn: string;
  total: Money;
  paid: Money;
  open: Money;
  state: string;
  overdueSince?: string | null;
}

export interface InvoiceLine {
  kind: 'dues' | 'usage' | 'adjustment' | 'carried' | 'share' | 'reciprocity' | 'carriage' | 'outage' | string;
  /** What an adjustment corrects. */
  charge?: 'dues' | 'usage' | string | null;
  siteId?: string | null;
  planCode?: string | null;
  quantity?: string | number | null;
  unit?: string | null;
  unitPrice?: Money | null;
  amount: Money;
  from?: string | null;
  to?: string | null;
  includedGb?: string | null;
  localGb?: string | null;
  saved?: Money | null;
  windows?: number | null;
  gaps?: number | null;
  /** What a share is of. */
  label?: string | null;
  /** Where a share or what members settle among themselves is explained. */
  explainedAt?: string | null;
  /** How the amount came about; missing on lines from before it was kept. */
  explanation?: { formula: string; inputs: { name: string; value: string }[]; result: string } | null;
}

export interface Invoice extends InvoiceRow {
  lines: InvoiceLine[];
  /** What of a payment went back was reversed. */
  /** What waits for another person to agree that it is given up. */
  writeOff?: { reason: string; askedBy: string; askedAt: string } | null;
  payments: { id: string | null; receivedOn: string; method: string; amount: Money; returned?: Money | null }[];
}

export interface BillRun {
  period: string;
  issued: number;
  total?: Money | null;
  skipped?: { payerId: string; why: string }[] | null;
  finishedAt?: string | null;
}

export interface NewPayment {
  payerId: string;
  invoiceId?: string;
  amount: string;
  currency?: string;
  method: 'cash' | 'transfer';
  receivedOn: string;
  reference?: string;
  note?: string;
}

export interface PaymentResult {
  id: string;
  applied: { invoiceId: string; number: string; amount: Money }[];
  credit: Money;
}

export const invoicesQuery = (filter: { state?: string; q?: string; payerId?: string }) => pagesQuery<InvoiceRow>(['invoices'], '/api/invoices', filter);
export const invoiceQuery = (id: string) => queryOptions({ queryKey: ['invoice', id], queryFn: ({ signal }) => get<Invoice>(`/api/invoices/${segment(id)}`, signal) });
/** The newest bills of a payer. */
export const earlierQuery = (payerId: string) => queryOptions({ queryKey: ['invoices', 'of', payerId], queryFn: ({ signal }) => get<Page<InvoiceRow>>(withQuery('/api/invoices', { payerId, limit: 12 }), signal).then((page) => page.items) });
export const payersQuery = (q: string) => queryOptions({ queryKey: ['payers', q], queryFn: ({ signal }) => get<Page<Payer>>(withQuery('/api/payers', { q, limit: 20 }), signal).then((page) => page.items) });
export const billRunsQuery = queryOptions({ queryKey: ['bill-runs'], queryFn: ({ signal }) => get<Page<BillRun>>('/api/bill-runs', signal).then((page) => page.items) });

export const runBills = (period: string, idempotencyKey: string) => post<BillRun>('/api/bill-runs', { period }, { idempotencyKey });
export const recordPayment = (payment: NewPayment, idempotencyKey: string) => post<PaymentResult>('/api/payments', payment, { idempotencyKey });
/** Takes a payment back; what it had paid is owed again. */
export const reversePayment = (id: string, reason: string, idempotencyKey: string) => post<{ id: string; reopened: PaymentResult['applied'] }>(`/api/payments/${segment(id)}/reversal`, { reason }, { idempotencyKey });
/** The links that a share was made of. */
export const partsQuery = (shareId: string) => queryOptions({ queryKey: ['cost-share', shareId, 'parts'], queryFn: ({ signal }) => get<{ explanation?: { parts: Part[] } | null }>(`/api/cost-shares/${segment(shareId)}`, signal).then((found) => found.explanation?.parts ?? []) });
