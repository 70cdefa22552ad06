import { toMicro, type Money } from '@/shared/money';
import type { InvoiceLine } from './invoices-api';

const GB = 1_000_000_000n;
/** Runs of days in a month, each rounded. */
const RUNS_MAX = 16n;

/** Bytes of a volume in GB as bills write it, exactly. */
export function bytesOf(gb: string | number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(String(gb));
  if (!match) throw new Error(`not a volume: ${gb}`);
  const bytes = BigInt(match[2]!) * GB + BigInt((match[3] ?? '').padEnd(9, '0'));
  return match[1] === '-' ? -bytes : bytes;
}

/** The same as a bill writes it. */
export function gbOf(bytes: bigint): string {
  const size = bytes < 0n ? -bytes : bytes;
  const fraction = (size % GB).toString().padStart(9, '0').replace(/0+$/, '');
  return `${bytes < 0n ? '-' : ''}${size / GB}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Days that count, and the days of their month. */
export function daysOf(line: InvoiceLine): { days: number; month: number } | null {
  const month = /^day of (\d+)$/.exec(line.unit ?? '')?.[1];
  return month && line.quantity !== null && line.quantity !== undefined ? { days: Number(line.quantity), month: Number(month) } : null;
}

/** GB above what is included; never less than none. */
export function overGb(line: InvoiceLine): string {
  const over = bytesOf(line.quantity ?? '0') - bytesOf(line.includedGb ?? '0');
  return gbOf(over < 0n ? 0n : over);
}

/**
 * Computes a line anew from the figures that stand on it, in micro-units; null where they do not say how it came about.
 * Rounded down as the bill does, which rounds once for each run of days.
 */
export function computed(line: InvoiceLine): bigint | null {
  // A price that changed within the month, or by the hour, is more than these figures.
  if (!line.unitPrice || (line.charge && line.charge !== line.kind)) return null;
  const price = toMicro(line.unitPrice.amount);
  if (line.kind === 'dues') {
    const days = daysOf(line);
    return days && (price * BigInt(days.days)) / BigInt(days.month);
  }
  return line.kind === 'usage' ? (price * bytesOf(overGb(line))) / GB : null;
}

/** Whether the line is what its own figures say. */
export function agrees(line: InvoiceLine): boolean | null {
  const anew = computed(line);
  if (anew === null) return null;
  const off = anew - toMicro(line.amount.amount);
  // Each run of days is rounded for itself: at most a micro-unit a run, and a run is at least a day.
  return line.kind === 'dues' ? off >= -RUNS_MAX && off <= RUNS_MAX : off === 0n;
}

export const addsUp = (lines: InvoiceLine[], total: Money): boolean => lines.reduce((sum, line) => sum + toMicro(line.amount.amount), 0n) === toMicro(total.amount);
