import { regionOf } from './region';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in units of 1,000, as bills count them. */
export function formatBytes(bytes: number, locale = 'en'): string {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${new Intl.NumberFormat(regionOf(locale), { maximumFractionDigits: step === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2 }).format(value)} ${UNITS[step]}`;
}

/** "1,024" in the reader's grammar. */
export const formatCount = (value: number, locale = 'en'): string => new Intl.NumberFormat(regionOf(locale)).format(value);

/** A decimal figure as services send it ("177.24") in the reader's grammar, with all its digits. */
export const formatFigure = (value: string | number, locale = 'en'): string => new Intl.NumberFormat(regionOf(locale), { maximumFractionDigits: 9 }).format(value as Intl.StringNumericLiteral);
