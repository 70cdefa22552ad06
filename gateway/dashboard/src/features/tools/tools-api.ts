import { queryOptions } from '@tanstack/react-query';
import { get, post, put, remove, segment } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';

/** Another tool of the co-op that is told what happened. */
export interface Receiver {
  id: string;
  url: string;
  note?: string | null;
  kinds: string[];
  oldSecretUntil?: string | null;
  disabledAt?: string | null;
  disabledWhy?: string | null;
  failingSince?: string | null;
  takenAt?: string | null;
  addedAt: string;
  waiting: number;
  failed: number;
}

export interface Receivers {
  items: Receiver[];
  /** What a receiver can be told of. */
  kinds: string[];
}

/** The secret is told this once. */
export interface Secret {
  receiver: Receiver;
  secret: string;
}

export interface Delivery {
  id: string;
  messageId: string;
  kind: string;
  body: string;
  state: 'waiting' | 'taken' | 'failed';
  attempts: number;
  createdAt: string;
  nextAt?: string | null;
  triedAt?: string | null;
  status?: number | null;
  why?: string | null;
  tookMillis?: number | null;
}

export interface ReceiverForm {
  url: string;
  note?: string;
  kinds: string[];
}

const REFRESH_MS = 5_000;
const ALL = '/api/billing/webhooks';

export const receiversQuery = queryOptions({ queryKey: ['webhooks', 'all'], queryFn: ({ signal }) => get<Receivers>(ALL, signal), refetchInterval: REFRESH_MS });
export const deliveriesQuery = (id: string, state?: string) => ({ ...pagesQuery<Delivery>(['webhooks', id], `${ALL}/${segment(id)}/deliveries`, { state }), refetchInterval: REFRESH_MS });
export const addReceiver = (form: ReceiverForm) => post<Secret>(ALL, form);
export const changeReceiver = (id: string, form: ReceiverForm) => put<Receiver>(`${ALL}/${segment(id)}`, form);
export const removeReceiver = (id: string) => remove<void>(`${ALL}/${segment(id)}`);
export const newSecret = (id: string) => post<Secret>(`${ALL}/${segment(id)}/secret`);
export const enable = (id: string) => post<Receiver>(`${ALL}/${segment(id)}/enable`);
export const test = (id: string) => post<void>(`${ALL}/${segment(id)}/test`);
export const again = (id: string, delivery: string) => post<void>(`${ALL}/${segment(id)}/deliveries/${segment(delivery)}/again`);
