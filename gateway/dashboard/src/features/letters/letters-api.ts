import { queryOptions } from '@tanstack/react-query';
import { get, post } from '@/shared/api';

export type Part = 'membership' | 'billing' | 'abuse';
export const PARTS: Part[] = ['membership', 'billing', 'abuse'];

/** A message that a service could not take in, kept until it is tried again. */
export interface Letter {
  id: number;
  consumerGroup: string;
  topic: string;
  key?: string | null;
  cause: string;
  failedAt: string;
}

export const lettersQuery = (part: Part) =>
  queryOptions({
    queryKey: ['letters', part],
    queryFn: ({ signal }) => get<{ count: number; items: Letter[] }>(`/api/${part}/dead-letters`, signal),
    refetchInterval: 10_000,
  });
export const retry = (part: Part, id: number) => post(`/api/${part}/dead-letters/${id}/retry`);
