import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, withQuery, type Page } from '@/shared/api';
import type { Target } from '@/shared/abuse';
import { pagesQuery } from '@/shared/lists';
import { untilTold } from '@/shared/live';

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
  overdue: boolean;
  reports: number;
  claimedBy?: string | null;
  offeredTo?: string | null;
  offeredUntil?: string | null;
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
  moderatorsNeeded: number;
  agreed: string[];
  confirmedBy?: string | null;
  inForceAt?: string | null;
  appealUntil?: string | null;
  wantReversed: { by: string; reason: string; at: string }[];
  endedAt?: string | null;
  endReason?: string | null;
}

/** {@code days} null for a warning, and for what is permanent. */
export interface Rung {
  from: number;
  kind: MeasureKind;
  days?: number | null;
  permanent: boolean;
  slowLaneKbit?: number | null;
}

/** What the published policy proposes; a moderator decides. */
export interface Proposal {
  strikes: { decisionId: string; category: string; weight: number; at: string }[];
  weightBefore: number;
  weight: number;
  windowDays: number;
  step: Rung;
}

export interface Policy {
  moderators: number;
  windowDays: number;
  weights: Record<string, number>;
  ladder: Rung[];
  appealDays: number;
  hearDays: number;
}

/** A decision as its member reads it. */
export interface Statement {
  id: string;
  caseNumber: number;
  category: string;
  state: 'inForce' | 'reversed';
  measures: (Measure & { id: string })[];
  statement: string;
  inForceAt: string;
  appealUntil: string;
}

export interface OwnAppeal {
  id: string;
  decisionId: string;
  state: AppealState;
  text: string;
  lodgedAt: string;
  dueAt: string;
  reason?: string | null;
  decidedAt?: string | null;
}

export type AppealState = 'lodged' | 'granted' | 'refused';

export interface Appeal extends OwnAppeal {
  caseId: string;
  overdue: boolean;
  found: number;
  needed: number;
  mayHear: boolean;
  decidedBy?: string | null;
}

export interface Share {
  moderatorId: string;
  inHand: number;
  overdue: number;
  decided: number;
  decidedLate: number;
  upheld: number;
  overturned: number;
  closed: number;
  minutes: number;
}

export interface Workload {
  days: number;
  waiting: number;
  waitingOverdue: number;
  items: Share[];
}

export interface Ruling {
  outcome: 'dismissed' | 'upheld';
  rule: string;
  reason: string;
  measures: Measure[];
}

export const casesQuery = (filter: { state?: string; category?: string; order?: 'due' }) => ({ ...pagesQuery<CaseRow>(['cases'], '/api/cases', filter), refetchInterval: untilTold(15_000) });
export const caseQuery = (id: string) => queryOptions({ queryKey: ['case', id], queryFn: ({ signal }) => get<CaseDetail>(`/api/cases/${segment(id)}`, signal), refetchInterval: untilTold(15_000) });
export const decisionsQuery = (id: string) => queryOptions({ queryKey: ['case', id, 'decisions'], queryFn: ({ signal }) => get<Page<Decision>>(`/api/cases/${segment(id)}/decisions`, signal).then((page) => page.items) });

export const proposalQuery = (id: string) => queryOptions({ queryKey: ['case', id, 'proposal'], queryFn: ({ signal }) => get<Proposal>(`/api/cases/${segment(id)}/proposal`, signal) });
export const workloadQuery = (days: number) => queryOptions({ queryKey: ['workload', days], queryFn: ({ signal }) => get<Workload>(`/api/cases/workload?days=${days}`, signal) });
export const policyQuery = queryOptions({ queryKey: ['abuse-policy'], queryFn: ({ signal }) => get<Policy>('/api/abuse/policy', signal), staleTime: 300_000 });
export const statementsQuery = (language: string) => queryOptions({ queryKey: ['my-cases', 'statements', language], queryFn: ({ signal }) => get<Page<Statement>>(`/api/abuse/decisions/mine?language=${language}`, signal) });
export const ownAppealsQuery = queryOptions({ queryKey: ['my-cases', 'appeals'], queryFn: ({ signal }) => get<Page<OwnAppeal>>('/api/abuse/appeals/mine', signal) });
export const appealsQuery = (state?: string) => queryOptions({ queryKey: ['appeals', state ?? 'all'], queryFn: ({ signal }) => get<Page<Appeal>>(withQuery('/api/abuse/appeals', { state, limit: 200 }), signal), refetchInterval: untilTold(15_000) });
export const appealQuery = (id: string) => queryOptions({ queryKey: ['appeal', id], queryFn: ({ signal }) => get<Appeal>(`/api/abuse/appeals/${segment(id)}`, signal) });

