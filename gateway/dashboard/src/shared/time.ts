import { regionOf } from './region';

// The co-op's clock may differ from the browser's: a phone with a wrong clock, or a demo that lives a month in a minute.
let offsetMillis = 0;

/** Sets the clock by an instant that the server just told. */
export function setCoopTime(instant: string): void {
  const told = Date.parse(instant);
  if (!Number.isNaN(told)) offsetMillis = Math.abs(told - Date.now()) < 1_500 ? 0 : told - Date.now();
}

/** Milliseconds since the epoch, by the co-op's clock. */
export const coopNow = (): number => Date.now() + offsetMillis;

/** Today as YYYY-MM-DD, by the co-op's clock and the person's time zone. */
export function today(plusDays = 0): string {
  const day = new Date(coopNow());
  day.setDate(day.getDate() + plusDays);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
}

/** A month as YYYY-MM; 0 is this month, −1 the one before. */
export function month(plus = 0): string {
  const day = new Date(coopNow());
  const first = new Date(day.getFullYear(), day.getMonth() + plus, 1);
  return `${first.getFullYear()}-${String(first.getMonth() + 1).padStart(2, '0')}`;
}

const inZone = (zone: string) => new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** The day (YYYY-MM-DD) that an instant lies in, in a time zone. */
export function dayIn(zone: string, at: number | string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(typeof at === 'string' ? Date.parse(at) : at);
}

/** The instant at which a day (YYYY-MM-DD) begins in a time zone; on days of clock changes, too. */
export function startOfDay(zone: string, day: string): number {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  let at = wanted;
  // What the clocks there show at the guess tells how far it is off; the second look sees a change of clocks in between.
  for (let look = 0; look < 2; look++) {
    const shown = Object.fromEntries(inZone(zone).formatToParts(at).map((part) => [part.type, part.value]));
    at += wanted - Date.parse(`${shown.year}-${shown.month}-${shown.day}T${shown.hour}:${shown.minute}:${shown.second}Z`);
  }
  return at;
}

/** A day so many days later. */
export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

const isDate = (value: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(value);

/** "21 Nov 2026, 14:03" for an instant, "21 Nov 2026" for a date, whatever the time zone. */
export function absolute(value: string, locale = 'en'): string {
  if (isDate(value)) return new Intl.DateTimeFormat(regionOf(locale), { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(value));
  return new Intl.DateTimeFormat(regionOf(locale), { dateStyle: 'medium', timeStyle: 'short' }).format(Date.parse(value));
}

/** To the second and with its zone: what a log or a dispute needs. */
export function exact(value: string, locale = 'en'): string {
  if (isDate(value)) return new Intl.DateTimeFormat(regionOf(locale), { dateStyle: 'full', timeZone: 'UTC' }).format(Date.parse(value));
  return new Intl.DateTimeFormat(regionOf(locale), { dateStyle: 'full', timeStyle: 'long' }).format(Date.parse(value));
}

export const monthName = (period: string, locale = 'en'): string =>
  new Intl.DateTimeFormat(regionOf(locale), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(Date.parse(`${period.slice(0, 7)}-01`));

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1],
];

/** "3 minutes ago", "in 2 days", "yesterday". */
export function relative(value: string, locale = 'en', now = coopNow()): string {
  const format = new Intl.RelativeTimeFormat(regionOf(locale), { numeric: 'auto' });
  if (isDate(value)) {
    const here = new Date(now);
    const days = Math.round((Date.parse(value) - Date.UTC(here.getFullYear(), here.getMonth(), here.getDate())) / 86_400_000);
    if (Math.abs(days) < 14) return format.format(days, 'day');
    return Math.abs(days) < 60 ? format.format(Math.trunc(days / 7), 'week') : format.format(Math.trunc(days / 30.44), 'month');
  }
  const seconds = (Date.parse(value) - now) / 1000;
  const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? STEPS[STEPS.length - 1]!;
  return format.format(Math.round(seconds / size), unit);
}

/** "3 d 4 h", "12 min", "0.4 s". */
export function span(millis: number, locale = 'en'): string {
  const unit = (value: number, name: string) => new Intl.NumberFormat(regionOf(locale), { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value);
  // Of these the signs are the same everywhere, and stand apart from their figure
  const exact = (value: number, sign: string, digits = 0) => `${new Intl.NumberFormat(regionOf(locale), { maximumFractionDigits: digits }).format(value)}\u00a0${sign}`;
  const seconds = millis / 1000;
  if (seconds < 1) return exact(Math.round(millis), 'ms');
  if (seconds < 60) return exact(seconds, 's', seconds < 10 ? 1 : 0);
  if (seconds < 3_600) return unit(Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return `${unit(Math.floor(seconds / 3_600), 'hour')} ${unit(Math.floor((seconds % 3_600) / 60), 'minute')}`;
  return `${unit(Math.floor(seconds / 86_400), 'day')} ${unit(Math.floor((seconds % 86_400) / 3_600), 'hour')}`;
}
