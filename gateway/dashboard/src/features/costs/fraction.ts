const PLACES = 6;

/** An exact value ("22/7", "-3") to six places, for a glance; the exact one stands beside it. Null where it is no number. */
export function decimal(exact: string): string | null {
  const match = /^(-?\d+)(?:\/(\d+))?$/.exec(exact);
  if (!match || match[2] === '0') return null;
  const [top, bottom] = [BigInt(match[1]!), BigInt(match[2] ?? '1')];
  const scaled = ((top < 0n ? -top : top) * 10n ** BigInt(PLACES)) / bottom;
  const fraction = (scaled % 10n ** BigInt(PLACES)).toString().padStart(PLACES, '0').replace(/0+$/, '');
  return `${top < 0n && scaled > 0n ? '-' : ''}${scaled / 10n ** BigInt(PLACES)}${fraction ? `.${fraction}` : ''}`;
}

export const isWhole = (exact: string): boolean => /^-?\d+$/.test(exact);
