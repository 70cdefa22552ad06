import { Trans } from '@lingui/react/macro';
import { Pill } from '@/shared/ui/status';

/** Minutes as hours and minutes: 1:30. */
export const hours = (minutes: number): string => `${minutes < 0 ? '−' : ''}${Math.floor(Math.abs(minutes) / 60)}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`;

/** "1:30", "1.5" or "1,5" as minutes; nothing where it is neither. */
export function readHours(text: string): number | undefined {
  const clock = /^(\d{1,2}):([0-5]\d)$/.exec(text.trim());
  const minutes = clock ? Number(clock[1]) * 60 + Number(clock[2]) : /^\d{1,2}([.,]\d{1,2})?$/.test(text.trim()) ? Math.round(Number(text.trim().replace(',', '.')) * 60) : NaN;
  return minutes >= 1 && minutes <= 1440 ? minutes : undefined;
}

/** A share such as 0.08 in percent. */
export const percent = (share: string, locale: string): string => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 4 }).format(Number(share));

/** What somebody typed in percent as a share; nothing where it is none. */
export function readPercent(text: string): string | undefined {
  const plain = text.trim().replace('%', '').trim().replace(',', '.');
  if (!/^\d{1,3}(\.\d{1,4})?$/.test(plain) || Number(plain) > 100) return undefined;
  const [whole, places = ''] = plain.split('.');
  const digits = `${whole!.padStart(3, '0')}${places.padEnd(4, '0')}`;
  return `${digits[0]}.${digits.slice(1)}`.replace(/\.?0+$/, '') || '0';
}

export function RunState({ state }: { state: string }) {
  switch (state) {
    case 'prepared': return <Pill tone="warn"><Trans>Waits for approval</Trans></Pill>;
    case 'approved': return <Pill tone="info"><Trans>To be paid</Trans></Pill>;
    case 'paid': return <Pill tone="ok"><Trans>Paid</Trans></Pill>;
    case 'rejected': return <Pill tone="quiet"><Trans>Turned down</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}
