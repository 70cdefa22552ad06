// A mesh in columns, as membership-service tells it: a few named nodes, and as many more as a journey wants.
import { createHash } from 'node:crypto';

interface Named { id: string; nodeId?: unknown; name: string; gateway?: unknown; live?: unknown; state?: unknown }

const LETTER: Record<string, string> = { up: 'u', late: 'l', down: 'd', never: 'n' };
const PLACES = ['Mill', 'Church', 'School', 'Farm', 'Hill', 'Bakery', 'Ford', 'Chapel', 'Spring', 'Orchard', 'Bridge', 'Forge'];
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** The same numbers every time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

export function fakeMesh(named: Named[], more: number, whole: boolean) {
  const roll = dice(7);
  const made = Array.from({ length: more }, (_, at) => ({
    key: createHash('sha256').update(`node ${at}`).digest('hex').slice(0, 12), id: `22222222-0000-4000-8000-${String(at).padStart(12, '0')}`, name: `${PLACES[at % PLACES.length]!} ${Math.floor(at / PLACES.length) + 1}`,
    live: roll() < 0.94 ? 'u' : roll() < 0.5 ? 'd' : 'l', gateway: at % 400 === 0 ? '1' : '0', parent: at === 0 ? -1 : Math.floor((at - 1) / 3), at,
  }));
  const own = named.filter((one) => one.state === 'enrolled').map((one, at) => ({ key: String(one.nodeId).slice(0, 12), id: one.id, name: one.name, live: LETTER[String(one.live)] ?? 'n', gateway: one.gateway ? '1' : '0', parent: at === 0 ? -1 : 0, at: -1 }));
  const nodes = [...own, ...made].sort((one, other) => (one.key < other.key ? -1 : 1));
  const position = new Map(nodes.map((one, at) => [one.key, at]));
  const sites = { id: [] as string[], name: [] as string[], zone: [] as string[], latitude: [] as (number | null)[], longitude: [] as (number | null)[] };
  const siteAt = (name: string, zone: string, latitude: number | null, longitude: number | null) => {
    sites.id.push(`33333333-0000-4000-8000-${String(sites.id.length).padStart(12, '0')}`);
    sites.name.push(name);
    sites.zone.push(zone);
    sites.latitude.push(latitude);
    sites.longitude.push(longitude);
    return sites.name.length - 1;
  };
  const home = siteAt('Mill house', 'North', 41.9301, 2.2545);
  const siteOf = new Map<number, number>();
  // Two nodes to a site, on a spiral around the town
  for (let at = 0; at < more; at += 2) {
    const far = 0.0028 * Math.sqrt(at + 1);
    const site = siteAt(`${PLACES[at % PLACES.length]!} house ${Math.floor(at / 2) + 1}`, at % 3 === 0 ? 'North' : 'South', at % 14 === 12 ? null : 41.93 + far * Math.cos(GOLDEN * at) * 0.8, 2.254 + far * Math.sin(GOLDEN * at));
    siteOf.set(at, site);
    siteOf.set(at + 1, site);
  }
  const spot = (at: number) => { const far = 20 * Math.sqrt(at + 4); return [Math.round(far * Math.cos(GOLDEN * at)), Math.round(far * Math.sin(GOLDEN * at))]; };
  const wires: [string, string][] = [];
  for (const one of made) if (one.parent >= 0) wires.push([one.key, made[one.parent]!.key]);
  for (const one of made) if (one.at > 8 && one.at % 4 === 0) wires.push([one.key, made[Math.floor(roll() * one.at * 0.5)]!.key]);
  const named2 = own.map((one) => one.key);
  for (const key of named2.slice(1)) wires.push([key, named2[0]!]);
  if (named2[1] && made[0]) { wires.push([named2[0]!, made[0].key]); wires.push([named2[1], made[Math.min(2, more - 1)]!.key]); }
  const pairs = [...new Set(wires.map(([one, other]) => [Math.min(position.get(one)!, position.get(other)!), Math.max(position.get(one)!, position.get(other)!)].join(' ')))].map((pair) => pair.split(' ').map(Number) as [number, number]).filter(([low, high]) => low !== high);
  const cost = () => 256 + Math.round(600 * roll() ** 3);
  const there = pairs.map(cost);
  const tells = (at: number) => nodes[at]!.live !== 'd' && nodes[at]!.live !== 'n';
  const graph = {
    whole,
    nodes: {
      key: nodes.map((one) => one.key), id: whole ? nodes.map((one) => one.id) : [], name: nodes.map((one) => (whole ? one.name : '')), live: nodes.map((one) => one.live).join(''), gateway: nodes.map((one) => one.gateway).join(''),
      site: nodes.map((one) => (!whole ? -1 : one.at < 0 ? home : siteOf.get(one.at)!)), x: nodes.map((one, at) => (one.at < 0 ? 30 * (at % 3) - 30 : spot(one.at)[0]!)), y: nodes.map((one, at) => (one.at < 0 ? 25 * (at % 2) : spot(one.at)[1]!)),
    },
    sites: whole ? sites : { id: [], name: [], zone: [], latitude: [], longitude: [] },
    sources: ['babeld'],
    links: {
      low: pairs.map(([low]) => low), high: pairs.map(([, high]) => high), there, back: there.map((one, at) => (at % 11 === 10 ? one * 3 : one + Math.round(roll() * 60))), source: pairs.map(() => 0),
      flags: pairs.map(([low, high], at) => (tells(low) ? 1 + 4 : 0) + (tells(high) ? 2 + 8 : 0) + (at % 29 === 28 ? 16 + 32 : 0)),
    },
  };
  const load = {
    hour: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000).toISOString(), seconds: 3600, low: pairs.map(([low]) => nodes[low]!.key), high: pairs.map(([, high]) => nodes[high]!.key),
    up: pairs.map(() => Math.round(6e10 * roll() ** 5)), down: pairs.map(() => Math.round(6e10 * roll() ** 4)),
  };
  return { graph, load };
}
