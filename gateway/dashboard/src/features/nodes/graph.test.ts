import { describe, expect, it } from 'vitest';
import { edgesOf, fitted, isUneven, rings, SIDE } from './graph';
import type { MeshNode, NodeLink } from './nodes-api';

const node = (nodeId: string, links: NodeLink[] = [], gateway = false): MeshNode => ({ id: nodeId, nodeId, name: nodeId, state: 'enrolled', ownerId: 'o', siteId: 's', gateway, live: 'up', links });
const link = (neighbourNodeId: string, txCost?: number, more: Partial<NodeLink> = {}): NodeLink => ({ neighbourNodeId, txCost, ...more });

describe('edges of the graph', () => {
  it('are one for two nodes, with what each end tells apart', () => {
    expect(edgesOf([node('b', [link('a', 300)]), node('a', [link('b', 96)])])).toEqual([{ one: 'a', other: 'b', there: 96, back: 300, told: 2, uneven: true }]);
  });
  it('are one over however many interfaces: what traffic takes, then the cheaper', () => {
    const [edge] = edgesOf([node('a', [link('b', 50), link('b', 96, { used: true }), link('b', 70)]), node('b')]);
    expect(edge).toMatchObject({ there: 96, back: undefined, told: 1, uneven: false });
  });
  it('lead to nobody unknown, and not to oneself', () => {
    expect(edgesOf([node('a', [link('a', 1), link('z', 1), { neighbourNodeId: null }])])).toEqual([]);
  });
});

describe('an uneven link', () => {
  it('costs twice as much one way, or is up at one end only', () => {
    expect(isUneven(link('b', 100, { seenBack: { txCost: 199 } }))).toBe(false);
    expect(isUneven(link('b', 100, { seenBack: { txCost: 200 } }))).toBe(true);
    expect(isUneven(link('b', 100, { up: true, seenBack: { txCost: 100, up: false } }))).toBe(true);
    expect(isUneven(link('b', 100))).toBe(false);
  });
});

describe('rings', () => {
  it('put the gateway in the middle, and all within the plane', () => {
    const nodes = [node('a', [link('b', 1)], true), node('b', [link('c', 1)]), node('c'), node('d')];
    const places = rings(nodes, edgesOf(nodes));
    expect(places.get('a')).toEqual({ x: SIDE / 2, y: SIDE / 2 });
    expect(places.size).toBe(4);
    for (const place of places.values()) expect(Math.hypot(place.x - SIDE / 2, place.y - SIDE / 2)).toBeLessThanOrEqual(SIDE / 2);
  });
  it('take kept places first, brought to the plane', () => {
    const nodes = [node('a', [], true), node('b')];
    const places = fitted([{ node: 'a', x: -9, y: 0 }, { node: 'gone', x: 9, y: 4 }], rings(nodes, []));
    expect(places.size).toBe(2);
    expect(places.get('a')).toEqual({ x: 60, y: 60 });
    expect(fitted([{ node: 'a', x: 400, y: 20 }], rings(nodes, [])).get('a')).toEqual({ x: 400, y: 20 });
  });
});
