import { queryOptions } from '@tanstack/react-query';
import { get, post, put, segment } from '@/shared/api';
import { untilTold } from '@/shared/live';

export interface InvoiceDocument {
  state: 'waiting' | 'ready' | 'failed' | string;
  drawnUpAt?: string | null;
  pdfSha256?: string | null;
  xmlSha256?: string | null;
  /** What a transfer carries; missing until the co-op has said who it is. */
  reference?: string | null;
}

export interface Address {
  line1?: string | null;
  line2?: string | null;
  postCode?: string | null;
  city?: string | null;
  country: string;
}

export interface Details {
  name: string;
  address: Address;
  vatId?: string | null;
  language: string;
  /** Where notices about invoices go. */
  email?: string | null;
}

export interface Seller extends Details {
  taxNumber?: string | null;
  register?: string | null;
  iban?: string | null;
  bic?: string | null;
  creditorId?: string | null;
  taxNote: string;
  belgianReferences: boolean;
}

export interface Progress {
  sellerKnown: boolean;
  waiting: number;
  ready: number;
  failed: number;
  failures: { id: string; number: string; attempts: number; why: string }[];
}

const REFRESH_MS = 5_000;

/** Looks again until the document is there. */
export const documentQuery = (invoiceId: string) => queryOptions({ queryKey: ['invoice', invoiceId, 'document'], queryFn: ({ signal }) => get<InvoiceDocument>(`/api/invoices/${segment(invoiceId)}/document`, signal), refetchInterval: (query) => (query.state.data?.state === 'waiting' ? REFRESH_MS : false) });
export const documentPath = (invoiceId: string, form: 'pdf' | 'xml') => `/api/invoices/${segment(invoiceId)}/document.${form}`;
/** A new link for who shall pay without signing in; its path is told this once. */
export const makePayLink = (invoiceId: string) => post<{ path: string }>(`/api/invoices/${segment(invoiceId)}/pay-link`);
export const progressQuery = queryOptions({ queryKey: ['documents'], queryFn: ({ signal }) => get<Progress>('/api/billing/documents', signal), refetchInterval: (query) => (query.state.data?.waiting && query.state.data.sellerKnown ? untilTold(REFRESH_MS)() : false) });
export const retryDocuments = () => post<Progress>('/api/billing/documents/retry');
export const archivePath = (month: string) => `/api/billing/documents/archive?month=${segment(month)}`;
export const sellerQuery = queryOptions({ queryKey: ['seller'], queryFn: ({ signal }) => get<{ seller?: Seller | null }>('/api/billing/seller', signal).then((answer) => answer.seller ?? null) });
export const saySeller = (seller: Seller) => put<{ seller: Seller }>('/api/billing/seller', seller);
export const detailsQuery = (payerId: string) => queryOptions({ queryKey: ['payer-details', payerId], queryFn: ({ signal }) => get<{ payerNumber: string; details?: Details | null }>(`/api/billing/payers/${segment(payerId)}/details`, signal) });
export const sayDetails = (payerId: string, details: Details) => put(`/api/billing/payers/${segment(payerId)}/details`, details);
export const sayReverse = (payerId: string, effectiveOn: string, reverse: boolean) => put<{ reverse: boolean }>(`/api/billing/payers/${segment(payerId)}/vat`, { effectiveOn, reverse });
