import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, type Page } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';
import type { Money } from '@/shared/money';
import type { NewPlan } from './plans-api';

export interface SimulationRow {
  id: string;
  from: string;
  to: string;
  requestedAt: string;
  state: 'running' | 'done' | 'failed' | string;
  done: number;
  payers: number;
}

/** What a payer would have paid; below zero is less than they paid. */
export interface SimulatedShare {
  payerId: string;
  current: Money;
  proposed: Money;
  difference: Money;
  alone?: Money | null;
  betterAlone: boolean;
}

export interface Distribution {
  payers: number;
  cheaper: number;
  same: number;
  dearer: number;
  betterAlone: number;
  tenth?: Money | null;
  quarter?: Money | null;
  median?: Money | null;
  threeQuarters?: Money | null;
  nineTenths?: Money | null;
}

export interface Simulation extends SimulationRow {
  /** Bills of these months drawn up again under today's plans; so many came out the same. */
  bills: number;
  reproduced: number;
  why?: string | null;
  distribution?: Distribution | null;
  own: SimulatedShare[];
}

export interface NewSimulation {
  from: string;
  to: string;
  plans: NewPlan[];
  alone: { amount: string } | null;
}

const ASKED_AGAIN = 2_000;
const isOver = (state: string | undefined) => state === 'done' || state === 'failed';

export const simulationsQuery = queryOptions({ queryKey: ['simulations'], queryFn: ({ signal }) => get<Page<SimulationRow>>('/api/plans/simulations', signal).then((page) => page.items) });
export const simulationQuery = (id: string) => queryOptions({
  queryKey: ['simulation', id],
  queryFn: ({ signal }) => get<Simulation>(`/api/plans/simulations/${segment(id)}`, signal),
  refetchInterval: (query) => (isOver(query.state.data?.state) ? false : ASKED_AGAIN),
});
export const simulatedPath = (id: string) => `/api/plans/simulations/${segment(id)}/payers`;
export const simulatedQuery = (id: string) => pagesQuery<SimulatedShare>(['simulation', id, 'payers'], simulatedPath(id), {}, 100);
export const beginSimulation = (simulation: NewSimulation) => post<SimulationRow>('/api/plans/simulations', simulation);
