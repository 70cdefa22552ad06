import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, withQuery, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import { check, type Proof } from './signed-report';

/** A report that was kept and not billed. */
export interface SetAside {
  nodeId: string;
  bootId: string;
  sequence: number;
  startedAt: string;
  endedAt: string;
  /** A code, a colon, a sentence. */
  reason: string;
  receivedAt: string;
  claims?: { attachmentId: string; own: boolean; internetDown: number; internetUp: number; localDown: number; localUp: number }[] | null;
  /** The most that an attachment can use in the window, each way. */
  limitBytes?: number | null;
  /** A person may let it count. */
  acceptable?: boolean | null;
  decision?: Decision | null;
}

export interface Decision {
  accepted: boolean;
  reason: string;
  decidedAt: string;
  decidedBy: string;
}

export interface ReportProof extends Proof {
  report: Proof['report'] & { startedAt: string; endedAt: string; receivedAt: string; state: 'counted' | 'implausible' | string; reason?: string | null; late: boolean };
}

export const setAsideQuery = (nodeId?: string, decided?: boolean) => pagesQuery<SetAside>(['implausible'], '/api/usage/implausible', { nodeId, decided: decided ? 'true' : undefined });
/** What the queue says of one report, waiting or decided; null where it is not, or no more, set aside. */
export const setAsideItemQuery = (nodeId: string, bootId: string, sequence: string) =>
  queryOptions({
    queryKey: ['implausible', 'one', nodeId, bootId, sequence],
    queryFn: async ({ signal }): Promise<SetAside | null> => {
      for (const decided of ['false', 'true']) {
        const page = await get<Page<SetAside>>(withQuery('/api/usage/implausible', { nodeId, decided, limit: 200 }), signal);
        const found = page.items.find((one) => one.bootId === bootId && String(one.sequence) === sequence);
        if (found) return found;
      }
      return null;
    },
  });
export const decide = (report: { nodeId: string; bootId: string; sequence: number }, accept: boolean, reason: string) => post<Decision>(`/api/usage/implausible/${segment(report.nodeId)}/${segment(report.bootId)}/${report.sequence}/decision`, { accept, reason });
export const proofQuery = (nodeId: string, bootId: string, sequence: string) =>
  queryOptions({ queryKey: ['usage-report', nodeId, bootId, sequence], queryFn: ({ signal }) => get<ReportProof>(`/api/usage/reports/${segment(nodeId)}/${segment(bootId)}/${segment(sequence)}`, signal) });
export const checksQuery = (proof: ReportProof) => queryOptions({ queryKey: ['usage-report', 'checks', proof.report.hash, proof.signature], queryFn: () => check(proof), staleTime: Number.POSITIVE_INFINITY });

/** Two neighbours who disagreed about their link more often than loss explains. */
export interface Discrepancy {
  id: string;
  lowNodeId: string;
  highNodeId: string;
  from: string;
  to: string;
  windowsOutside: number;
  raisedAt: string;
}

/** What one end said of the link in one window, and in which report. */
export interface LinkEnd {
  nodeId: string;
  bootId: string;
  sequence: number;
  sent: number;
  received: number;
}

export interface LinkEvidence {
  discrepancy: Discrepancy;
  windows: { from: string; to: string; low: LinkEnd; high: LinkEnd }[];
}

/** One link in one hour; up is from low to high, and what is credited is the smaller of the two claims. */
export interface CreditedLink {
  hour: string;
  lowNodeId: string;
  highNodeId: string;
  windowsMatched: number;
  windowsOutside: number;
  windowsLowAlone: number;
  windowsHighAlone: number;
  lowSent: number;
  highReceived: number;
  upCredited: number;
  highSent: number;
  lowReceived: number;
  downCredited: number;
}

export const discrepanciesQuery = (nodeId?: string) => pagesQuery<Discrepancy>(['links', 'discrepancies'], '/api/usage/discrepancies', { nodeId }, 50, 'before');
export const discrepancyQuery = (id: string) => queryOptions({ queryKey: ['links', 'discrepancy', id], queryFn: ({ signal }) => get<LinkEvidence>(`/api/usage/discrepancies/${segment(id)}`, signal) });
/** The last 24 hours, the first of them first. */
export const creditedLinksQuery = (nodeId?: string) => pagesQuery<CreditedLink>(['links', 'credited'], '/api/usage/links', { nodeId }, 100);

/** Names of nodes by their key. */
export const nodeNamesQuery = queryOptions({
  queryKey: ['nodes', 'names'],
  queryFn: ({ signal }) => get<Page<{ id: string; nodeId?: string | null; name: string }>>('/api/nodes?limit=200', signal).then((page) => new Map(page.items.flatMap((node) => (node.nodeId ? [[node.nodeId, node] as const] : [])))),
  staleTime: 60_000,
});
