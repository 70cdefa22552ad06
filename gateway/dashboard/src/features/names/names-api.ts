import { queryOptions } from '@tanstack/react-query';
import { get, post, put, remove, segment, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';

/** A name in the directory; whose it is stands nowhere. */
export interface Entry {
  id: string;
  name: string;
  display: string;
  type?: string | null;
  transport?: string | null;
  port?: number | null;
  path?: string | null;
  live: string;
  lastSeenAt?: string | null;
  mine: boolean;
}

export interface Service {
  type: string;
  transport: string;
  port: number;
  hosts: string[];
  path?: string | null;
}

export interface OwnName {
  id: string;
  name: string;
  display: string;
  nodeId: string;
  nodeName?: string | null;
  nodeKey?: string | null;
  live: string;
  service?: Service | null;
  addresses: string[];
  state: 'held' | 'lapsing' | 'frozen';
  freeAt?: string | null;
  offeredUntil?: string | null;
  registeredAt: string;
}

export interface OwnNames {
  zone: string;
  limit: number;
  items: OwnName[];
}

export interface Dispute {
  id: string;
  name: string;
  display: string;
  ownerId: string;
  ownerName?: string | null;
  openedBy: string;
  openedByName?: string | null;
  reason: string;
  openedAt: string;
  outcome?: 'keep' | 'release' | null;
  decidedWhy?: string | null;
  decidedAt?: string | null;
  keptUntil?: string | null;
}

export interface NameEvent {
  id: number;
  label: string;
  kind: string;
  ownerId: string;
  by?: string | null;
  detail: string;
  at: string;
}

export interface OwnNode {
  id: string;
  name: string;
  state: string;
  ownerId: string;
}

export interface Wanted {
  nodeId: string;
  service: Omit<Service, 'transport'> & { transport: string } | null;
}

export const NAMES = ['names'];
/** What changes when a name does. */
export const REFRESH = [NAMES];

export const directoryQuery = (type: string | undefined) => pagesQuery<Entry>([...NAMES, 'directory'], '/api/names', { type });
export const mineQuery = queryOptions({ queryKey: [...NAMES, 'mine'], queryFn: ({ signal }) => get<OwnNames>('/api/names/mine', signal) });
export const disputesQuery = queryOptions({ queryKey: [...NAMES, 'disputes'], queryFn: ({ signal }) => get<Page<Dispute>>('/api/names/disputes', signal) });
export const eventsQuery = pagesQuery<NameEvent>([...NAMES, 'events'], '/api/names/events', {}, 50, 'before');
/** Own nodes that a name can be bound to. */
export const nodesQuery = (memberId: string) => queryOptions({
  queryKey: [...NAMES, 'nodes', memberId],
  queryFn: ({ signal }) => get<Page<OwnNode>>('/api/nodes?limit=200', signal).then((page) => page.items.filter((node) => node.ownerId === memberId && node.state === 'enrolled')),
});

const path = (id: string) => `/api/names/${segment(id)}`;
export const register = (label: string, wanted: Wanted) => post<OwnName>('/api/names', { label, ...wanted });
export const change = (id: string, wanted: Wanted) => put<OwnName>(path(id), wanted);
export const release = (id: string) => remove(path(id));
export const offer = (id: string) => post<{ code: string; until: string }>(`${path(id)}/transfer`);
export const withdraw = (id: string) => remove(`${path(id)}/transfer`);
export const accept = (code: string, nodeId: string) => post<OwnName>('/api/names/transfers', { code, nodeId });
export const dispute = (id: string, reason: string) => post(`${path(id)}/disputes`, { reason });
export const decide = (id: string, outcome: string, reason: string) => post<Dispute>(`/api/names/disputes/${segment(id)}/decision`, { outcome, reason });
