import { queryOptions } from '@tanstack/react-query';
import type { Target } from '@/shared/abuse';
import { get, post, put, putFile, remove, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import { untilTold } from '@/shared/live';

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
  simulated?: boolean;
  wouldHit?: { members: number; attachments: number; addresses: number } | null;
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

export const bansQuery = (state: string) => ({ ...pagesQuery<Ban>(['bans'], '/api/bans', { state }), refetchInterval: untilTold(10_000) });
export const neverBansQuery = queryOptions({ queryKey: ['never-bans'], queryFn: ({ signal }) => get<Page<NeverBan>>('/api/never-bans', signal).then((page) => page.items) });
export const whyQuery = (q: string) => queryOptions({ queryKey: ['access', 'entries', q], queryFn: ({ signal }) => get<Page<AccessEntry>>(withQuery('/api/access/entries', { q }), signal).then((page) => page.items), enabled: q !== '', retry: false });
export const coverageQuery = (key: string) => queryOptions({ queryKey: ['access', 'coverage', key], queryFn: ({ signal }) => get<Coverage>(withQuery('/api/access/coverage', { key }), signal), refetchInterval: 2_000 });

export const ban = (order: { target: Target; until?: string; permanent?: boolean; reason: string; caseId?: string; simulated?: boolean }) => post<Ban>('/api/bans', order);
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

/** A list of addresses that others keep, and how it went. */
export interface OutsideList {
  id: string;
  name: string;
  kind: string;
  url?: string | null;
  enforced: boolean;
  entriesMax: number;
  widestV4: number;
  widestV6: number;
  holdsHours: number;
  everyMinutes: number;
  addedAt: string;
  triedAt?: string | null;
  takenAt?: string | null;
  outcome?: string | null;
  outcomeWhy?: string | null;
  entries: number;
  ownMembers: number;
  leftOut: { why: string; entries: number }[];
}

export interface OutsideListForm {
  name: string;
  kind: string;
  url?: string;
  apiKey?: string;
  entriesMax?: number;
}

export const outsideListsQuery = queryOptions({ queryKey: ['outside-lists'], queryFn: ({ signal }) => get<Page<OutsideList>>('/api/outside-lists', signal).then((page) => page.items), refetchInterval: 10_000 });
export const addOutsideList = (form: OutsideListForm) => post<OutsideList>('/api/outside-lists', form);
export const enforceOutsideList = (id: string, enforced: boolean) => put<OutsideList>(`/api/outside-lists/${segment(id)}/enforced`, { enforced });
export const fetchOutsideList = (id: string, allTheSame: boolean) => post<OutsideList>(`/api/outside-lists/${segment(id)}/fetch`, { allTheSame });
export const handInOutsideList = (id: string, file: Blob, allTheSame: boolean) => putFile<OutsideList>(`/api/outside-lists/${segment(id)}/content?allTheSame=${allTheSame}`, new Blob([file], { type: 'text/plain' }));
export const removeOutsideList = (id: string) => remove(`/api/outside-lists/${segment(id)}`);

/** A key by which firewalls take the co-op's bans, and where it is used; its text was shown once. */
export interface Bouncer {
  id: string;
  name: string;
  /** The first characters of the key; null for one from before they were kept. */
  keyPrefix?: string | null;
  madeAt: string;
  revokedAt?: string | null;
  places: { address: string; agent: string; told: boolean; firstAt: string; seenAt: string; dropped: number }[];
}

export const bouncersQuery = queryOptions({ queryKey: ['bouncers'], queryFn: ({ signal }) => get<Page<Bouncer>>('/api/bouncers', signal).then((page) => page.items), refetchInterval: 10_000 });
export const makeBouncer = (name: string) => post<{ id: string; name: string; key: string }>('/api/bouncers', { name });
export const revokeBouncer = (id: string) => remove(`/api/bouncers/${segment(id)}`);
