import { describe, expect, it } from 'vitest';
import { add, compare, formatMoney, fromMicro, isNegative, negate, readAmount, readPrice, toMicro } from './money';

const euros = (amount: string) => ({ amount, currency: 'EUR' });

describe('money', () => {
  it('is exact to the micro-unit', () => {
    expect(toMicro('12.50')).toBe(12_500_000n);
    expect(toMicro('-0.000001')).toBe(-1n);
    expect(add(euros('0.10'), euros('0.20'))).toEqual(euros('0.30'));
    expect(add(euros('9007199254740993.00'), euros('0.01')).amount).toBe('9007199254740993.01');
  });

  it('keeps two places and as many more as it needs', () => {
    expect(fromMicro(12_500_000n)).toBe('12.50');
    expect(fromMicro(12_500_100n)).toBe('12.5001');
    expect(fromMicro(-1n)).toBe('-0.000001');
    expect(fromMicro(0n)).toBe('0.00');
  });

  it('is written with currency and sign', () => {
    expect(formatMoney(euros('1234.5'))).toBe('€1,234.50');
    expect(formatMoney(euros('-12.50'))).toBe('-€12.50');
    expect(formatMoney(euros('12.50'), 'en', { signed: true })).toBe('+€12.50');
    expect(formatMoney(euros('201.004512'), 'en', { cents: true })).toBe('€201.00');
    expect(formatMoney(euros('0.000042'))).toBe('€0.000042');
    expect(formatMoney(euros('1234.5'), 'de').replace(/\s/g, ' ')).toBe('1.234,50 €');
  });

  it('never mixes currencies', () => {
    expect(() => add(euros('1.00'), { amount: '1.00', currency: 'USD' })).toThrow('cannot add EUR and USD');
  });

  it('orders and negates', () => {
    expect(compare(euros('2.00'), euros('10.00'))).toBe(-1);
    expect(compare(euros('2.0'), euros('2.00'))).toBe(0);
    expect(negate(euros('2.00')).amount).toBe('-2.00');
    expect(isNegative(euros('-0.01'))).toBe(true);
  });

  it('reads what people type and refuses what is ambiguous', () => {
    expect(readAmount(' 12,5 ')).toBe('12.50');
    expect(readAmount('12')).toBe('12.00');
    for (const wrong of ['', '-5', '1.234,50', '1e3', '12.505', 'twelve', '0x10', '1 000']) expect(readAmount(wrong)).toBeNull();
  });

  it('lets a price be fractions of a cent', () => {
    expect(readPrice('0,0005')).toBe('0.0005');
    expect(readPrice('0.0000001')).toBeNull();
  });

  it('refuses what is not a decimal', () => {
    for (const wrong of ['', '1,5', 'NaN', '1.2345678', '1e5']) expect(() => toMicro(wrong)).toThrow();
  });
});
