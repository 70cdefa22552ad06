import { queryOptions } from '@tanstack/react-query';
import { get, post, remove, segment, type Page } from '@/shared/api';

/** Lets a program read the whole of the feeds; its text was shown once. */
export interface FeedKey {
  id: string;
  name: string;
  createdAt: string;
  revokedAt?: string | null;
  lastUsedOn?: string | null;
}

export const keysQuery = queryOptions({ queryKey: ['feed-keys'], queryFn: ({ signal }) => get<Page<FeedKey>>('/api/feeds/keys', signal).then((page) => page.items) });
export const makeKey = (name: string) => post<{ id: string; name: string; key: string }>('/api/feeds/keys', { name });
export const revokeKey = (id: string) => remove(`/api/feeds/keys/${segment(id)}`);
