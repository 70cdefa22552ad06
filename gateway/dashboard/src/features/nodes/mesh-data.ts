import { toSquare } from '@/shared/ui/ground';

/** The mesh in columns, as the server sends it. */
export interface MeshColumns {
  whole: boolean;
  nodes: { key: string[]; id: string[]; name: string[]; live: string; gateway: string; site: number[]; x: number[]; y: number[] };
  sites: { id: string[]; name: string[]; zone: string[]; latitude: (number | null)[]; longitude: (number | null)[] };
  sources: string[];
  links: { low: number[]; high: number[]; there: number[]; back: number[]; source: number[]; flags: number[] };
}

/** Bytes of one hour over each link, in columns; nodes by the keys of the graph. */
export interface LoadColumns { hour?: string | null; seconds: number; low: string[]; high: string[]; up: number[]; down: number[] }

export type Live = 'up' | 'late' | 'down' | 'never';

export interface Dot {
  key: string;
  /** Of its page; "" where it is not ours to open. */
  id: string;
  name: string;
  live: Live;
  gateway: boolean;
  site: number;
  x: number;
  y: number;
}

export interface Spot { name: string; zone: string; latitude: number | null; longitude: number | null; dots: number[] }

/** One direction of a link. */
export interface Lane {
  cost: number | null;
  /** 1 is as good as its source knows, 0 is nothing; null where the source does not tell. */
  quality: number | null;
  /** Bits a second, on average over the newest hour; null where both ends were not counted. */
  load: number | null;
  used: boolean;
  told: boolean;
}

export interface Wire { low: number; high: number; there: Lane; back: Lane; source: string; down: boolean; uneven: boolean }

export interface Mesh { whole: boolean; dots: Dot[]; spots: Spot[]; wires: Wire[]; of: Map<string, number>; wiresOf: number[][] }

const LIVE: Record<string, Live> = { u: 'up', l: 'late', d: 'down', n: 'never' };
/** What the best link costs: babel's cost of a radio link that loses nothing; one transmission in thousandths elsewhere. */
const PERFECT: Record<string, number> = { babel: 256, babeld: 256 };
const ONE_TRANSMISSION = 1_000;
/** From here on one direction is so much dearer than the other that somebody should look. */
const UNEVEN = 2;

const [LOW_TELLS, HIGH_TELLS, LOW_USES, HIGH_USES, LOW_DOWN, HIGH_DOWN] = [1, 2, 4, 8, 16, 32];

/** Rows out of the columns; own nodes have their names whoever looks. */
export function readMesh(columns: MeshColumns, own: { nodeId?: string | null; id: string; name: string }[] = [], load?: LoadColumns): Mesh {
  const mine = new Map(own.flatMap((node) => (node.nodeId ? [[node.nodeId.slice(0, 12), node] as const] : [])));
  const { nodes, sites, links } = columns;
  const spots = sites.name.map((name, at): Spot => ({ name, zone: sites.zone[at] ?? '', latitude: sites.latitude[at] ?? null, longitude: sites.longitude[at] ?? null, dots: [] }));
  const of = new Map<string, number>();
  const dots = nodes.key.map((key, at): Dot => {
    of.set(key, at);
    const site = nodes.site[at] ?? -1;
    spots[site]?.dots.push(at);
    const known = mine.get(key);
    return { key, id: nodes.id[at] ?? known?.id ?? '', name: (nodes.name[at] || known?.name) ?? key, live: LIVE[nodes.live[at]!] ?? 'never', gateway: nodes.gateway[at] === '1', site, x: nodes.x[at]!, y: nodes.y[at]! };
  });
  const bits = new Map<string, [number, number]>();
  load?.low.forEach((low, at) => bits.set(`${low} ${load.high[at]}`, [(load.up[at]! * 8) / load.seconds, (load.down[at]! * 8) / load.seconds]));
  const wiresOf = dots.map((): number[] => []);
  const wires = links.low.map((low, at): Wire => {
    const high = links.high[at]!;
    const flags = links.flags[at]!;
    const source = columns.sources[links.source[at]!] ?? '';
    const lane = (cost: number, tells: number, uses: number, seen: number | undefined): Lane => ({
      cost: cost > 0 ? cost : null,
      quality: cost > 0 ? Math.min(1, (PERFECT[source] ?? ONE_TRANSMISSION) / cost) : null,
      load: seen ?? null, used: (flags & uses) !== 0, told: (flags & tells) !== 0,
    });
    const seen = bits.get(`${dots[low]!.key} ${dots[high]!.key}`);
    const there = lane(links.there[at]!, LOW_TELLS!, LOW_USES!, seen?.[0]);
    const back = lane(links.back[at]!, HIGH_TELLS!, HIGH_USES!, seen?.[1]);
    wiresOf[low]!.push(at);
    wiresOf[high]!.push(at);
    const dearer = there.cost !== null && back.cost !== null && Math.max(there.cost, back.cost) >= UNEVEN * Math.min(there.cost, back.cost);
    return { low, high, there, back, source, down: (flags & LOW_DOWN!) !== 0 || (flags & HIGH_DOWN!) !== 0, uneven: dearer || ((flags & LOW_DOWN!) !== 0) !== ((flags & HIGH_DOWN!) !== 0) };
  });
  return { whole: columns.whole, dots, spots, wires, of, wiresOf };
}

