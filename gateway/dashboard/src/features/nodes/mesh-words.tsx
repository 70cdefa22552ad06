import { Trans, useLingui } from '@lingui/react/macro';
import { regionOf } from '@/shared/region';
import { Nothing } from '@/shared/ui/values';
import { BANDS, gradeOf, type Lane } from './mesh-data';

const MEGA = 1_000_000;

/** "12 Mb/s"; below a tenth of one in kb/s. */
export function rate(bits: number, locale: string): string {
  const [value, unit] = bits >= MEGA / 10 || bits === 0 ? [bits / MEGA, 'megabit-per-second'] : [bits / 1_000, 'kilobit-per-second'];
  return new Intl.NumberFormat(regionOf(locale), { style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

export function Rate({ lane }: { lane: Lane }) {
  const { i18n } = useLingui();
  return lane.load === null ? <Nothing /> : <span className="num">{rate(lane.load, i18n.locale)}</span>;
}

export function Quality({ lane }: { lane: Lane }) {
  const { i18n } = useLingui();
  if (lane.quality === null) return <Nothing />;
  const share = i18n.number(lane.quality, { style: 'percent', maximumFractionDigits: 0 });
  return <span className="num">{share} {[<Trans key="0">good</Trans>, <Trans key="1">fair</Trans>, <Trans key="2">poor</Trans>][gradeOf(lane.quality)]}</span>;
}

/** What each load band says, from the least. */
export function bandNames(locale: string): string[] {
  return BANDS.map((from, at) => (at === 0 ? `< ${rate(BANDS[1]!, locale)}` : at === BANDS.length - 1 ? `≥ ${rate(from, locale)}` : `${rate(from, locale)} – ${rate(BANDS[at + 1]!, locale)}`));
}
