import { queryOptions } from '@tanstack/react-query';
import { get, post, withQuery } from '@/shared/api';
import type { Money } from '@/shared/money';

export type VatMode = 'none' | 'exempt' | 'standard';

/** How VAT is charged from a day on; prices include it. */
export interface VatTerms {
  effectiveOn: string;
  mode: VatMode;
  rateHundredths: number;
  reasonCode?: string | null;
  by: string;
  at: string;
}

export interface VatRow {
  kind: 'invoice' | 'bill' | 'credit-note' | 'write-off';
  category: 'S' | 'E' | 'O' | 'AE';
  rateHundredths: number;
  number: number;
  gross: Money;
  base: Money;
  tax: Money;
  rounding: Money;
}

export interface VatReport {
  from: string;
  to: string;
  rows: VatRow[];
  tax: Money;
  /** The same, as the book has it. */
  booked: Money;
  /** What else moved the account. */
  otherwise: Money;
  owed: Money;
}

export interface TermsForm {
  effectiveOn: string;
  mode: VatMode;
  rateHundredths: number;
  reasonCode: string | null;
}

export const termsQuery = queryOptions({ queryKey: ['vat', 'terms'], queryFn: ({ signal }) => get<{ items: VatTerms[] }>('/api/billing/vat/terms', signal).then((answer) => answer.items) });
export const reportQuery = (from: string, to: string) => queryOptions({ queryKey: ['vat', 'report', from, to], queryFn: ({ signal }) => get<VatReport>(withQuery('/api/billing/vat/report', { from, to }), signal) });
export const sayTerms = (form: TermsForm) => post<{ items: VatTerms[] }>('/api/billing/vat/terms', form);
