import { queryOptions } from '@tanstack/react-query';
import { get, post, put, remove, segment, withQuery, type Page } from '@/shared/api';
import { everything } from '@/shared/csv';
import { pagesQuery } from '@/shared/lists';

/** Without id and addresses for who is neither the owner nor runs the network. */
export interface Attachment {
  id?: string | null;
  siteId: string;
  siteName?: string | null;
  prefixV4?: string | null;
  prefixV6?: string | null;
  routerV4?: string | null;
  routerV6?: string | null;
  rule?: string | null;
  slowLaneKbit?: number | null;
  why?: string | null;
  since?: string | null;
}

/** One neighbour as the node's routing daemon sees it. */
export interface NodeLink {
  neighbourNodeId?: string | null;
  neighbourName?: string | null;
  neighbourAddress?: string | null;
  interfaceName?: string | null;
  source?: string | null;
  rxCost?: number | null;
  txCost?: number | null;
  /** The cost in the source's own words. */
  costText?: string | null;
  /** Up and used are two facts: traffic comes back to a restored link later than the link. */
  up?: boolean | null;
  used?: boolean | null;
  /** The same link as the neighbour tells it; absent where it tells none. */
  seenBack?: { rxCost?: number | null; txCost?: number | null; costText?: string | null; up?: boolean | null; used?: boolean | null } | null;
}

/** One node of a site for which anything was agreed. */
export interface AgreedNode {
  siteId: string;
  site: string;
  memberId: string;
  name: string;
  nodeId?: string | null;
  state: 'in-service' | 'not-enrolled' | 'missing' | 'not-agreed';
}

export const agreedQuery = queryOptions({ queryKey: ['nodes', 'agreed'], queryFn: ({ signal }) => get<{ items: AgreedNode[]; missing: number; tooMany: number }>('/api/nodes/agreed', signal) });

export interface MeshNode {
  id: string;
  nodeId?: string | null;
  shortName?: string | null;
  name: string;
  state: string;
  ownerId: string;
  ownerName?: string | null;
  siteId: string;
  siteName?: string | null;
  gateway: boolean;
  certificateUntil?: string | null;
  lastSeenAt?: string | null;
  live: 'never' | 'up' | 'late' | 'down';
  agentVersion?: string | null;
  linkSources?: { source: string; trouble?: string | null }[] | null;
  accessList?: { version?: number | null; wanted?: number | null; appliedAt?: string | null; applyMillis?: number | null; failure?: string | null } | null;
  telemetry?: {
    uptimeSeconds?: number | null; loadMilli?: number | null; memoryTotalBytes?: number | null; memoryAvailableBytes?: number | null;
    clients?: number | null; spoolBytes?: number | null; spoolWindows?: number | null;
  } | null;
  links?: NodeLink[];
  attachments?: Attachment[];
}

export interface NodeUsage {
  nodeId: string;
  lastReportAt?: string | null;
  reports: number;
  gaps: number;
  implausible: number;
  bytes24h: number;
}

export interface AccessListState {
  version: number;
  issuedAt?: string | null;
  notAfter?: string | null;
  nodes?: { total: number; current: number; slowestMillis?: number | null; lagging?: { id: string; name: string; version?: number | null }[] } | null;
}

/** A mesh interface that a small router hears. */
export interface RouterNeighbour {
  routerId?: string | null;
  address: string;
  source: string;
  /** 0 to 255, where batman-adv tells it. */
  tq: number;
  rxCost: number;
  txCost: number;
}

/** A node that heard a small router; the figures are what the newest was told. */
export interface Collector {
  nodeId: string;
  name?: string | null;
  heardAt: string;
  newest: boolean;
}

/** A router too small for an agent. It signed nothing. */
export interface CollectedRouter {
  routerId: string;
  hostname?: string | null;
  live: 'up' | 'late' | 'down' | 'never';
  heardAt: string;
  figures?: { uptimeSeconds: number; loadMilli: number; clients: number; rxBytes: number; txBytes: number; forwardBytes: number } | null;
  neighbours: RouterNeighbour[];
  collectors: Collector[];
}

