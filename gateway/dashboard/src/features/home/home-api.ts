import { queryOptions } from '@tanstack/react-query';
import { get } from '@/shared/api';
import { untilTold } from '@/shared/live';
import type { Money } from '@/shared/money';

export interface Part {
  part: 'membership' | 'billing' | 'abuse';
  ok: boolean;
  why?: string | null;
}

/** {@code more}: there are at least {@code count}. */
export interface Count {
  count: number;
  more: boolean;
}

/** What waits for somebody; null where the part did not answer or the caller may not see it. */
export interface Home {
  parts: Part[];
  applicants?: Count | null;
  openCases?: Count | null;
  appeals?: (Count & { overdue: number }) | null;
  overdueInvoices?: (Count & { total?: Money | null }) | null;
  nodes?: { up: number; late: number; down: number; never: number; membersAffected: number; more?: boolean } | null;
  outages?: (Count & { members: number }) | null;
  failedMails?: Count | null;
  unbilled?: Count | null;
  implausible?: Count | null;
  deadLetters: number;
}

export const homeQuery = queryOptions({
  queryKey: ['home'],
  queryFn: ({ signal }) => get<Home>('/api/overview/home', signal),
  refetchInterval: untilTold(10_000),
});
