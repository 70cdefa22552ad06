import { describe, expect, it } from 'vitest';
import { near, waysOf } from './way';

const part = (what: string, share = '1/2') => ({ what, cost: '1', sharers: 2, share });

describe('the way that a share was made on', () => {
  it('goes from link to link, and begins anew where a link starts elsewhere', () => {
    const { ways, rest } = waysOf([part('a → b'), part('b → gate'), part('c → b'), part('3 more links', '5/7')]);
    expect(ways.map((way) => way.map((step) => `${step.from}${step.to}`))).toEqual([['ab', 'bgate'], ['cb']]);
    expect(rest.map((one) => one.what)).toEqual(['3 more links']);
  });
  it('is drawn by fractions', () => {
    expect(near('3/4')).toBe(0.75);
    expect(near('2')).toBe(2);
    expect(near('')).toBe(0);
  });
});
