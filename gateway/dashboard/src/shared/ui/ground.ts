import type { Place } from '../place';

/** Where maps take their ground from, as the gateway tells. */
export interface MapGround { tiles?: string | null; attribution: string; latitude: number; longitude: number }

/** What of the Earth is seen: Mercator's square of the whole of it is 1 by 1, its corner in the north-west. */
export interface Sight {
  /** Of the left upper corner. */
  x: number;
  y: number;
  /** Pixels that the whole Earth would be wide. */
  scale: number;
  width: number;
  height: number;
}

const TILE = 256;
export const ZOOM_MAX = 19;
const TILES_MAX = 120;
/** Lines of the grid are this many pixels apart at least. */
const LINES_APART = 110;
const STEPS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];
/** As far north and south as the square goes. */
const LATITUDE_MAX = 85;

export function toSquare({ latitude, longitude }: Place): { x: number; y: number } {
  const phi = (Math.min(LATITUDE_MAX, Math.max(-LATITUDE_MAX, latitude)) * Math.PI) / 180;
  return { x: (longitude + 180) / 360, y: (1 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / Math.PI) / 2 };
}

export function fromSquare(x: number, y: number): Place {
  return { latitude: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, longitude: x * 360 - 180 };
}

/** The tiles that cover what is seen; none where it would be too many. */
export function tilesOf(sight: Sight): { z: number; x: number; y: number; left: number; top: number; side: number }[] {
  const z = Math.min(ZOOM_MAX, Math.max(0, Math.round(Math.log2(sight.scale / TILE))));
  const count = 2 ** z;
  const side = sight.scale / count;
  const from = { x: Math.floor(sight.x * count), y: Math.max(0, Math.floor(sight.y * count)) };
  const to = { x: Math.floor((sight.x + sight.width / sight.scale) * count), y: Math.min(count - 1, Math.floor((sight.y + sight.height / sight.scale) * count)) };
  if ((to.x - from.x + 1) * (to.y - from.y + 1) > TILES_MAX) return [];
  const tiles = [];
  for (let y = from.y; y <= to.y; y++) {
    for (let x = from.x; x <= to.x; x++) tiles.push({ z, x: ((x % count) + count) % count, y, left: (x / count - sight.x) * sight.scale, top: (y / count - sight.y) * sight.scale, side });
  }
  return tiles;
}

/** Degrees between lines of the grid. */
export const stepOf = (sight: Sight): number => STEPS.findLast((step) => (step / 360) * sight.scale >= LINES_APART) ?? STEPS[0]!;

/** What lies beneath a map: pictures of the land where the co-op has chosen some, else a quiet grid of degrees. */
export class Ground {
  private readonly canvas = document.createElement('canvas');
  private readonly layer = document.createElement('div');
  private known?: { scheme: string; line: string; text: string; font: string };
  private readonly shown = new Map<string, HTMLImageElement>();

  constructor(private readonly host: HTMLElement, private readonly tiles: string | null | undefined) {
    this.canvas.className = 'ground-grid';
    this.layer.className = 'ground-tiles';
    for (const part of [this.canvas, this.layer]) part.setAttribute('aria-hidden', 'true');
    host.replaceChildren(tiles ? this.layer : this.canvas);
  }

  draw(sight: Sight | null): void {
    this.host.hidden = sight === null;
    if (!sight || !(sight.scale > 0)) return;
    if (this.tiles) this.cover(this.tiles, sight);
    else this.rule(sight);
  }

  private cover(address: string, sight: Sight): void {
    const wanted = new Set<string>();
    for (const tile of tilesOf(sight)) {
      const name = `${tile.z}/${tile.x}/${tile.y}`;
      wanted.add(name);
      let image = this.shown.get(name);
      if (!image) {
        image = new Image();
        image.alt = '';
        image.draggable = false;
        image.referrerPolicy = 'no-referrer';
        image.addEventListener('error', (event) => { (event.currentTarget as HTMLImageElement).hidden = true; });
        image.src = address.replace('{z}', String(tile.z)).replace('{x}', String(tile.x)).replace('{y}', String(tile.y));
        this.shown.set(name, image);
        this.layer.append(image);
      }
      const side = Math.ceil(tile.side);
      image.width = side;
      image.height = side;
      image.style.transform = `translate(${Math.round(tile.left)}px, ${Math.round(tile.top)}px)`;
    }
    for (const [name, image] of this.shown) {
      if (wanted.has(name)) continue;
      image.remove();
      this.shown.delete(name);
    }
  }

  /** Asking the page for its colours in each frame would have it reckon its styles anew. */
  private style(): { line: string; text: string; font: string } {
    const scheme = document.documentElement.dataset.mantineColorScheme ?? '';
    if (this.known?.scheme !== scheme) {
      const style = getComputedStyle(this.host);
      this.known = { scheme, line: style.getPropertyValue('--paper-edge'), text: style.getPropertyValue('--paper-soft'), font: `11px ${style.fontFamily}` };
    }
    return this.known;
  }

  private rule(sight: Sight): void {
    const ratio = window.devicePixelRatio || 1;
    const { canvas } = this;
    if (canvas.width !== Math.round(sight.width * ratio) || canvas.height !== Math.round(sight.height * ratio)) {
      canvas.width = Math.round(sight.width * ratio);
      canvas.height = Math.round(sight.height * ratio);
      canvas.style.width = `${sight.width}px`;
      canvas.style.height = `${sight.height}px`;
    }
    const pen = canvas.getContext('2d');
    if (!pen) return;
    const style = this.style();
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, sight.width, sight.height);
    pen.strokeStyle = style.line;
    pen.fillStyle = style.text;
    pen.font = style.font;
    pen.lineWidth = 1;
    const step = stepOf(sight);
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    const corner = fromSquare(sight.x, sight.y);
    const end = fromSquare(sight.x + sight.width / sight.scale, sight.y + sight.height / sight.scale);
    pen.beginPath();
    for (let at = Math.ceil(corner.longitude / step); at * step <= end.longitude; at++) {
      const left = Math.round((toSquare({ latitude: 0, longitude: at * step }).x - sight.x) * sight.scale) + 0.5;
      pen.moveTo(left, 0);
      pen.lineTo(left, sight.height);
      pen.fillText(`${(at * step).toFixed(digits)}°`, left + 4, sight.height - 6);
    }
    for (let at = Math.ceil(end.latitude / step); at * step <= corner.latitude; at++) {
      const top = Math.round((toSquare({ latitude: at * step, longitude: 0 }).y - sight.y) * sight.scale) + 0.5;
      pen.moveTo(0, top);
      pen.lineTo(sight.width, top);
      pen.fillText(`${(at * step).toFixed(digits)}°`, 6, top - 4);
    }
    pen.stroke();
  }

  stop(): void {
    this.host.replaceChildren();
  }
}
