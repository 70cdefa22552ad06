import { queryOptions } from '@tanstack/react-query';
import type { Target } from '@/shared/abuse';
import { get, post, remove, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';

export interface Ban {
  id: string;
  target: Target;
  state: string;
  orderedAt: string;
  orderedBy: string;
  imposedAt?: string | null;
  until?: string | null;
  permanent: boolean;
  reason: string;
  caseId?: string | null;
  origin: string;
  endedAt?: string | null;
  endReason?: string | null;
}

/** How far a ban has come: on which nodes it is enforced. */
export interface Coverage {
  key: string;
  present: boolean;
  sinceVersion?: number | null;
  onNodes: number;
  ofNodes: number;
  slowestMillis?: number | null;
  lagging: { id: string; name: string; version?: number | null; failure?: string | null }[];
}

/** One line of the access list that touches an address. */
export interface AccessEntry {
  key: string;
  kind: string;
  rule: string;
  slowLaneKbit?: number | null;
  why: string;
  prefixV4?: string | null;
  prefixV6?: string | null;
  until?: string | null;
  sinceVersion?: number | null;
  since?: string | null;
  node?: string | null;
  siteId?: string | null;
}

export interface NeverBan {
  id?: string | null;
  prefix: string;
  reason: string;
  origin: string;
}

export const bansQuery = (state: string) => ({ ...pagesQuery<Ban>(['bans'], '/api/bans', { state }), refetchInterval: 10_000 });
export const neverBansQuery = queryOptions({ queryKey: ['never-bans'], queryFn: ({ signal }) => get<Page<NeverBan>>('/api/never-bans', signal).then((page) => page.items) });
export const whyQuery = (q: string) => queryOptions({ queryKey: ['access', 'entries', q], queryFn: ({ signal }) => get<Page<AccessEntry>>(withQuery('/api/access/entries', { q }), signal).then((page) => page.items), enabled: q !== '', retry: false });
export const coverageQuery = (key: string) => queryOptions({ queryKey: ['access', 'coverage', key], queryFn: ({ signal }) => get<Coverage>(withQuery('/api/access/coverage', { key }), signal), refetchInterval: 2_000 });

export const ban = (order: { target: Target; until?: string; permanent?: boolean; reason: string; caseId?: string }) => post<Ban>('/api/bans', order);
export const lift = (id: string, reason: string) => post(`/api/bans/${segment(id)}/lift`, { reason });
export const confirmBan = (id: string) => post(`/api/bans/${segment(id)}/confirm`);
export const declineBan = (id: string, reason: string) => post(`/api/bans/${segment(id)}/decline`, { reason });
export const addNeverBan = (prefix: string, reason: string) => post('/api/never-bans', { prefix, reason });
export const removeNeverBan = (id: string) => remove(`/api/never-bans/${segment(id)}`);

/** The key that nodes know an address ban by. */
export const banKey = (target: Target): string => {
  const value = target.value.includes('/') ? target.value : `${target.value}/${target.value.includes(':') ? 128 : 32}`;
  return `ban:${value}`;
};