/** Load bands by bits a second; each has a colour and a width of its own. */
export const BANDS = [0, 100_000, 1_000_000, 5_000_000, 20_000_000, 100_000_000];
export const bandOf = (load: number): number => BANDS.findLastIndex((from) => load >= from);
export const gradeOf = (quality: number): 0 | 1 | 2 => (quality >= 2 / 3 ? 0 : quality >= 1 / 3 ? 1 : 2);

export interface Wanted { q?: string; show?: string; zone?: string }

/** Whether a node is among those that are looked for. */
export function isWanted(mesh: Mesh, dot: Dot, wanted: Wanted): boolean {
  const spot = mesh.spots[dot.site];
  if (wanted.show === 'down' && dot.live !== 'down') return false;
  if (wanted.show === 'gateway' && !dot.gateway) return false;
  if (wanted.zone && spot?.zone !== wanted.zone) return false;
  const q = wanted.q?.trim().toLowerCase();
  return !q || dot.name.toLowerCase().includes(q) || dot.key.startsWith(q) || (spot?.name.toLowerCase().includes(q) ?? false);
}

export const zonesOf = (mesh: Mesh): string[] => [...new Set(mesh.spots.map((spot) => spot.zone).filter(Boolean))].sort();

export interface Point { x: number; y: number }
/** From a plane to the drawing's unit square, up is up; proportions stay. */
export interface Frame { x: number; y: number; span: number; upsideDown: boolean }

export const into = (frame: Frame, at: Point): Point => ({ x: (at.x - frame.x) / frame.span + 0.5, y: ((frame.upsideDown ? frame.y - at.y : at.y - frame.y) / frame.span) + 0.5 });
export const outOf = (frame: Frame, at: Point): Point => ({ x: (at.x - 0.5) * frame.span + frame.x, y: frame.upsideDown ? frame.y - (at.y - 0.5) * frame.span : (at.y - 0.5) * frame.span + frame.y });

function frameOf(points: Iterable<Point>, least: number, upsideDown: boolean): Frame {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x); right = Math.max(right, x);
    top = Math.min(top, y); bottom = Math.max(bottom, y);
  }
  if (left > right) return { x: 0, y: 0, span: 1, upsideDown };
  return { x: (left + right) / 2, y: (top + bottom) / 2, span: Math.max(least, right - left, bottom - top), upsideDown };
}

/** Places of nodes on one picture, in its unit square; null for who has none there. */
export interface Layout { places: (Point | null)[]; frame: Frame }

/** About 20 m on the square of the Earth: nodes of one site stand around it. */
const AROUND = 5e-7;
/** A village at least: a single site does not fill the map. */
const MAP_LEAST = 2e-5;

/** Where sites are on the Earth; upside down, as the square has north at 0. */
export function mapLayout(mesh: Mesh): Layout {
  const squares = mesh.spots.map((spot) => (spot.latitude === null || spot.longitude === null ? null : toSquare({ latitude: spot.latitude, longitude: spot.longitude })));
  const frame = frameOf(squares.filter((one) => one !== null), MAP_LEAST, true);
  const places = mesh.dots.map((dot, at): Point | null => {
    const square = squares[dot.site];
    if (!square) return null;
    const beside = mesh.spots[dot.site]!.dots;
    const angle = (2 * Math.PI * beside.indexOf(at)) / beside.length;
    return into(frame, beside.length === 1 ? square : { x: square.x + AROUND * Math.cos(angle), y: square.y + AROUND * Math.sin(angle) });
  });
  return { places, frame };
}

