import { queryOptions } from '@tanstack/react-query';
import { get, withQuery, type Page } from './api';
import { coopNow, dayIn } from './time';

/** What one span of time carried, in bytes. */
export interface UsageStep {
  from: string;
  to: string;
  internetDown: number;
  internetUp: number;
  localDown: number;
  localUp: number;
  /** No node told anything of this span: that is not the same as zero. */
  missing?: boolean;
}

export interface UsageDay extends UsageStep {
  /** YYYY-MM-DD, by the co-op's calendar. */
  day: string;
  hours: number;
  hoursMissing: number;
}

type Counted = 'internetDown' | 'internetUp' | 'localDown' | 'localUp';

const HOUR = 3_600_000;
const NOTHING = { internetDown: 0, internetUp: 0, localDown: 0, localUp: 0 };

export const total = (steps: UsageStep[], ...of: Counted[]): number => steps.reduce((sum, step) => sum + of.reduce((part, one) => part + step[one], 0), 0);

/** Every hour that begins in [{@code from}, {@code to}) and has begun by {@code now}; those nobody told of are missing, unless still running. */
export function hoursOf(told: UsageStep[], from: number, to: number, now: number): UsageStep[] {
  const byStart = new Map(told.map((step) => [Date.parse(step.from), step]));
  const hours: UsageStep[] = [];
  for (let at = Math.ceil(from / HOUR) * HOUR; at < Math.min(to, now); at += HOUR) {
    const step = byStart.get(at);
    if (step) hours.push(step);
    else if (at + HOUR <= now) hours.push({ from: new Date(at).toISOString(), to: new Date(at + HOUR).toISOString(), ...NOTHING, missing: true });
  }
  return hours;
}

/** The same by days, as bills count them: from midnight to midnight in the co-op's time zone. */
export function foldDays(hours: UsageStep[], zone: string): UsageDay[] {
  const days: UsageDay[] = [];
  for (const hour of hours) {
    const day = dayIn(zone, hour.from);
    let last = days[days.length - 1];
    if (last?.day !== day) days.push(last = { day, from: hour.from, to: hour.to, ...NOTHING, hours: 0, hoursMissing: 0, missing: true });
    last.to = hour.to;
    last.hours++;
    if (hour.missing) last.hoursMissing++;
    else last.missing = undefined;
    for (const one of ['internetDown', 'internetUp', 'localDown', 'localUp'] as const) last[one] += hour[one];
  }
  return days;
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
