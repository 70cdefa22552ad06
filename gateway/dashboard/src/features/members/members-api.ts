import { queryOptions } from '@tanstack/react-query';
import { get, post, put, remove, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import type { Money } from '@/shared/money';
import type { Role } from '@/shared/session';

export type MemberState = 'applicant' | 'active' | 'paused' | 'left' | 'refused';

export interface Standing {
  level: string;
  since?: string | null;
  until?: string | null;
  why?: string | null;
}

export interface MemberRow {
  id: string;
  name: string;
  email: string;
  state: MemberState;
  standing?: Standing | null;
  joinedOn?: string | null;
  payerId?: string | null;
  roles: Role[];
  labels?: string[];
  sites?: { id: string; name: string }[];
}

export interface Site {
  id: string;
  name: string;
  address?: string | null;
  latitude?: number | null;
  longitude?: number | null;
  payerId?: string | null;
  planCode?: string | null;
  effectiveOn?: string | null;
  zone?: string | null;
  /** Members who live there besides the one who answers for it. */
  residents?: string[];
}

/** Words in use, each with how many members or sites have it. */
export interface Words {
  labels: { word: string; count: number }[];
  zones: { word: string; count: number }[];
}

export interface Note {
  id: number;
  at: string;
  by: string;
  text: string;
}

export interface Member extends Omit<MemberRow, 'sites'> {
  phone?: string | null;
  /** False while somebody who came from a file has not chosen a password. */
  claimed?: boolean;
  sites: Site[];
  nodes: { id: string; nodeId?: string | null; name: string }[];
  payer?: { id: string; name: string; email: string; address?: string | null } | null;
}

/** One moment of a member's history, from any of the services. */
export interface Moment {
  at: string;
  part: 'membership' | 'billing' | 'abuse';
  kind: string;
  detail: Record<string, unknown>;
}

export interface MemberInvoice {
  id: string;
  number: string;
  periodFrom: string;
  issuedOn: string;
  dueOn: string;
  total: Money;
  open: Money;
  state: string;
}

export interface MemberTimeline {
  parts: { part: string; ok: boolean; why?: string | null }[];
  items: Moment[];
}

export const wordsQuery = queryOptions({ queryKey: ['members', 'words'], queryFn: ({ signal }) => get<Words>('/api/members/words', signal) });
export const notesQuery = (id: string) => pagesQuery<Note>(['member', id, 'notes'], `/api/members/${segment(id)}/notes`, {}, 20);
export const membersQuery = (filter: { state?: string; q?: string; label?: string; zone?: string }) => pagesQuery<MemberRow>(['members'], '/api/members', filter);
export const memberQuery = (id: string) => queryOptions({ queryKey: ['member', id], queryFn: ({ signal }) => get<Member>(`/api/members/${segment(id)}`, signal) });
export const memberTimelineQuery = (id: string) =>
  queryOptions({ queryKey: ['member', id, 'timeline'], queryFn: ({ signal }) => get<MemberTimeline>(`/api/overview/members/${segment(id)}`, signal) });
export const memberInvoicesQuery = (payerId: string) =>
  queryOptions({ queryKey: ['invoices', 'of', payerId], queryFn: ({ signal }) => get<Page<MemberInvoice>>(withQuery('/api/invoices', { payerId, limit: 12 }), signal).then((page) => page.items) });

/** As many as the register takes for one site, each with so many characters. */
export const AGREED_PER_SITE_MAX = 50;
export const AGREED_NAME_MAX = 80;
/** The names agreed for one site, whether such a node is there or not. */
export const agreedNodesQuery = (siteId: string) => queryOptions({ queryKey: ['agreed-nodes', siteId], queryFn: ({ signal }) => get<{ items: { siteId: string; name: string; state: string }[] }>('/api/nodes/agreed', signal).then(({ items }) => items.filter((one) => one.siteId === siteId && one.state !== 'not-agreed').map((one) => one.name)), gcTime: 0 });

const at = (id: string) => `/api/members/${segment(id)}`;
export const approve = (id: string, reason: string) => post(`${at(id)}/approve`, reason ? { reason } : {});
export const refuse = (id: string, reason: string) => post(`${at(id)}/refuse`, { reason });
export const pause = (id: string, from: string, reason: string) => post(`${at(id)}/pause`, { from, reason });
export const resume = (id: string, on: string) => post(`${at(id)}/resume`, { on });
export const leave = (id: string, on: string, reason: string) => post(`${at(id)}/leave`, { on, reason });
export const welcome = (id: string) => post<{ code: string; expiresAt: string; page: string }>(`${at(id)}/welcome`);
export const rejoin = (id: string, rulesVersion: number, planCode: string) => post(`${at(id)}/rejoin`, { rulesVersion, planCode });
export const writeDown = (id: string, text: string) => post<Note>(`${at(id)}/notes`, { text });
export const label = (id: string, labels: string[]) => put(`${at(id)}/labels`, { labels });
export const setZone = (siteId: string, zone: string | null) => put(`/api/sites/${segment(siteId)}/zone`, { zone });
export const agreeNodes = (siteId: string, names: string[]) => put<{ names: string[] }>(`/api/sites/${segment(siteId)}/agreed-nodes`, { names });
export const movesIn = (siteId: string, memberId: string) => put(`/api/sites/${segment(siteId)}/residents/${segment(memberId)}`, {});
export const movesOut = (siteId: string, memberId: string) => remove(`/api/sites/${segment(siteId)}/residents/${segment(memberId)}`);
export const findMembers = (q: string) => queryOptions({ queryKey: ['members', 'found', q], enabled: q.length > 1, queryFn: ({ signal }) => get<Page<MemberRow>>(withQuery('/api/members', { q, state: 'active', limit: 8 }), signal).then((page) => page.items) });
export const moveSite = (siteId: string, move: { on: string; siteId?: string; name?: string; address?: string; latitude?: number; longitude?: number }) => post(`/api/sites/${segment(siteId)}/move`, move);
export const grantRoles = (id: string, roles: Role[], reason: string) => put(`${at(id)}/roles`, { roles, reason });
export const locateSite = (siteId: string, place: { latitude: number; longitude: number } | undefined) => put(`/api/sites/${segment(siteId)}/location`, place ?? {});
export const addSite = (site: { memberId: string; name: string; address: string; planCode: string; latitude?: number; longitude?: number }) => post<{ id: string }>('/api/sites', site);
export const subscribeSite = (siteId: string, subscription: { payerId: string; planCode: string; effectiveOn: string }) => put(`/api/sites/${segment(siteId)}/subscription`, subscription);

/** From now on this browser sees what a member sees, and changes nothing. */
export const beginView = (memberId: string, reason: string) => post('/api/session/view', { memberId, reason });
