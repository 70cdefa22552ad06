import { queryOptions } from '@tanstack/react-query';
import { get, post, remove, segment } from '@/shared/api';

export interface Laggard {
  id: string;
  name: string;
  certificateUntil: string;
  agentVersion: string;
}

/** One kind of key, and how far its change has come. */
export interface KeyStanding {
  kind: 'authority' | 'access-list' | string;
  phase: 'steady' | 'announced' | 'overlapping' | string;
  current: string;
  other?: string | null;
  since: string;
  /** When the next step is taken, whoever waits. */
  dueAt?: string | null;
  endsAt?: string | null;
  inService: number;
  waiting: number;
  laggards: Laggard[];
}

export interface KeyStep {
  kind: string;
  step: string;
  key: string;
  waiting: number;
  reason: string;
  by?: string | null;
  at: string;
}

export interface Pools {
  poolsV4: string[];
  poolsV6: string[];
}

export interface Box {
  id: string;
  nodeId?: string | null;
  name: string;
  gateway: boolean;
  madeAt: string;
  expiresAt?: string | null;
}

export interface Refusal {
  at: string;
  why: string;
  node?: string | null;
  nodeId?: string | null;
}

export type Step = 'announce' | 'use' | 'retire';

export const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: ({ signal }) => get<{ items: KeyStanding[]; steps: KeyStep[] }>('/api/coop/keys', signal) });
export const poolsQuery = queryOptions({ queryKey: ['pools'], queryFn: ({ signal }) => get<Pools>('/api/coop/pools', signal) });
export const boxesQuery = queryOptions({ queryKey: ['boxes'], queryFn: ({ signal }) => get<{ items: Box[] }>('/api/nodes/prepared', signal) });
export const refusalsQuery = queryOptions({ queryKey: ['refusals'], queryFn: ({ signal }) => get<{ items: Refusal[] }>('/api/nodes/refusals', signal) });
export const takeStep = (kind: string, step: Step, body: { reason: string; whoeverWaits?: boolean; disowned?: boolean }) => post<KeyStanding>(`/api/coop/keys/${segment(kind)}/${step}`, body);
export const addPools = (more: Pools & { reason: string }) => post<Pools>('/api/coop/pools', more);
export const forgetBox = (id: string) => remove(`/api/nodes/prepared/${segment(id)}`);
