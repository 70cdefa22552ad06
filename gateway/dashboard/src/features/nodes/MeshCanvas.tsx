import Graph from 'graphology';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import Sigma from 'sigma';
import { NodeCircleProgram } from 'sigma/rendering';
import type { Settings } from 'sigma/settings';
import { Ground, type MapGround } from '@/shared/ui/ground';
import { LaneProgram } from './lane-program';
import { WIDTHS, type Inks } from './mesh-colours';
import { bandOf, gradeOf, outOf, type Edge, type Layout, type Picture, type Point, type Vertex } from './mesh-data';
import '@/shared/ui/place-map.css';
import { DiamondProgram, SquareProgram } from './shape-programs';

/** More than these are not moved one by one from one layout to the other: the picture fades over. */
const MOVED_MAX = 3_000;
/** More lines than these are left out while the picture is moved. */
const LINES_WHILE_MOVED_MAX = 6_000;
const MOVE_MILLIS = 600;
const FADE_MILLIS = 180;
const PAN_STEP = 0.1;
const ZOOM_STEP = 1.4;
const CLOSE = 0.12;
const NUDGE = 0.01;
/** Nodes and lines grow with the picture, to twice their size. */
const LARGEST = 0.5;

export interface Camera { x: number; y: number; ratio: number }

interface Props {
  picture: Picture;
  layout: Layout;
  /** The map has ground beneath it. */
  onMap: boolean;
  ground?: MapGround | null;
  inks: Inks;
  by: 'load' | 'quality';
  selected: string | null;
  /** Moves the picture there when it changes. */
  goTo?: { key: string; at: number } | null;
  camera?: Camera;
  onCamera: (camera: Camera) => void;
  onSelect: (vertex: Vertex | null) => void;
  /** Nodes can be dragged, and moved by arrow keys. */
  arranging: boolean;
  onMove: (vertex: Vertex, to: Point) => void;
}

function inkOf(edge: Edge, by: Props['by'], inks: Inks): { color: string; size: number } {
  if (!edge.wanted) return { color: inks.faint, size: WIDTHS[0]! };
  if (edge.down) return { color: inks.live.down, size: WIDTHS[0]! };
  if (by === 'quality') return edge.lane.quality === null ? { color: inks.unknown, size: WIDTHS[0]! } : { color: inks.grades[gradeOf(edge.lane.quality)]!, size: edge.lane.used ? WIDTHS[2]! : WIDTHS[1]! };
  if (edge.lane.load === null) return { color: inks.unknown, size: WIDTHS[0]! };
  const band = bandOf(edge.lane.load);
  return { color: inks.bands[band]!, size: WIDTHS[band]! };
}

/** Whether anybody stands elsewhere than before. */
const moved = (before: Graph, vertices: Vertex[]): boolean => vertices.some(({ key, at }) => { if (!before.hasNode(key)) return true; const { x, y } = before.getNodeAttributes(key) as unknown as Point; return x !== at.x || y !== at.y; });

const sizeFor = (count: number): number => (count < 300 ? 7 : count < 3_000 ? 4.5 : 2.2);

