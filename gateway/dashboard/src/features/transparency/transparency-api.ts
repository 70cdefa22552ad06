import { queryOptions } from '@tanstack/react-query';
import { get, segment } from '@/shared/api';

/** The newest checkpoint of the log, and how far it has come. */
export interface LogHead {
  name: string;
  size: number;
  root: string;
  seenBy: number;
  nodes: number;
  refusals: number;
}

interface LogKey {
  key: string;
  since: string;
  until?: string | null;
}

/** A count of the report; null where it could single somebody out. */
export interface Cell {
  name: string;
  count?: number | null;
}

/** What the co-op did in a quarter. */
export interface Report {
  period: string;
  facts: Record<string, number>;
  categories: Cell[];
  measures: Cell[];
  hoursToDecide?: { median: number; ninetiethPercentile: number } | null;
  overturnedPercent?: number | null;
}

export const headQuery = queryOptions({ queryKey: ['log', 'head'], queryFn: ({ signal }) => get<LogHead>('/log/witnesses', signal), refetchInterval: 30_000 });
export const keysQuery = queryOptions({ queryKey: ['log', 'keys'], queryFn: ({ signal }) => get<{ items: LogKey[] }>('/log/keys', signal).then((page) => page.items) });
export const periodsQuery = queryOptions({ queryKey: ['log', 'reports'], queryFn: ({ signal }) => get<{ items: string[] }>('/log/reports', signal).then((page) => page.items) });
export const reportQuery = (period: string) => queryOptions({ queryKey: ['log', 'report', period], queryFn: ({ signal }) => get<Report>(`/log/reports/${segment(period)}`, signal), enabled: period !== '', staleTime: Infinity });
export const tablePath = (period: string) => `/log/reports/${segment(period)}/table.csv`;
export const jsonPath = (period: string) => `/log/reports/${segment(period)}`;
export const statementsPath = (period: string) => `/log/reports/${segment(period)}/statements`;
