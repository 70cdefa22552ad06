import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, type Page } from '@/shared/api';
import type { Target } from '@/shared/abuse';
import { pagesQuery } from '@/shared/lists';

export interface CaseRow {
  id: string;
  number: number;
  state: 'open' | 'underReview' | 'decided' | 'closed';
  category: string;
  address?: string | null;
  port?: number | null;
  observedAt: string;
  openedAt: string;
  dueAt: string;
  reports: number;
  claimedBy?: string | null;
  outcome?: 'upheld' | 'dismissed' | null;
  decidedAt?: string | null;
  closedAt?: string | null;
}

export interface Reported {
  id: string;
  reporter: string;
  receivedAt: string;
  observedAt: string;
  address?: string | null;
  port?: number | null;
  description?: string | null;
  url?: string | null;
  format: string;
  kind?: string | null;
  /** Only a partner's own number of it. */
  reference?: string | null;
  machine: boolean;
  additions: { text: string; addedAt: string }[];
  /** {@code differs}: the bytes are not what the sender declared. */
  evidence: { id: string; contentType: string; sha256: string; sizeBytes: number; contentKept: boolean; declaredHash?: string | null; differs: boolean }[];
}

/** {@code subjectMemberId} only for the moderator of the case, after the look-up. */
export interface CaseDetail {
  summary: CaseRow;
  subjectMemberId?: string | null;
  reports: Reported[];
  notes: { moderatorId: string; text: string; at: string }[];
}

export interface Subject {
  memberId: string;
  siteId: string;
  attachmentId: string;
  at: string;
}

export type MeasureKind = 'warning' | 'slowLane' | 'suspension' | 'ban';

export interface Measure {
  kind: MeasureKind;
  until?: string | null;
  permanent?: boolean;
  slowLaneKbit?: number | null;
  target: Target;
}

export interface Decision {
  id: string;
  state: 'proposed' | 'dismissed' | 'inForce' | 'declined' | 'reversed';
  outcome: 'upheld' | 'dismissed';
  rule: string;
  reason: string;
  measures: (Measure & { id: string })[];
  statement?: string | null;
  decidedBy: string;
  draftedAt: string;
  confirmedBy?: string | null;
  inForceAt?: string | null;
  contestedBy?: string | null;
  contestReason?: string | null;
  endedAt?: string | null;
  endReason?: string | null;
}

export interface Ruling {
  outcome: 'dismissed' | 'upheld';
  rule: string;
  reason: string;
  measures: Measure[];
}

export const casesQuery = (filter: { state?: string; category?: string }) => ({ ...pagesQuery<CaseRow>(['cases'], '/api/cases', filter), refetchInterval: 15_000 });
export const caseQuery = (id: string) => queryOptions({ queryKey: ['case', id], queryFn: ({ signal }) => get<CaseDetail>(`/api/cases/${segment(id)}`, signal), refetchInterval: 15_000 });
export const decisionsQuery = (id: string) => queryOptions({ queryKey: ['case', id, 'decisions'], queryFn: ({ signal }) => get<Page<Decision>>(`/api/cases/${segment(id)}/decisions`, signal).then((page) => page.items) });

const at = (id: string) => `/api/cases/${segment(id)}`;
export const claim = (id: string) => post(`${at(id)}/claim`);
export const release = (id: string, reason: string) => post(`${at(id)}/release`, { reason });
export const note = (id: string, text: string) => post(`${at(id)}/notes`, { text });
export const lookUp = (id: string, reason: string) => post<Subject>(`${at(id)}/subject`, { reason });
export const decide = (id: string, ruling: Ruling) => post<Decision>(`${at(id)}/decision`, ruling);
export const closeCase = (id: string) => post(`${at(id)}/close`);
export const confirmDecision = (id: string) => post(`/api/abuse/decisions/${segment(id)}/confirm`);
export const declineDecision = (id: string, reason: string) => post(`/api/abuse/decisions/${segment(id)}/decline`, { reason });
export const reverseDecision = (id: string, reason: string) => post(`/api/abuse/decisions/${segment(id)}/reverse`, { reason });
