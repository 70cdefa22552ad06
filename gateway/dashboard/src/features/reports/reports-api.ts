import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, withQuery } from '@/shared/api';

export interface NewReport {
  category: string;
  address?: string;
  port?: number;
  observedAt?: string;
  description: string;
  url?: string;
  reporterEmail?: string;
  evidence?: { contentType: string; contentBase64: string }[];
}

/** How a report stands, for who made it; never the other side's identity. */
export interface ReportState {
  id: string;
  category: string;
  address?: string | null;
  receivedAt: string;
  state: 'received' | 'underReview' | 'answered';
  outcome?: 'upheld' | 'dismissed' | 'overturned' | null;
  additions: { text: string; addedAt: string }[];
}

export const sendReport = (report: NewReport) => post<{ id: string; followUpToken: string }>('/api/reports', report);
export const reportQuery = (id: string, token: string) => queryOptions({ queryKey: ['report', id, token], queryFn: ({ signal }) => get<ReportState>(withQuery(`/api/reports/${segment(id)}`, { token }), signal), refetchInterval: 30_000, retry: false });
export const addToReport = (id: string, token: string, text: string) => post(withQuery(`/api/reports/${segment(id)}/additions`, { token }), { text });
