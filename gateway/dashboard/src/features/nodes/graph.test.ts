import { describe, expect, it } from 'vitest';
import { isUneven } from './graph';
import type { NodeLink } from './nodes-api';

const link = (neighbourNodeId: string, txCost?: number, more: Partial<NodeLink> = {}): NodeLink => ({ neighbourNodeId, txCost, ...more });

describe('an uneven link', () => {
  it('costs twice as much one way, or is up at one end only', () => {
    expect(isUneven(link('b', 100, { seenBack: { txCost: 199 } }))).toBe(false);
    expect(isUneven(link('b', 100, { seenBack: { txCost: 200 } }))).toBe(true);
    expect(isUneven(link('b', 100, { up: true, seenBack: { txCost: 100, up: false } }))).toBe(true);
    expect(isUneven(link('b', 100))).toBe(false);
  });
});
