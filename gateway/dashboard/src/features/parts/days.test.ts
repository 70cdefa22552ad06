import { expect, it } from 'vitest';
import { partDays, plusMonths } from './days';

it('stays in the month where the day is not there', () => {
  expect(plusMonths('2026-01-31', 1)).toBe('2026-02-28');
  expect(plusMonths('2026-12-31', 2)).toBe('2027-02-28');
  expect(plusMonths('2026-11-15', 3)).toBe('2027-02-15');
});

it('counts the months from the first day, so that a short month shortens only itself', () => {
  expect(partDays('2027-01-31', 3, 'month')).toEqual(['2027-01-31', '2027-02-28', '2027-03-31']);
});

it('counts weeks across the change of clocks', () => {
  expect(partDays('2026-10-19', 3, 'week')).toEqual(['2026-10-19', '2026-10-26', '2026-11-02']);
  expect(partDays('2026-10-19', 2, 'fortnight')).toEqual(['2026-10-19', '2026-11-02']);
});
