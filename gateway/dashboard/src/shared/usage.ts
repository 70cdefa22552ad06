import { queryOptions } from '@tanstack/react-query';
import { get, withQuery, type Page } from './api';
import { coopNow } from './time';

/** What one span of time carried, in bytes. */
export interface UsageStep {
  from: string;
  to: string;
  internetDown: number;
  internetUp: number;
  localDown: number;
  localUp: number;
}

export interface UsageOf {
  nodeId?: string;
  siteId?: string;
  attachmentId?: string;
}

const hoursAgo = (hours: number): string => new Date(Math.floor(coopNow() / 3_600_000) * 3_600_000 - hours * 3_600_000).toISOString();

/** Usage by the hour of a node, site or attachment; of the caller's own where {@code of} is 'mine'. */
export const usageQuery = (of: UsageOf | 'mine', hours: number, step: 'hour' | 'day' = 'hour') =>
  queryOptions({
    queryKey: ['usage', of, hours, step],
    queryFn: ({ signal }) =>
      get<Page<UsageStep>>(
        withQuery(of === 'mine' ? '/api/usage/mine' : '/api/usage', {
          ...(of === 'mine' ? {} : of),
          // The service's own last 24 hours, by its clock; anything else is asked for.
          ...(hours === 24 ? {} : { from: hoursAgo(hours), to: new Date(coopNow()).toISOString() }),
          step,
        }),
        signal,
      ).then((page) => page.items),
    refetchInterval: 30_000,
  });
