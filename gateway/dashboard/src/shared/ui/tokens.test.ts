import { describe, expect, it } from 'vitest';
import { DARK, LIGHT, PAPER } from './tokens';

const channel = (hex: string, at: number) => {
  const value = parseInt(hex.slice(at, at + 2), 16) / 255;
  return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};
const luminance = (hex: string) => 0.2126 * channel(hex, 1) + 0.7152 * channel(hex, 3) + 0.0722 * channel(hex, 5);
const contrast = (a: string, b: string) => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

describe('colours that mean something', () => {
  it.each([...Object.entries(LIGHT), ...Object.entries(DARK)])('%s can be read on its ground', (_tone, pair) => {
    expect(contrast(pair.text, pair.ground)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Object.entries(PAPER))('%s text, soft text and links can be read on every surface', (_scheme, paper) => {
    for (const surface of [paper.body, paper.panel, paper.sunken]) {
      for (const text of [paper.text, paper.soft, paper.link]) expect(contrast(text, surface)).toBeGreaterThanOrEqual(4.5);
      for (const line of [paper.chartDown, paper.chartUp]) expect(contrast(line, surface)).toBeGreaterThanOrEqual(3);
    }
  });
});
