import { describe, expect, it } from 'vitest';
import type { PlanPart } from '@/shared/coop';
import { draftOf, toParts } from './part-drafts';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const PARTS: PlanPart[] = [
  { type: 'flat', monthly: eur('12.00') },
  { type: 'scale', floor: eur('5.00'), suggested: eur('10.00'), ceiling: eur('25.00') },
  { type: 'volume', includedGb: 100, perGb: eur('0.205') },
  { type: 'peak', committedMbit: '10.5', perMbit: eur('1.20'), direction: 'percentileOfSum' },
  { type: 'timed', perGb: eur('0.30'), windows: [{ days: ['saturday', 'sunday'], fromHour: 0, toHour: 24, perGb: eur('0.00') }, { days: ['monday'], fromHour: 1, toHour: 7, perGb: eur('0.05') }] },
];

describe('parts of a plan', () => {
  it('come back from the form as they went in', () => {
    expect(toParts(PARTS.map(draftOf), 'EUR')).toEqual({ parts: PARTS, wrong: new Set() });
  });

  it('name every figure that is none, and go nowhere with it', () => {
    const drafts = PARTS.map(draftOf);
    drafts[0]!.monthly = '12.505';
    drafts[3]!.committedMbit = 'much';
    drafts[4]!.windows[1]!.perGb = '-1';

    expect(toParts(drafts, 'EUR')).toEqual({ parts: null, wrong: new Set(['0.monthly', '3.committedMbit', '4.windows[1].perGb']) });
  });

  it('take a comma for a point', () => {
    expect(toParts([{ ...draftOf({ type: 'flat' }), monthly: '12,5' }], 'EUR').parts).toEqual([{ type: 'flat', monthly: eur('12.50') }]);
  });
});
