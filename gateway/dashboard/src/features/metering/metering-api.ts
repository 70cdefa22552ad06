import { queryOptions } from '@tanstack/react-query';
import { get, segment, type Page } from '@/shared/api';
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
}

export interface ReportProof extends Proof {
  report: Proof['report'] & { startedAt: string; endedAt: string; receivedAt: string; state: 'counted' | 'implausible' | string; reason?: string | null; late: boolean };
}

export const setAsideQuery = (nodeId?: string) => pagesQuery<SetAside>(['implausible'], '/api/usage/implausible', { nodeId });
export const proofQuery = (nodeId: string, bootId: string, sequence: string) =>
  queryOptions({ queryKey: ['usage-report', nodeId, bootId, sequence], queryFn: ({ signal }) => get<ReportProof>(`/api/usage/reports/${segment(nodeId)}/${segment(bootId)}/${segment(sequence)}`, signal) });
export const checksQuery = (proof: ReportProof) => queryOptions({ queryKey: ['usage-report', 'checks', proof.report.hash, proof.signature], queryFn: () => check(proof), staleTime: Number.POSITIVE_INFINITY });

/** Names of nodes by their key. */
export const nodeNamesQuery = queryOptions({
  queryKey: ['nodes', 'names'],
  queryFn: ({ signal }) => get<Page<{ id: string; nodeId?: string | null; name: string }>>('/api/nodes?limit=200', signal).then((page) => new Map(page.items.flatMap((node) => (node.nodeId ? [[node.nodeId, node] as const] : [])))),
  staleTime: 60_000,
});
