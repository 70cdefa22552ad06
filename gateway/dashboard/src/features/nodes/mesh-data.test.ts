import { describe, expect, it } from 'vitest';
import { DARK_INKS, LIGHT_INKS, WIDTHS } from './mesh-colours';
import { bandOf, BANDS, drawnLayout, into, isWanted, keptLayout, mapLayout, outOf, picture, readMesh, zonesOf, type MeshColumns } from './mesh-data';

const columns: MeshColumns = {
  whole: true,
  nodes: { key: ['a', 'b', 'c', 'd'].map((one) => one.repeat(12)), id: ['1', '2', '3', '4'], name: ['Mill', 'Mill cellar', 'Tower', 'School'], live: 'uudn', gateway: '1000', site: [0, 0, 1, 2], x: [0, 20, 40, 60], y: [0, 0, 30, 0] },
  sites: { id: ['s', 't', 'u'], name: ['Mill house', 'Tower', 'School'], zone: ['north', 'north', ''], latitude: [41.5, 41.51, null], longitude: [2, 2.01, null] },
  sources: ['babeld'],
  links: { low: [0, 1, 0], high: [2, 2, 1], there: [256, 512, 96], back: [768, 0, 96], source: [0, 0, 0], flags: [3 + 4, 1, 3 + 12 + 32] },
};
const load = { hour: '2026-11-22T10:00:00Z', seconds: 3600, low: [columns.nodes.key[0]!], high: [columns.nodes.key[2]!], up: [4_500_000_000], down: [45_000] };
const mesh = readMesh(columns, [], load);

describe('the mesh out of its columns', () => {
  it('has both directions of a link, each with its own cost, quality and load', () => {
    expect(mesh.wires[0]).toMatchObject({ there: { cost: 256, quality: 1, load: 10_000_000, used: true, told: true }, back: { cost: 768, quality: 1 / 3, load: 100, used: false, told: true }, uneven: true, down: false });
    expect(mesh.wires[1]).toMatchObject({ there: { told: true }, back: { cost: null, quality: null, told: false }, uneven: false });
    expect(mesh.wires[2]).toMatchObject({ down: true, uneven: true, there: { quality: 1 } });
    expect(mesh.wiresOf).toEqual([[0, 2], [1, 2], [0, 1], []]);
  });
  it('names own nodes that are not told to others', () => {
    const closed = readMesh({ ...columns, whole: false, nodes: { ...columns.nodes, id: [], name: ['', '', '', ''], site: [-1, -1, -1, -1] } }, [{ nodeId: 'b'.repeat(64), id: '2', name: 'My roof' }]);
    expect(closed.dots[1]).toMatchObject({ id: '2', name: 'My roof', site: -1 });
    expect(closed.dots[0]).toMatchObject({ id: '', name: 'a'.repeat(12) });
  });
  it('finds who is looked for', () => {
    const found = (wanted: object) => mesh.dots.filter((dot) => isWanted(mesh, dot, wanted)).map((dot) => dot.name);
    expect(found({ q: 'mill' })).toEqual(['Mill', 'Mill cellar']);
    expect(found({ show: 'down' })).toEqual(['Tower']);
    expect(found({ show: 'gateway', zone: 'north' })).toEqual(['Mill']);
    expect(zonesOf(mesh)).toEqual(['north']);
  });
});

describe('a layout', () => {
  it('of the map has north above, and nobody whose place is not known', () => {
    const { places, frame } = mapLayout(mesh);
    expect(places[3]).toBeNull();
    expect(places[2]!.y).toBeGreaterThan(places[0]!.y);
    for (const place of places) if (place) { expect(place.x).toBeGreaterThanOrEqual(-0.01); expect(place.x).toBeLessThanOrEqual(1.01); }
    const there = outOf(frame, places[2]!);
    expect(into(frame, there).x).toBeCloseTo(places[2]!.x, 9);
    expect(into(frame, there).y).toBeCloseTo(places[2]!.y, 9);
  });
  it('that somebody kept counts before the co-op’s own', () => {
    const kept = keptLayout(mesh, [{ node: 'a'.repeat(64), x: 1, y: 1 }, { node: 'c'.repeat(12), x: 3, y: 1 }]);
    expect(kept.places[0]).toEqual({ x: 0, y: 0.5 });
    expect(kept.places[2]).toEqual({ x: 1, y: 0.5 });
    expect(kept.places[3]).toEqual(drawnLayout(mesh).places[3]);
  });
});

describe('the picture', () => {
  it('draws a link as two lines, one for each direction', () => {
    const { vertices, edges } = picture(mesh, drawnLayout(mesh), {}, false, new Set());
    expect(vertices).toHaveLength(4);
    expect(edges).toHaveLength(6);
  });
  it('draws nodes of one site as one that is as bad as the worst, unless it is opened', () => {
    const shut = picture(mesh, drawnLayout(mesh), { show: 'gateway' }, true, new Set());
    expect(shut.vertices.map((one) => one.label)).toEqual(['Mill house', 'Tower', 'School']);
    expect(shut.vertices[0]).toMatchObject({ count: 2, gateway: true, wanted: true, key: 'site 0' });
    expect(shut.vertices[1]!.wanted).toBe(false);
    expect(shut.edges.map((one) => one.key)).toEqual([`site 0 ${'c'.repeat(12)}`, `${'c'.repeat(12)} site 0`]);
    expect(picture(mesh, drawnLayout(mesh), {}, true, new Set([0])).vertices).toHaveLength(4);
  });
});

const luminance = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)).reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at]!, 0);
const contrast = (a: string, b: string) => { const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]; return (light + 0.05) / (dark + 0.05); };

describe('colours of the graph', () => {
  it.each([['light', LIGHT_INKS], ['dark', DARK_INKS]] as const)('are seen on %s paper', (_scheme, inks) => {
    for (const ink of [...inks.bands, ...inks.grades, ...Object.values(inks.live), inks.unknown, inks.ring]) expect(contrast(ink, inks.paper), ink).toBeGreaterThanOrEqual(3);
    expect(contrast(inks.text, inks.paper)).toBeGreaterThanOrEqual(4.5);
  });
  it('have a width for each band', () => {
    expect(WIDTHS).toHaveLength(BANDS.length);
    expect(LIGHT_INKS.bands).toHaveLength(BANDS.length);
    expect([0, 99_999, 100_000, 2e9].map(bandOf)).toEqual([0, 0, 1, 5]);
  });
});
