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

/** What a mailed link leads to; {@code prefix} null where nothing decided here bans the address. */
export interface AppealLink {
  address: string;
  prefix?: string | null;
  since?: string | null;
  until?: string | null;
  permanent: boolean;
  linkUntil: string;
  state?: 'lodged' | 'granted' | 'refused' | 'over' | null;
  dueAt?: string | null;
}

export const askForAppeal = (address: string, email: string) => post('/api/pleas', { address, email });
export const appealLinkQuery = (id: string, token: string) => queryOptions({ queryKey: ['appeal-link', id, token], queryFn: ({ signal }) => get<AppealLink>(withQuery(`/api/pleas/${segment(id)}`, { token }), signal), retry: false });
export const appealByLink = (id: string, token: string, text: string) => post<{ lodgedAt: string; dueAt: string }>(withQuery(`/api/pleas/${segment(id)}`, { token }), { text });

export const sendReport = (report: NewReport) => post<{ id: string; followUpToken: string }>('/api/reports', report);
export const reportQuery = (id: string, token: string) => queryOptions({ queryKey: ['report', id, token], queryFn: ({ signal }) => get<ReportState>(withQuery(`/api/reports/${segment(id)}`, { token }), signal), refetchInterval: 30_000, retry: false });
export const addToReport = (id: string, token: string, text: string) => post(withQuery(`/api/reports/${segment(id)}/additions`, { token }), { text });