/** The co-op's own drawing. */
export function drawnLayout(mesh: Mesh): Layout {
  const frame = frameOf(mesh.dots, 60, false);
  return { places: mesh.dots.map((dot) => into(frame, dot)), frame };
}

/** What somebody kept; who came since stands where the co-op's drawing has it, fitted to what was kept. */
export function keptLayout(mesh: Mesh, kept: { node: string; x: number; y: number }[]): Layout {
  const known = new Map(kept.map((place) => [place.node.slice(0, 12), place]));
  const frame = frameOf(kept, 1, false);
  const drawn = drawnLayout(mesh);
  return { frame, places: mesh.dots.map((dot, at) => { const place = known.get(dot.key); return place ? into(frame, place) : drawn.places[at]!; }) };
}

/** What is drawn: a node, or a site of several as one. */
export interface Vertex { key: string; label: string; live: Live; gateway: boolean; count: number; at: Point; wanted: boolean; dot: number; site: number }
export interface Edge { key: string; from: string; to: string; lane: Lane; down: boolean; wanted: boolean }
export interface Picture { vertices: Vertex[]; edges: Edge[] }

const WORST: Live[] = ['up', 'never', 'late', 'down'];

/** The picture of a mesh in a layout. Sites of several nodes are one where {@code together}, but for those in {@code open}. */
export function picture(mesh: Mesh, layout: Layout, wanted: Wanted, together: boolean, open: ReadonlySet<number>): Picture {
  const vertexOf: (string | null)[] = [];
  const vertices = new Map<string, Vertex>();
  mesh.dots.forEach((dot, at) => {
    const place = layout.places[at];
    if (!place) { vertexOf.push(null); return; }
    const spot = mesh.spots[dot.site];
    const inSite = together && spot !== undefined && spot.dots.length > 1 && !open.has(dot.site);
    const key = inSite ? `site ${dot.site}` : dot.key;
    vertexOf.push(key);
    const among = isWanted(mesh, dot, wanted);
    const before = vertices.get(key);
    if (!before) vertices.set(key, { key, label: inSite ? spot.name || dot.name : dot.name, live: dot.live, gateway: dot.gateway, count: 1, at: { ...place }, wanted: among, dot: at, site: dot.site });
    else {
      before.at.x += place.x; before.at.y += place.y;
      before.count++;
      before.gateway ||= dot.gateway;
      before.wanted ||= among;
      if (WORST.indexOf(dot.live) > WORST.indexOf(before.live)) before.live = dot.live;
    }
  });
  for (const vertex of vertices.values()) if (vertex.count > 1) { vertex.at.x /= vertex.count; vertex.at.y /= vertex.count; }
  const edges = new Map<string, Edge>();
  const straight: Edge[] = [];
  const add = (from: string, to: string, lane: Lane, down: boolean) => {
    const key = `${from} ${to}`;
    // Without sites as one no two links have the same ends
    if (!together) { straight.push({ key, from, to, lane, down, wanted: vertices.get(from)!.wanted || vertices.get(to)!.wanted }); return; }
    const wantedToo = vertices.get(from)!.wanted || vertices.get(to)!.wanted;
    const before = edges.get(key);
    if (!before) edges.set(key, { key, from, to, lane, down, wanted: wantedToo });
    else before.lane = { ...(lane.quality ?? 0) > (before.lane.quality ?? 0) ? lane : before.lane, load: lane.load === null ? before.lane.load : lane.load + (before.lane.load ?? 0) };
  };
  for (const wire of mesh.wires) {
    const [from, to] = [vertexOf[wire.low], vertexOf[wire.high]];
    if (!from || !to || from === to) continue;
    const down = wire.down || (!wire.there.told && !wire.back.told);
    add(from, to, wire.there, down);
    add(to, from, wire.back, down);
  }
  return { vertices: [...vertices.values()], edges: together ? [...edges.values()] : straight };
}
