/** A day so many months later; where that month is shorter, its last day. */
export function plusMonths(day: string, months: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0));
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(date, last.getUTCDate()))).toISOString().slice(0, 10);
}

export type Every = 'month' | 'fortnight' | 'week';

/** The last day to pay of each part, the first first. */
export function partDays(first: string, count: number, every: Every): string[] {
  const weeks = every === 'week' ? 1 : 2;
  return Array.from({ length: count }, (_, at) => (every === 'month' ? plusMonths(first, at) : new Date(Date.parse(`${first}T00:00:00Z`) + at * weeks * 7 * 86_400_000).toISOString().slice(0, 10)));
}
