import { describe, expect, it } from 'vitest';
import { readPlace, writePlace } from './place';

const HERE = { latitude: 41.3874, longitude: -2.1686 };

describe('a place', () => {
  it.each(['41.3874, -2.1686', '41.3874 -2.1686', '41.3874;-2.1686', '41,3874 -2,1686', '41,3874; -2,1686', '41.3874°, -2.1686°', 'geo:41.3874,-2.1686?z=17', 'https://www.openstreetmap.org/?mlat=41.3874&mlon=-2.1686#map=17/1/1', 'https://www.openstreetmap.org/#map=17/41.3874/-2.1686', 'https://maps.example.org/place/Mill/@41.3874,-2.1686,17z', 'https://maps.example.org/?q=41.3874,-2.1686'])('is read as %s', (text) => {
    expect(readPlace(text)).toEqual(HERE);
  });

  it.each(['', 'Mill Lane 1', '91, 2', '41, 181', '41.3874', '41.3.8, 2', 'https://example.org/41.3874'])('is not made up from %j', (text) => {
    expect(readPlace(text)).toBeUndefined();
  });

  it('is read back as it was written', () => {
    expect(readPlace(writePlace({ latitude: 41.387401, longitude: -2.168599 }))).toEqual({ latitude: 41.3874, longitude: -2.1686 });
  });
});