/** The graph in WebGL. What it shows is told by the list and the table beside it as well. */
export default function MeshCanvas(props: Props) {
  const { t } = useLingui();
  const host = useRef<HTMLDivElement>(null);
  const under = useRef<HTMLDivElement>(null);
  const sigma = useRef<Sigma | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const vertices = useRef(new Map<string, Vertex>());

  useEffect(() => {
    const { picture } = latest.current;
    const many = picture.edges.length > LINES_WHILE_MOVED_MAX;
    const settings: Partial<Settings> = {
      allowInvalidContainer: true,
      autoRescale: true,
      enableCameraRotation: false,
      defaultEdgeType: 'lane',
      defaultNodeType: 'disc',
      edgeProgramClasses: { lane: LaneProgram },
      nodeProgramClasses: { disc: NodeCircleProgram, square: SquareProgram, diamond: DiamondProgram },
      hideEdgesOnMove: many,
      hideLabelsOnMove: many,
      labelFont: getComputedStyle(document.body).fontFamily,
      labelSize: 13,
      labelWeight: '600',
      labelDensity: 0.6,
      labelGridCellSize: 110,
      labelRenderedSizeThreshold: picture.vertices.length < 3_000 ? 3 : 5,
      zoomToSizeRatioFunction: (ratio) => Math.max(LARGEST, Math.sqrt(ratio)),
      minCameraRatio: 0.0005,
      maxCameraRatio: 3,
      stagePadding: 48,
      zIndex: true,
      defaultDrawNodeLabel: (pen, data, { labelSize, labelFont, labelWeight }) => {
        if (!data.label) return;
        const now = latest.current.inks;
        pen.font = `${labelWeight} ${labelSize}px ${labelFont}`;
        pen.textAlign = 'center';
        pen.lineWidth = 4;
        pen.lineJoin = 'round';
        pen.strokeStyle = now.paper;
        pen.fillStyle = now.text;
        pen.strokeText(data.label, data.x, data.y + data.size + labelSize + 1);
        pen.fillText(data.label, data.x, data.y + data.size + labelSize + 1);
        pen.textAlign = 'start';
      },
      defaultDrawNodeHover: (pen, data, own) => {
        const now = latest.current.inks;
        pen.beginPath();
        pen.arc(data.x, data.y, data.size + 4, 0, 2 * Math.PI);
        pen.lineWidth = 3;
        pen.strokeStyle = now.ring;
        pen.stroke();
        own.defaultDrawNodeLabel(pen, data, own);
      },
    };
    const renderer = new Sigma(new Graph({ type: 'directed', multi: false }), host.current!, settings);
    renderer.setCustomBBox({ x: [0, 1], y: [0, 1] });
    if (latest.current.camera) renderer.getCamera().setState({ ...latest.current.camera, angle: 0 });
    const beneath = new Ground(under.current!, latest.current.ground?.tiles);
    const lay = () => {
      const { onMap, layout } = latest.current;
      if (!onMap) { beneath.draw(null); return; }
      const [zero, one] = [renderer.graphToViewport({ x: 0, y: 0 }), renderer.graphToViewport({ x: 1, y: 0 })];
      const unit = one.x - zero.x;
      // The upper left corner in the drawing's square, then on the square of the Earth
      const corner = outOf(layout.frame, { x: -zero.x / unit, y: zero.y / unit });
      const { width, height } = renderer.getDimensions();
      beneath.draw({ x: corner.x, y: corner.y, scale: unit / layout.frame.span, width, height });
    };
    renderer.on('afterRender', () => {
      lay();
      if (renderer.getGraph().order > 0) host.current?.setAttribute('data-drawn', '');
    });
    const vertexOf = (node: string) => vertices.current.get(node) ?? null;
    renderer.on('clickNode', ({ node }) => latest.current.onSelect(vertexOf(node)));
    renderer.on('clickStage', () => latest.current.onSelect(null));
    renderer.on('enterNode', () => { host.current!.style.cursor = 'pointer'; });
    renderer.on('leaveNode', () => { host.current!.style.cursor = ''; });
    let held: string | null = null;
    renderer.on('downNode', ({ node, preventSigmaDefault }) => { if (latest.current.arranging) { held = node; preventSigmaDefault(); } });
    renderer.on('moveBody', ({ event, preventSigmaDefault }) => {
      if (!held) return;
      const at = renderer.viewportToGraph(event);
      renderer.getGraph().mergeNodeAttributes(held, at);
      preventSigmaDefault();
    });
    const drop = () => {
      if (!held) return;
      const vertex = vertexOf(held);
      const { x, y } = renderer.getGraph().getNodeAttributes(held) as unknown as Point;
      held = null;
      if (vertex) latest.current.onMove(vertex, { x, y });
    };
    renderer.on('upNode', drop);
    renderer.on('upStage', drop);
    let telling = 0;
    renderer.getCamera().on('updated', ({ x, y, ratio }) => {
      window.clearTimeout(telling);
      telling = window.setTimeout(() => latest.current.onCamera({ x, y, ratio }), 250);
    });
    sigma.current = renderer;
    return () => {
      window.clearTimeout(telling);
      sigma.current = null;
      renderer.kill();
      beneath.stop();
    };
  }, []);

  const { picture, inks, by, selected, goTo } = props;
  useEffect(() => {
    const renderer = sigma.current;
    if (!renderer) return undefined;
    const before = renderer.getGraph();
    const quiet = before.order === 0 || window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const fades = !quiet && picture.vertices.length > MOVED_MAX;
    const size = sizeFor(picture.vertices.length);
    vertices.current = new Map(picture.vertices.map((vertex) => [vertex.key, vertex]));
    // Made whole and handed over at once: a graph that grows in sight is told of each line by itself
    const graph = new Graph({ type: 'directed', multi: false });
    const moving: { vertex: Vertex; from: Point }[] = [];
    for (const vertex of picture.vertices) {
      let at = vertex.at;
      if (!quiet && !fades && before.hasNode(vertex.key)) {
        const from = before.getNodeAttributes(vertex.key) as unknown as Point;
        if (from.x !== at.x || from.y !== at.y) { at = { x: from.x, y: from.y }; moving.push({ vertex, from: at }); }
      }
      graph.addNode(vertex.key, {
        x: at.x,
        y: at.y,
        label: vertex.count > 1 ? `${vertex.label} (${vertex.count})` : vertex.label,
        size: size * (vertex.gateway ? 1.5 : 1) * (vertex.count > 1 ? 1.25 : 1),
        color: vertex.wanted ? inks.live[vertex.live] : inks.faint,
        type: vertex.gateway ? 'square' : vertex.live === 'down' || vertex.live === 'never' ? 'diamond' : 'disc',
        zIndex: vertex.wanted ? (vertex.live === 'down' ? 2 : 1) : 0,
        forceLabel: vertex.gateway && picture.vertices.length < MOVED_MAX,
      });
    }
    for (const edge of picture.edges) graph.addDirectedEdgeWithKey(edge.key, edge.from, edge.to, { ...inkOf(edge, by, inks), zIndex: edge.wanted ? 1 : 0 });
    const show = () => { if (sigma.current === renderer) renderer.setGraph(graph); };
    if (fades && moved(before, picture.vertices)) {
      const { style } = host.current!;
      style.transition = `opacity ${FADE_MILLIS}ms`;
      style.opacity = '0';
      const wait = window.setTimeout(() => { show(); style.opacity = ''; }, FADE_MILLIS);
      return () => { window.clearTimeout(wait); style.opacity = ''; };
    }
    show();
    if (moving.length === 0) return undefined;
    let frame = 0;
    const began = performance.now();
    const step = (now: number) => {
      const part = Math.min(1, (now - began) / MOVE_MILLIS);
      const eased = part < 0.5 ? 4 * part ** 3 : 1 - (-2 * part + 2) ** 3 / 2;
      for (const { vertex, from } of moving) graph.mergeNodeAttributes(vertex.key, { x: from.x + (vertex.at.x - from.x) * eased, y: from.y + (vertex.at.y - from.y) * eased });
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [picture, inks, by]);

  const ringed = useRef<string | null>(null);
  useEffect(() => {
    const graph = sigma.current?.getGraph();
    if (!graph) return;
    if (ringed.current && ringed.current !== selected && graph.hasNode(ringed.current)) graph.mergeNodeAttributes(ringed.current, { highlighted: false });
    if (selected && graph.hasNode(selected)) graph.mergeNodeAttributes(selected, { highlighted: true, forceLabel: true });
    ringed.current = selected;
  }, [selected, picture, inks, by]);

  useEffect(() => { sigma.current?.refresh({ skipIndexation: true }); }, [inks, props.onMap, props.layout]);

  useEffect(() => {
    const renderer = sigma.current;
    const data = goTo && renderer?.getNodeDisplayData(goTo.key);
    if (!renderer || !data) return;
    const camera = renderer.getCamera();
    const there = { x: data.x, y: data.y, ratio: Math.min(camera.ratio, CLOSE) };
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) camera.setState(there);
    else void camera.animate(there, { duration: MOVE_MILLIS });
  }, [goTo]);

  const move = (event: KeyboardEvent) => {
    const renderer = sigma.current;
    if (!renderer) return;
    const camera = renderer.getCamera();
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (by) {
      event.preventDefault();
      const vertex = props.arranging && selected ? vertices.current.get(selected) : undefined;
      if (vertex) props.onMove(vertex, { x: vertex.at.x + by[0]! * NUDGE, y: vertex.at.y + by[1]! * NUDGE });
      else camera.setState({ x: camera.x + by[0]! * PAN_STEP * camera.ratio, y: camera.y + by[1]! * PAN_STEP * camera.ratio });
    } else if (event.key === '+' || event.key === '=') camera.setState({ ratio: camera.getBoundedRatio(camera.ratio / ZOOM_STEP) });
    else if (event.key === '-') camera.setState({ ratio: camera.getBoundedRatio(camera.ratio * ZOOM_STEP) });
    else if (event.key === '0') camera.setState({ x: 0.5, y: 0.5, ratio: 1 });
    else if (event.key === 'Escape') props.onSelect(null);
  };
  return (
    <div className="mesh-canvas" role="group" tabIndex={0} onKeyDown={move} aria-label={t`Picture of the mesh`} aria-description={t`Arrow keys move the picture, plus and minus change its size, 0 shows all of it. The list and the table say the same.`}>
      <div className="mesh-ground" ref={under} />
      <div className="mesh-sigma" ref={host} />
      {props.onMap && props.ground?.tiles && <small className="ground-names">{props.ground.attribution}</small>}
    </div>
  );
}
