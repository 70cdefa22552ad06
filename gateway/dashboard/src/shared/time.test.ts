import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatBytes } from './bytes';
import { absolute, coopNow, relative, setCoopTime, span } from './time';

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

  it('have short spans', () => {
    expect(span(400)).toBe('400ms');
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
