import type { MeshNode, NodeLink } from './nodes-api';

/** A link as both of its ends tell it; what an end does not tell is undefined. */
export interface Edge {
  one: string;
  other: string;
  there?: number;
  back?: number;
  told: 1 | 2;
  uneven: boolean;
}

export interface Place { x: number; y: number }

/** The drawing's plane. */
export const SIDE = 1000;
const MARGIN = 60;
/** From here on one direction is so much dearer than the other that somebody should look. */
const UNEVEN = 2;

const cost = (link: NodeLink | undefined): number | undefined => link?.txCost ?? link?.rxCost ?? undefined;
const better = (one: NodeLink | undefined, other: NodeLink): boolean => !one || (other.used === true && one.used !== true) || (other.used === one.used && (cost(other) ?? Infinity) < (cost(one) ?? Infinity));

/** True where one direction costs at least twice the other, or only one end says that the link is up. */
export function isUneven(link: NodeLink): boolean {
  const back = link.seenBack;
  if (!back) return false;
  const mine = cost(link);
  const theirs = back.txCost ?? back.rxCost ?? undefined;
  const dearer = mine !== undefined && theirs !== undefined && Math.max(mine, theirs) >= UNEVEN * Math.min(mine, theirs);
  return dearer || (typeof link.up === 'boolean' && typeof back.up === 'boolean' && link.up !== back.up);
}

/** One edge for two nodes, whoever tells of it and over however many interfaces: what each end tells stays apart. */
export function edgesOf(nodes: MeshNode[]): Edge[] {
  const known = new Set(nodes.map((node) => node.nodeId));
  const told = new Map<string, Map<string, NodeLink>>();
  for (const node of nodes) {
    for (const link of node.links ?? []) {
      const to = link.neighbourNodeId;
      if (!node.nodeId || !to || to === node.nodeId || !known.has(to)) continue;
      const [one, other] = node.nodeId < to ? [node.nodeId, to] : [to, node.nodeId];
      const ends = told.get(`${one} ${other}`) ?? new Map<string, NodeLink>();
      if (better(ends.get(node.nodeId), link)) ends.set(node.nodeId, link);
      told.set(`${one} ${other}`, ends);
    }
  }
  return [...told].map(([key, ends]) => {
    const [one, other] = key.split(' ') as [string, string];
    const there = cost(ends.get(one));
    const back = cost(ends.get(other));
    const dearer = there !== undefined && back !== undefined && Math.max(there, back) >= UNEVEN * Math.min(there, back);
    const apart = ends.size === 2 && typeof ends.get(one)!.up === 'boolean' && typeof ends.get(other)!.up === 'boolean' && ends.get(one)!.up !== ends.get(other)!.up;
    return { one, other, there, back, told: ends.size === 2 ? 2 : 1, uneven: dearer || apart };
  });
}

/** Rings by how many links away from a gateway a node is; whoever hangs on none is outside. The same mesh, the same rings. */
export function rings(nodes: MeshNode[], edges: Edge[]): Map<string, Place> {
  const beside = new Map<string, string[]>();
  for (const edge of edges) {
    beside.set(edge.one, [...(beside.get(edge.one) ?? []), edge.other]);
    beside.set(edge.other, [...(beside.get(edge.other) ?? []), edge.one]);
  }
  const ids = nodes.map((node) => node.nodeId!).sort();
  const gateways = nodes.filter((node) => node.gateway).map((node) => node.nodeId!).sort();
  const ring = new Map<string, number>();
  let reached = gateways.length > 0 ? gateways : ids.slice(0, 1);
  for (let far = 0; reached.length > 0; far++) {
    for (const id of reached) ring.set(id, far);
    reached = [...new Set(reached.flatMap((id) => beside.get(id) ?? []))].filter((id) => !ring.has(id)).sort();
  }
  const outside = Math.max(0, ...ring.values()) + 1;
  const byRing = new Map<number, string[]>();
  for (const id of ids) {
    const far = ring.get(id) ?? outside;
    byRing.set(far, [...(byRing.get(far) ?? []), id]);
  }
  const widest = Math.max(1, ...byRing.keys());
  const places = new Map<string, Place>();
  for (const [far, members] of byRing) {
    const radius = far === 0 && members.length === 1 ? 0 : ((far + (byRing.get(0)!.length > 1 ? 0.5 : 0)) / (widest + 0.5)) * (SIDE / 2 - MARGIN);
    members.forEach((id, at) => {
      const angle = (2 * Math.PI * at) / members.length + far;
      places.set(id, { x: SIDE / 2 + radius * Math.cos(angle), y: SIDE / 2 + radius * Math.sin(angle) });
    });
  }
  return places;
}

/** Kept places, brought to the plane unless they are on it; nodes that came since are where the rings have them. */
export function fitted(kept: { node: string; x: number; y: number }[], otherwise: Map<string, Place>): Map<string, Place> {
  const xs = kept.map((place) => place.x);
  const ys = kept.map((place) => place.y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const on = left >= 0 && top >= 0 && right <= SIDE && bottom <= SIDE;
  const scale = (SIDE - 2 * MARGIN) / Math.max(1, right - left, bottom - top);
  const places = new Map(otherwise);
  for (const place of kept) {
    if (places.has(place.node)) places.set(place.node, on ? { x: place.x, y: place.y } : { x: MARGIN + (place.x - left) * scale, y: MARGIN + (place.y - top) * scale });
  }
  return places;
}