export const routerName = (router: CollectedRouter): string => router.hostname ?? router.routerId;

const LIVE = 2_000;
/** Routers are asked by their collector once a minute. */
const ROUTERS_LIVE = 15_000;

export const nodesQuery = { ...pagesQuery<MeshNode>(['nodes'], '/api/nodes', {}, 200), refetchInterval: LIVE };
export const routersQuery = queryOptions({ queryKey: ['nodes', 'collected'], queryFn: () => everything<CollectedRouter>('/api/nodes/collected', {}).then((all) => all.rows), refetchInterval: ROUTERS_LIVE });
export const nodeQuery = (id: string) => queryOptions({ queryKey: ['node', id], queryFn: ({ signal }) => get<MeshNode>(`/api/nodes/${segment(id)}`, signal), refetchInterval: LIVE });
export const nodeUsageQuery = queryOptions({ queryKey: ['usage', 'nodes'], queryFn: ({ signal }) => get<Page<NodeUsage>>('/api/usage/nodes?limit=200', signal).then((page) => page.items), refetchInterval: LIVE });
export const accessListQuery = queryOptions({ queryKey: ['access', 'list'], queryFn: ({ signal }) => get<AccessListState>('/api/access/list', signal), refetchInterval: LIVE });

export const ownersQuery = (q: string) => queryOptions({
  queryKey: ['members', 'owners', q],
  queryFn: ({ signal }) => get<Page<{ id: string; name: string; email: string; sites?: { id: string; name: string }[] }>>(withQuery('/api/members', { q, state: 'active', limit: 20 }), signal).then((page) => page.items),
});
export const sitesOfQuery = (memberId: string) => queryOptions({ queryKey: ['sites', memberId], queryFn: ({ signal }) => get<Page<{ id: string; name: string }>>(withQuery('/api/sites', { memberId }), signal).then((page) => page.items) });

const at = (id: string) => `/api/nodes/${segment(id)}`;
export const attach = (id: string, siteId: string) => post<Attachment>(`${at(id)}/attachments`, { siteId });
export const detach = (id: string, attachmentId: string) => remove(`${at(id)}/attachments/${segment(attachmentId)}`);
export const retire = (id: string, reason: string) => post(`${at(id)}/retire`, { reason });
export const revoke = (id: string, reason: string) => post(`${at(id)}/revoke`, { reason });
export const removeNode = (id: string, reason: string) => remove(withQuery(at(id), { reason }));

/** Where somebody put nodes on the graph; the board's is given out to all. */
export interface LayoutLine { id: string; name: string; own: boolean; givenOut: boolean; changedAt: string }
interface KeptPlace { node: string; x: number; y: number }

/** For the graph, where nothing moves by itself: nodes are asked for less often than on their list. */
export const meshQuery = queryOptions({ queryKey: ['nodes', 'mesh'], queryFn: () => everything<MeshNode>('/api/nodes', {}).then((all) => all.rows), refetchInterval: ROUTERS_LIVE });
export const layoutsQuery = queryOptions({ queryKey: ['layouts'], queryFn: ({ signal }) => get<{ items: LayoutLine[] }>('/api/topology/layouts', signal).then((page) => page.items) });
export const layoutQuery = (id: string) => queryOptions({ queryKey: ['layouts', id], queryFn: ({ signal }) => get<{ places: KeptPlace[] }>(`/api/topology/layouts/${segment(id)}`, signal) });
export const keepLayout = (name: string, places: KeptPlace[]) => put(`/api/topology/layouts/${segment(name)}`, { places });
export const deleteLayout = (id: string) => remove(`/api/topology/layouts/${segment(id)}`);
export const giveOutLayout = (id: string) => put(`/api/topology/layouts/${segment(id)}/default`);
