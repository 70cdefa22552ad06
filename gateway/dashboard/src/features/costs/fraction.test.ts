import { describe, expect, it } from 'vitest';
import { decimal, isWhole } from './fraction';

describe('exact values', () => {
  it('have a decimal for a glance, cut and never rounded up', () => {
    expect(decimal('22/7')).toBe('3.142857');
    expect(decimal('-22/7')).toBe('-3.142857');
    expect(decimal('2/3')).toBe('0.666666');
    expect(decimal('10')).toBe('10');
    expect(decimal('5/2')).toBe('2.5');
    expect(decimal('-1/10000000')).toBe('0');
    expect(decimal('123456789012345678901234567890/2')).toBe('61728394506172839450617283945');
  });

  it('are told apart from words', () => {
    expect(decimal('HIGHER')).toBeNull();
    expect(decimal('1/0')).toBeNull();
    expect(isWhole('22/7')).toBe(false);
    expect(isWhole('-4')).toBe(true);
  });
});
