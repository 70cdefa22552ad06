import { describe, expect, it } from 'vitest';
import { addsUp, agrees, bytesOf, computed, gbOf, overGb } from './formula';
import type { InvoiceLine } from './invoices-api';

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const usage = (quantity: string, includedGb: string, price: string, amount: string): InvoiceLine => ({ kind: 'usage', unit: 'GB', quantity, includedGb, unitPrice: eur(price), amount: eur(amount) });
const dues = (days: string, month: number, price: string, amount: string): InvoiceLine => ({ kind: 'dues', unit: `day of ${month}`, quantity: days, unitPrice: eur(price), amount: eur(amount) });

describe('why a bill is what it is', () => {
  it('volumes keep every byte', () => {
    expect(bytesOf('177.240000001')).toBe(177_240_000_001n);
    expect(gbOf(bytesOf('177.240000001'))).toBe('177.240000001');
    expect(gbOf(bytesOf('-0.5'))).toBe('-0.5');
    expect(() => bytesOf('1,5')).toThrow();
  });

  it('traffic is priced above what is included, rounded down to the micro-unit', () => {
    expect(overGb(usage('177.24', '100', '0.20', '15.448'))).toBe('77.24');
    expect(computed(usage('177.24', '100', '0.20', '15.448'))).toBe(15_448_000n);
    expect(computed(usage('100.000000001', '100', '0.20', '0.00'))).toBe(0n);
    expect(computed(usage('64.1', '70', '0.20', '0.00'))).toBe(0n);
  });

  it('dues are the price of a month by days', () => {
    expect(computed(dues('21', 30, '12.00', '8.40'))).toBe(8_400_000n);
    expect(agrees(dues('10', 31, '12.00', '3.870968'))).toBe(true);
    expect(agrees(dues('10', 31, '12.00', '3.870970'))).toBe(true);
    expect(agrees(dues('10', 31, '12.00', '3.88'))).toBe(false);
    expect(agrees(usage('177.24', '100', '0.20', '15.448001'))).toBe(false);
  });

  it('a line that says too little is not judged', () => {
    expect(agrees({ kind: 'adjustment', unit: 'GB', quantity: '1', unitPrice: eur('0.20'), amount: eur('0.20') })).toBeNull();
    expect(agrees({ ...dues('30', 30, '12.00', '9.00'), charge: 'scale' })).toBeNull();
    expect(agrees({ kind: 'carried', amount: eur('-0.048') })).toBeNull();
  });

  it('lines are the total exactly, or they are not', () => {
    const lines = [dues('28', 28, '12.00', '12.00'), usage('177.24', '100', '0.20', '15.448'), { kind: 'carried', amount: eur('-0.008') }];

    expect(addsUp(lines, eur('27.44'))).toBe(true);
    expect(addsUp(lines, eur('27.440001'))).toBe(false);
  });
});
