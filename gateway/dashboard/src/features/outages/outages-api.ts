import { queryOptions } from '@tanstack/react-query';
import { get, post, put, remove, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import { untilTold } from '@/shared/live';

/** One alert: what broke and whom it hit. Counts and other people's nodes are for who runs the network. */
export interface Outage {
  id: string;
  kind: 'node' | 'everywhere' | 'watch';
  node?: string | null;
  nodeName?: string | null;
  beganAt: string;
  /** Since when it is back, while those behind it are waited for. */
  recoveringSince?: string | null;
  endedAt?: string | null;
  endCause?: 'heard' | 'merged' | 'maintenance' | 'gone' | null;
  relapses: number;
  nodes?: number | null;
  members?: number | null;
  acknowledgedAt?: string | null;
  note?: string | null;
}

export interface Covered {
  node?: string | null;
  nodeName?: string | null;
  silentSince: string;
  endedAt?: string | null;
  members?: number | null;
}

export interface Maintenance {
  id: string;
  node?: string | null;
  nodeName?: string | null;
  startsAt: string;
  endsAt: string;
  reason: string;
}

export interface Watch {
  lookedAt?: string | null;
  silent: boolean;
}

const LIVE = 10_000;

export const openQuery = queryOptions({ queryKey: ['outages', 'open'], queryFn: ({ signal }) => get<Page<Outage> & { watch: Watch }>('/api/outages?limit=200', signal), refetchInterval: untilTold(LIVE) });
export const endedQuery = pagesQuery<Outage>(['outages', 'ended'], '/api/outages', { state: 'ended' }, 50);
export const coveredQuery = (id: string) => queryOptions({ queryKey: ['outages', 'covered', id], queryFn: ({ signal }) => get<{ covered: Covered[] }>(`/api/outages/${segment(id)}`, signal).then((details) => details.covered), refetchInterval: untilTold(LIVE) });
export const maintenanceQuery = queryOptions({ queryKey: ['outages', 'maintenance'], queryFn: ({ signal }) => get<Page<Maintenance>>('/api/outages/maintenance', signal).then((page) => page.items) });
export const nodeNamesQuery = queryOptions({ queryKey: ['outages', 'nodes'], queryFn: ({ signal }) => get<Page<{ id: string; name: string }>>(withQuery('/api/nodes', { limit: 200 }), signal).then((page) => page.items) });

export const acknowledge = (id: string, note: string) => put(`/api/outages/${segment(id)}/acknowledgement`, { note });
export const announce = (work: { node: string | null; startsAt: string; endsAt: string; reason: string }) => post<Maintenance>('/api/outages/maintenance', work);
export const endWork = (id: string) => remove(`/api/outages/maintenance/${segment(id)}`);
