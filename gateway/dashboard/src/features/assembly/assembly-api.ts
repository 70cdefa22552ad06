import { queryOptions } from '@tanstack/react-query';
import { get, post, put, segment, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import { ApiError, readProblem } from '@/shared/problem';
import type { Ballot, Receipt } from './ballot';

export type Kind = 'resolution' | 'rules' | 'policy' | 'terms' | 'dues' | 'budget' | 'outage-credit' | 'hardship';

/** Which kind of change, and the values of that kind. */
export interface Change {
  kind: Kind;
  rulesText?: string | null;
  slowLaneKbit?: number | null;
  slowLaneAfterDays?: number | null;
  wallAfterDays?: number | null;
  quorumPercent?: number | null;
  majority?: string | null;
  rulesMajority?: string | null;
  seconders?: number | null;
  discussionDays?: number | null;
  votingDays?: number | null;
  planCode?: string | null;
  purpose?: string | null;
  monthlyMicro?: number | null;
  afterHours?: number | null;
  percent?: number | null;
  hardshipUntil?: string | null;
}

export interface Proposal {
  id: string;
  number: number;
  by: string;
  byName: string;
  title: string;
  text: string;
  change: Change;
  effectFrom?: string | null;
  submittedAt: string;
  state: string;
  seconders: number;
  secondersWanted: number;
  seconded: boolean;
  quorumPercent?: number | null;
  majority?: string | null;
  opensOn?: string | null;
  closesOn?: string | null;
  effectiveOn?: string | null;
  electorate?: number | null;
  ballotKey?: string | null;
  takesBallots: boolean;
  mayVote: boolean;
  ballotSigned: boolean;
  signed?: number | null;
  cast?: number | null;
  result?: { yes: number; no: number; abstain: number; outcome: string; countedAt: string; appliedAt?: string | null; seal?: string | null } | null;
  withdrawnWhy?: string | null;
}

export interface Comment {
  id: number;
  by: string;
  byName: string;
  at: string;
  text?: string | null;
  hiddenWhy?: string | null;
}

export interface TermsFields {
  quorumPercent: number;
  majority: string;
  rulesMajority: string;
  seconders: number;
  discussionDays: number;
  votingDays: number;
}

export interface Terms {
  terms: TermsFields;
  publicKey: string;
  changes: { terms: TermsFields; reason: string; by: string; at: string }[];
}

const PROPOSALS = '/api/assembly/proposals';
const of = (id: string) => `${PROPOSALS}/${segment(id)}`;

export const proposalsQuery = pagesQuery<Proposal>(['assembly', 'proposals'], PROPOSALS);
export const proposalQuery = (id: string) => queryOptions({ queryKey: ['assembly', 'proposal', id], queryFn: ({ signal }) => get<Proposal>(of(id), signal) });
export const commentsQuery = (id: string) => queryOptions({ queryKey: ['assembly', 'comments', id], queryFn: ({ signal }) => get<Page<Comment>>(`${of(id)}/comments`, signal).then((page) => page.items) });
export const termsQuery = queryOptions({ queryKey: ['assembly', 'terms'], queryFn: ({ signal }) => get<Terms>('/api/assembly/terms', signal) });
export const recordPath = (id: string) => `${of(id)}/record`;

export const propose = (proposal: { title: string; text: string; change: Change; effectFrom: string | null }) => post<Proposal>(PROPOSALS, proposal);
export const second = (id: string) => post<Proposal>(`${of(id)}/seconds`);
export const withdraw = (id: string, reason: string) => post<Proposal>(`${of(id)}/withdraw`, { reason });
export const say = (id: string, text: string) => post<Comment>(`${of(id)}/comments`, { text });
export const hide = (id: string, comment: number, reason: string) => post(`${of(id)}/comments/${comment}/hide`, { reason });
export const setTerms = (terms: TermsFields, reason: string) => put<Terms>('/api/assembly/terms', { terms, reason });
export const sign = (id: string, folded: string) => post<{ signature: string }>(`${of(id)}/signature`, { folded });

/** Without the session: whoever takes the ballot is not told who casts it. */
async function nameless(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' });
  } catch {
    throw new ApiError({ type: 'about:blank', status: 0 });
  }
  if (!response.ok) throw new ApiError(readProblem(response.status, await response.text(), response.headers.get('Content-Type') ?? ''));
  return response;
}

export async function cast(ballot: Ballot): Promise<Pick<Receipt, 'receipt' | 'publicKey'>> {
  const response = await nameless('/api/assembly/ballots', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(ballot) });
  return (await response.json()) as Pick<Receipt, 'receipt' | 'publicKey'>;
}

/** The record as it is published, to count it here. */
export async function record(id: string): Promise<string> {
  const response = await fetch(recordPath(id), { credentials: 'same-origin', headers: { Accept: 'text/plain, application/problem+json' } });
  const text = await response.text();
  if (!response.ok) throw new ApiError(readProblem(response.status, text, response.headers.get('Content-Type') ?? ''));
  return text;
}
