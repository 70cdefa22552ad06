import { describe, expect, it } from 'vitest';
import { fromSquare, stepOf, tilesOf, toSquare } from './ground';

describe('the ground of a map', () => {
  it('knows the same point both ways', () => {
    for (const place of [{ latitude: 41.5, longitude: 2 }, { latitude: -33.9, longitude: 151.2 }, { latitude: 84, longitude: -179 }]) {
      const { x, y } = toSquare(place);
      const back = fromSquare(x, y);
      expect(back.latitude).toBeCloseTo(place.latitude, 9);
      expect(back.longitude).toBeCloseTo(place.longitude, 9);
    }
    expect(toSquare({ latitude: 0, longitude: 0 })).toEqual({ x: 0.5, y: expect.closeTo(0.5, 12) as number });
  });
  it('is covered by the tiles that are seen, and by no more', () => {
    const { x, y } = toSquare({ latitude: 41.5, longitude: 2 });
    const tiles = tilesOf({ x, y, scale: 256 * 2 ** 12, width: 600, height: 400 });
    expect(tiles.length).toBeLessThanOrEqual(12);
    expect(tiles.every((tile) => tile.z === 12 && tile.left > -256 && tile.left < 600 && tile.top > -256 && tile.top < 400)).toBe(true);
    expect(tilesOf({ x: 0, y: 0, scale: 256 * 2 ** 12, width: 1e5, height: 1e5 })).toEqual([]);
  });
  it('has lines that are far enough from each other', () => {
    expect(stepOf({ x: 0, y: 0, scale: 800, width: 800, height: 800 })).toBe(30);
    expect((stepOf({ x: 0, y: 0, scale: 4e7, width: 800, height: 800 }) / 360) * 4e7).toBeGreaterThan(100);
  });
});
