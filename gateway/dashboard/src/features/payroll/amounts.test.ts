import { describe, expect, it } from 'vitest';
import { hours, percent, readHours, readPercent } from './amounts';

describe('hours', () => {
  it('are read as a clock or as a decimal', () => {
    expect(readHours('1:30')).toBe(90);
    expect(readHours(' 1,5 ')).toBe(90);
    expect(readHours('0.25')).toBe(15);
    expect(readHours('24:00')).toBe(1440);
    for (const wrong of ['', '0', '1:60', '25', '-1', '1h', '1:5']) expect(readHours(wrong)).toBeUndefined();
  });
  it('are written as a clock, also below zero', () => {
    expect([hours(90), hours(5), hours(-61), hours(0)]).toEqual(['1:30', '0:05', '−1:01', '0:00']);
  });
});

describe('a share', () => {
  it('is typed in percent and sent as a decimal', () => {
    expect([readPercent('8'), readPercent('8 %'), readPercent('12,5'), readPercent('100'), readPercent('0'), readPercent('0.0001')]).toEqual(['0.08', '0.08', '0.125', '1', '0', '0.000001']);
    for (const wrong of ['101', '-1', 'x', '1.23456', '']) expect(readPercent(wrong)).toBeUndefined();
  });
  it('is shown in percent', () => {
    expect(percent('0.08', 'en')).toBe('8%');
    expect(percent('0.000001', 'en')).toBe('0.0001%');
  });
});