/** An appeal of somebody who is no member, against a ban of an address. */
export interface Plea {
  id: string;
  banId: string;
  caseId?: string | null;
  decisionId?: string | null;
  prefix: string;
  address: string;
  banReason: string;
  banUntil?: string | null;
  banPermanent: boolean;
  state: PleaState;
  /** Null once its time is over. */
  text?: string | null;
  lodgedAt: string;
  dueAt: string;
  overdue: boolean;
  mayHear: boolean;
  reason?: string | null;
  decidedAt?: string | null;
}

/** Over: the ban ended by itself. */
export type PleaState = AppealState | 'over';

/** A look-up that waits for a second moderator. */
export interface WaitingLookUp {
  caseId: string;
  caseNumber: number;
  category: string;
  moderatorId: string;
  reason: string;
  askedAt: string;
  mine: boolean;
}

export interface PastLookUp {
  caseId: string;
  caseNumber: number;
  moderatorId: string;
  reason: string;
  found: boolean;
  agreedBy?: string | null;
  at: string;
}

export interface EvidenceLook {
  evidenceId: string;
  caseId?: string | null;
  caseNumber?: number | null;
  moderatorId: string;
  what: 'read' | 'consented' | 'refused';
  reason: string;
  at: string;
}

export const pleasQuery = queryOptions({ queryKey: ['pleas'], queryFn: ({ signal }) => get<Page<Plea>>('/api/abuse/pleas?limit=200', signal).then((page) => page.items), refetchInterval: untilTold(15_000) });
export const pleaQuery = (id: string) => queryOptions({ queryKey: ['plea', id], queryFn: ({ signal }) => get<Plea>(`/api/abuse/pleas/${segment(id)}`, signal) });
export const grantPlea = (id: string, reason: string) => post<Plea>(`/api/abuse/pleas/${segment(id)}/grant`, { reason });
export const refusePlea = (id: string, reason: string) => post<Plea>(`/api/abuse/pleas/${segment(id)}/refuse`, { reason });
export const waitingLookUpsQuery = queryOptions({ queryKey: ['look-ups', 'waiting'], queryFn: ({ signal }) => get<Page<WaitingLookUp>>('/api/abuse/look-ups/waiting', signal).then((page) => page.items), refetchInterval: untilTold(15_000) });
export const lookUpsQuery = queryOptions({ queryKey: ['look-ups', 'made'], queryFn: ({ signal }) => get<Page<PastLookUp>>('/api/abuse/look-ups?limit=200', signal).then((page) => page.items) });
export const evidenceLooksQuery = queryOptions({ queryKey: ['evidence-readings'], queryFn: ({ signal }) => get<Page<EvidenceLook>>('/api/abuse/evidence-readings?limit=200', signal).then((page) => page.items) });
export const agreeToLookUp = (caseId: string) => post(`/api/cases/${segment(caseId)}/subject/agreement`);

const at = (id: string) => `/api/cases/${segment(id)}`;
export const claim = (id: string) => post(`${at(id)}/claim`);
export const release = (id: string, reason: string) => post(`${at(id)}/release`, { reason });
export const takeAway = (id: string, reason: string) => post(`${at(id)}/take-away`, { reason });
export const handOver = (id: string, to: string, reason: string) => post(`${at(id)}/hand-over`, { to, reason });
export const note = (id: string, text: string) => post(`${at(id)}/notes`, { text });
export const lookUp = (id: string, reason: string) => post<Subject>(`${at(id)}/subject`, { reason });
export const decide = (id: string, ruling: Ruling) => post<Decision>(`${at(id)}/decision`, ruling);
export const closeCase = (id: string) => post(`${at(id)}/close`);
export const confirmDecision = (id: string) => post<Decision>(`/api/abuse/decisions/${segment(id)}/confirm`);
export const declineDecision = (id: string, reason: string) => post(`/api/abuse/decisions/${segment(id)}/decline`, { reason });
export const reverseDecision = (id: string, reason: string) => post(`/api/abuse/decisions/${segment(id)}/reverse`, { reason });

export const lodgeAppeal = (decisionId: string, text: string) => post<OwnAppeal>(`/api/abuse/decisions/${segment(decisionId)}/appeal`, { text });
export const grantAppeal = (id: string, reason: string) => post<Appeal>(`/api/abuse/appeals/${segment(id)}/grant`, { reason });
export const refuseAppeal = (id: string, reason: string) => post<Appeal>(`/api/abuse/appeals/${segment(id)}/refuse`, { reason });
