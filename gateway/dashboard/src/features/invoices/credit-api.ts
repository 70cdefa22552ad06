import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, type Page } from '@/shared/api';
import type { Money } from '@/shared/money';

export interface CreditNote {
  id: string;
  number: string;
  invoiceId: string;
  issuedOn: string;
  amount: Money;
  reason: string;
}

const notes = (invoiceId: string) => `/api/invoices/${segment(invoiceId)}/credit-notes`;

export const creditNotesQuery = (invoiceId: string) => queryOptions({ queryKey: ['invoice', invoiceId, 'credit-notes'], queryFn: ({ signal }) => get<Page<CreditNote>>(notes(invoiceId), signal).then((page) => page.items) });
/** Without an amount all that is left of the invoice. */
export const credit = (invoiceId: string, asked: { amount?: string; reason: string }, idempotencyKey: string) => post<CreditNote>(notes(invoiceId), asked, { idempotencyKey });
export const creditNotePath = (note: CreditNote, form: 'pdf' | 'xml') => `${notes(note.invoiceId)}/${segment(note.id)}/document.${form}`;
export const askWriteOff = (invoiceId: string, reason: string) => post(`/api/invoices/${segment(invoiceId)}/write-off`, { reason });
export const approveWriteOff = (invoiceId: string) => post(`/api/invoices/${segment(invoiceId)}/write-off/approval`);
export const withdrawWriteOff = (invoiceId: string) => post(`/api/invoices/${segment(invoiceId)}/write-off/withdrawal`);
