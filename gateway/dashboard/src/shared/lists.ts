import { infiniteQueryOptions } from '@tanstack/react-query';
import { get, withQuery, type Page } from './api';

/** A list by pages of {@code limit}, each following the cursor of the one before, handed on as {@code cursor}. */
export const pagesQuery = <T>(key: readonly unknown[], path: string, query: Record<string, string | undefined> = {}, limit = 50, cursor: 'after' | 'before' = 'after') =>
  infiniteQueryOptions({
    queryKey: [...key, query],
    queryFn: ({ pageParam, signal }) => get<Page<T>>(withQuery(path, { ...query, limit, [cursor]: pageParam }), signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<T>) => last.next ?? null,
  });
