import { queryOptions } from '@tanstack/react-query';
import { get, post } from '@/shared/api';
import type { LoadColumns, MeshColumns } from './mesh-data';

const LIVE = 15_000;
/** A large mesh is a megabyte: it is looked at again once a minute. */
const LIVE_LARGE = 60_000;
const LARGE = 3_000;
/** Links are counted by the hour. */
const LOAD_LIVE = 300_000;

export const graphQuery = queryOptions({
  queryKey: ['nodes', 'graph'],
  queryFn: ({ signal }) => get<MeshColumns>('/api/topology/graph', signal),
  refetchInterval: ({ state }) => ((state.data?.nodes.key.length ?? 0) > LARGE ? LIVE_LARGE : LIVE),
});
export const loadQuery = queryOptions({ queryKey: ['links', 'load'], queryFn: ({ signal }) => get<LoadColumns>('/api/usage/links/load', signal), refetchInterval: LOAD_LIVE });
export const arrangeAnew = () => post('/api/topology/graph/arrange');
