/** One step of what a share was made of: a link on the way to the gateway, or a step of need. Values are exact fractions. */
export interface Part { what: string; cost: string; sharers: number; share: string }
export interface Step { from: string; to: string; cost: string; sharers: number; share: string }

/** Parts as ways, each from its start to its end; what names no two ends stands by itself. */
export function waysOf(parts: Part[]): { ways: Step[][]; rest: Part[] } {
  const ways: Step[][] = [];
  const rest: Part[] = [];
  for (const part of parts) {
    const [from, to, more] = part.what.split(' → ');
    if (!from || !to || more !== undefined) { rest.push(part); continue; }
    const step = { from, to, cost: part.cost, sharers: part.sharers, share: part.share };
    const way = ways.at(-1);
    if (way && way.at(-1)!.to === from) way.push(step);
    else ways.push([step]);
  }
  return { ways, rest };
}

/** A fraction as a number for drawing, never for sums. */
export function near(fraction: string): number {
  const [above, below] = fraction.split('/');
  const value = Number(above) / Number(below ?? '1');
  return Number.isFinite(value) ? value : 0;
}
