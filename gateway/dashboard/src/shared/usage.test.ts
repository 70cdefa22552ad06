import { describe, expect, it } from 'vitest';
import { foldDays, hoursOf, total, type UsageStep } from './usage';

const HOUR = 3_600_000;
const step = (from: string, internetDown: number): UsageStep => ({ from, to: new Date(Date.parse(from) + HOUR).toISOString(), internetDown, internetUp: 1, localDown: 2, localUp: 3 });

describe('hours of usage', () => {
  const from = Date.parse('2026-11-20T23:00:00Z');
  const told = [step('2026-11-20T23:00:00Z', 10), step('2026-11-21T02:00:00.000Z', 30)];

  it('without a report are gaps, except the one that is still running and those to come', () => {
    const hours = hoursOf(told, from, from + 8 * HOUR, Date.parse('2026-11-21T04:10:00Z'));

    expect(hours.map((hour) => [hour.from.slice(11, 13), hour.missing ?? false])).toEqual([['23', false], ['00', true], ['01', true], ['02', false], ['03', true]]);
    expect(total(hours, 'internetDown')).toBe(40);
  });

  it('that nobody told and that are over are gaps all of them', () => {
    expect(hoursOf([], from, from + 3 * HOUR, from + 30 * HOUR).every((hour) => hour.missing)).toBe(true);
  });

  it('add up to days of the co-op’s place, with what is missing in each', () => {
    const days = foldDays(hoursOf(told, from, from + 26 * HOUR, from + 90 * HOUR), 'Europe/Madrid');

    expect(days.map((day) => [day.day, day.internetDown, day.localDown + day.localUp, day.hours, day.hoursMissing, day.missing ?? false])).toEqual([
      ['2026-11-21', 40, 10, 24, 22, false],
      ['2026-11-22', 0, 0, 2, 2, true],
    ]);
  });

  it('make a day of 25 hours when the clocks go back', () => {
    const start = Date.parse('2026-10-24T22:00:00Z');
    const days = foldDays(hoursOf([], start, start + 25 * HOUR, start + 90 * HOUR), 'Europe/Madrid');

    expect(days).toHaveLength(1);
    expect(days[0]!.hours).toBe(25);
  });

  it('begin at the first whole hour where a day begins within one', () => {
    expect(hoursOf([], Date.parse('2025-12-31T18:15:00Z'), Date.parse('2025-12-31T20:15:00Z'), from)[0]!.from).toBe('2025-12-31T19:00:00.000Z');
  });
});
