import type { NodeLink } from './nodes-api';

/** From here on one direction is so much dearer than the other that somebody should look. */
const UNEVEN = 2;

const cost = (link: NodeLink | undefined): number | undefined => link?.txCost ?? link?.rxCost ?? undefined;

/** True where one direction costs at least twice the other, or only one end says that the link is up. */
export function isUneven(link: NodeLink): boolean {
  const back = link.seenBack;
  if (!back) return false;
  const mine = cost(link);
  const theirs = back.txCost ?? back.rxCost ?? undefined;
  const dearer = mine !== undefined && theirs !== undefined && Math.max(mine, theirs) >= UNEVEN * Math.min(mine, theirs);
  return dearer || (typeof link.up === 'boolean' && typeof back.up === 'boolean' && link.up !== back.up);
}
