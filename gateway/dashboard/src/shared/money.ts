import { regionOf } from './region';

/** Money as the services send it: a decimal string, exact to the micro-unit, and its currency. Never a float. */
export interface Money {
  amount: string;
  currency: string;
}

const MICRO = 1_000_000n;
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d{1,6}))?$/;

/** Micro-units (10⁻⁶ of the currency unit) of a decimal string. */
export function toMicro(amount: string): bigint {
  const match = DECIMAL.exec(amount);
  if (!match) throw new Error(`not a decimal amount: ${amount}`);
  const micro = BigInt(match[2]!) * MICRO + BigInt((match[3] ?? '').padEnd(6, '0'));
  return match[1] === '-' ? -micro : micro;
}

/** The shortest decimal string of at least two places. */
export function fromMicro(micro: bigint): string {
  const size = micro < 0n ? -micro : micro;
  const fraction = (size % MICRO).toString().padStart(6, '0').replace(/0{1,4}$/, '');
  return `${micro < 0n ? '-' : ''}${size / MICRO}.${fraction}`;
}

export const zero = (currency: string): Money => ({ amount: '0.00', currency });
export const isZero = (money: Money): boolean => toMicro(money.amount) === 0n;
export const isNegative = (money: Money): boolean => toMicro(money.amount) < 0n;

export function add(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new Error(`cannot add ${a.currency} and ${b.currency}`);
  return { amount: fromMicro(toMicro(a.amount) + toMicro(b.amount)), currency: a.currency };
}

export function negate(money: Money): Money {
  return { amount: fromMicro(-toMicro(money.amount)), currency: money.currency };
}

export function compare(a: Money, b: Money): number {
  const difference = toMicro(a.amount) - toMicro(b.amount);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/**
 * Money for people, in the grammar of {@code locale}. Sub-cent amounts keep their digits, so that nothing that is
 * owed looks like nothing; {@code cents} rounds them away, for figures at a glance. {@code signed} writes the sign of
 * positive amounts, too.
 */
export function formatMoney(money: Money, locale = 'en', { signed = false, cents = false } = {}): string {
  const canonical = fromMicro(toMicro(money.amount));
  const places = canonical.length - canonical.indexOf('.') - 1;
  return new Intl.NumberFormat(regionOf(locale), {
    style: 'currency',
    currency: money.currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: cents ? 2 : places,
    signDisplay: signed ? 'exceptZero' : 'auto',
  }).format(canonical as Intl.StringNumericLiteral);
}

/** What a person typed as an amount ("12,5", "12.50") as "12.50"; null where it is not one, or not whole cents. */
export function readAmount(typed: string): string | null {
  const text = typed.trim().replace(',', '.');
  return /^\d{1,12}(\.\d{1,2})?$/.test(text) ? fromMicro(toMicro(text)) : null;
}

/** Like an amount, but a price of one GB may be fractions of a cent. */
export function readPrice(typed: string): string | null {
  const text = typed.trim().replace(',', '.');
  return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? fromMicro(toMicro(text)) : null;
}
