import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatBytes } from './bytes';
import { absolute, coopNow, dayIn, plusDays, relative, setCoopTime, span, startOfDay } from './time';

const now = Date.parse('2026-11-21T12:00:00Z');
afterEach(() => { vi.useRealTimers(); });

describe('times', () => {
  it('are told from now', () => {
    expect(relative('2026-11-21T11:57:00Z', 'en', now)).toBe('3 minutes ago');
    expect(relative('2026-11-22T14:00:00Z', 'en', now)).toBe('tomorrow');
    expect(relative('2026-11-21T12:00:00.300Z', 'en', now)).toBe('now');
    expect(relative('2026-11-21', 'en', now)).toBe('today');
    expect(relative('2026-11-14', 'en', now)).toBe('7 days ago');
  });

  it('keep a date the same date in every zone', () => {
    expect(absolute('2026-11-01')).toBe('Nov 1, 2026');
  });

  it('follow the clock of the co-op', () => {
    vi.useFakeTimers({ now });
    setCoopTime('2026-12-21T12:00:00Z');
    expect(relative('2026-12-20T12:00:00Z')).toBe('yesterday');
    setCoopTime('2026-11-21T12:00:00.400Z');
    expect(coopNow()).toBe(now);
  });

  it('begin a day when the clocks of its place say so, in winter, in summer and when they change', () => {
    const starts = (zone: string, day: string) => new Date(startOfDay(zone, day)).toISOString();
    expect(starts('Europe/Madrid', '2026-11-21')).toBe('2026-11-20T23:00:00.000Z');
    expect(starts('Europe/Madrid', '2026-10-25')).toBe('2026-10-24T22:00:00.000Z');
    expect(starts('Europe/Madrid', '2026-10-26')).toBe('2026-10-25T23:00:00.000Z');
    expect(starts('America/Los_Angeles', '2026-03-08')).toBe('2026-03-08T08:00:00.000Z');
    expect(starts('America/Los_Angeles', '2026-03-09')).toBe('2026-03-09T07:00:00.000Z');
    expect(starts('Asia/Kathmandu', '2026-01-01')).toBe('2025-12-31T18:15:00.000Z');
    expect(dayIn('Europe/Madrid', '2026-11-20T23:00:00Z')).toBe('2026-11-21');
    expect(dayIn('Europe/Madrid', Date.parse('2026-11-20T22:59:59Z'))).toBe('2026-11-20');
    expect(plusDays('2026-02-28', 1)).toBe('2026-03-01');
  });

  it('have short spans', () => {
    expect(span(400)).toBe('400\u00a0ms');
    expect(span(90_000)).toBe('1m');
    expect(span(100_000_000)).toBe('1d 3h');
  });
});

describe('bytes', () => {
  it('are counted in thousands', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(12_345_678)).toBe('12.3 MB');
    expect(formatBytes(5_000_000_000)).toBe('5 GB');
  });
});
