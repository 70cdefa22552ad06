import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAffiliate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing } from '@/shared/ui/values';
import { edgesOf, fitted, rings, SIDE, type Edge, type Place } from './graph';
import { deleteLayout, giveOutLayout, keepLayout, layoutQuery, layoutsQuery, meshQuery, type LayoutLine, type MeshNode } from './nodes-api';
import './mesh.css';

/** More nodes than these are told by the table only. */
const DRAWN_MAX = 500;
const KEY_STEP = 20;
const KEY = [['layouts']];

/** The mesh as a graph, arranged by hand and kept under a name; the table says the same. */
export default function MeshPage() {
  const { t } = useLingui();
  const query = useQuery(meshQuery);
  const layouts = useQuery(layoutsQuery);
  return (
    <Page title={t`Graph of the mesh`} crumb={{ to: '/nodes', label: t`Nodes` }} lead={<Trans>Drag nodes to where they belong, or move one with the arrow keys, and keep it under a name. What you keep is yours alone, unless the board gives it out.</Trans>}>
      <Loaded query={query} lines={6}>{(all) => {
        const nodes = all.filter((node) => node.nodeId && node.state === 'enrolled');
        return nodes.length === 0 ? <Panel title={t`Graph`}><Empty icon={<IconAffiliate size={30} />} title={t`No nodes yet`} /></Panel> : <Mesh nodes={nodes} layouts={layouts.data ?? []} />;
      }}</Loaded>
    </Page>
  );
}

function Mesh({ nodes, layouts }: { nodes: MeshNode[]; layouts: LayoutLine[] }) {
  const { t } = useLingui();
  const { has } = useSession();
  const edges = useMemo(() => edgesOf(nodes), [nodes]);
  const byRings = useMemo(() => rings(nodes, edges), [nodes, edges]);
  const [picked, setPicked] = useState<string | null>(null);
  const shown = picked ?? layouts.find((one) => one.givenOut)?.id ?? '';
  const layout = useQuery({ ...layoutQuery(shown), enabled: shown !== '' });
  const base = useMemo(() => (shown && layout.data?.places.length ? fitted(layout.data.places, byRings) : byRings), [shown, layout.data, byRings]);
  const [moved, setMoved] = useState<Map<string, Place>>(new Map());
  useEffect(() => setMoved(new Map()), [shown]);
  const place = (id: string): Place => moved.get(id) ?? base.get(id) ?? { x: SIDE / 2, y: SIDE / 2 };
  const line = layouts.find((one) => one.id === shown);
  const names = useMemo(() => new Map(nodes.map((node) => [node.nodeId!, node.name])), [nodes]);
  return <>
    <div className="toolbar">
      <NativeSelect aria-label={t`Layout`} value={shown} onChange={(event) => setPicked(event.currentTarget.value)} data={[{ value: '', label: t`Rings around the gateways` }, ...layouts.map((one) => ({ value: one.id, label: one.givenOut ? t`${one.name} (for all)` : one.name }))]} />
      <DialogButton label={<Trans>Keep this</Trans>} title={t`Keep this layout`}>{(close) => <Keep name={line?.own ? line.name : ''} places={nodes.map((node) => ({ node: node.nodeId!, ...place(node.nodeId!) }))} close={close} />}</DialogButton>
      {line?.own && has('board') && !line.givenOut && <GiveOut line={line} />}
      {line?.own && <Delete line={line} gone={() => setPicked('')} />}
    </div>
    <ProblemNotice error={layout.error} />
    <Panel title={t`Graph`} lead={t`Squares are gateways. A dashed line is dearer in one direction than in the other; a dotted one is told by one end only.`}>
      {nodes.length > DRAWN_MAX ? <Notice tone="info" title={t`Too many nodes to draw`}><Trans>Up to {DRAWN_MAX} are drawn. The table below has all of them.</Trans></Notice>
        : <Drawing nodes={nodes} edges={edges} place={place} move={(id, to) => setMoved((before) => new Map(before).set(id, to))} />}
    </Panel>
    <Edges edges={edges} names={names} />
  </>;
}

const within = (value: number): number => Math.min(SIDE - 10, Math.max(10, value));

function Drawing({ nodes, edges, place, move }: { nodes: MeshNode[]; edges: Edge[]; place: (id: string) => Place; move: (id: string, to: Place) => void }) {
  const { t } = useLingui();
  const svg = useRef<SVGSVGElement>(null);
  const [held, setHeld] = useState<string | null>(null);
  const drag = (event: PointerEvent) => {
    const matrix = svg.current?.getScreenCTM();
    if (!held || !matrix) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    move(held, { x: within(at.x), y: within(at.y) });
  };
  const nudge = (event: KeyboardEvent, id: string) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const from = place(id);
    move(id, { x: within(from.x + by[0]! * KEY_STEP), y: within(from.y + by[1]! * KEY_STEP) });
  };
  return (
    <svg ref={svg} className="mesh-graph" viewBox={`0 0 ${SIDE} ${SIDE}`} role="group" aria-label={t`Nodes and links`} onPointerMove={drag} onPointerUp={() => setHeld(null)} onPointerLeave={() => setHeld(null)}>
      {edges.map((edge) => {
        const from = place(edge.one);
        const to = place(edge.other);
        return <line key={`${edge.one} ${edge.other}`} className={edge.uneven ? 'uneven' : edge.told === 1 ? 'alone' : undefined} x1={from.x} y1={from.y} x2={to.x} y2={to.y} />;
      })}
      {nodes.map((node) => {
        const at = place(node.nodeId!);
        return (
          <g key={node.id} className={`node ${node.live}`} role="button" tabIndex={0} aria-label={node.name} transform={`translate(${at.x} ${at.y})`} onPointerDown={() => setHeld(node.nodeId!)} onKeyDown={(event) => nudge(event, node.nodeId!)}>
            {node.gateway ? <rect x={-16} y={-16} width={32} height={32} rx={6} /> : <circle r={14} />}
            <text y={36}>{node.name}</text>
          </g>
        );
      })}
    </svg>
  );
}

function Edges({ edges, names }: { edges: Edge[]; names: Map<string, string> }) {
  const { t, i18n } = useLingui();
  const columns = useMemo((): Column<Edge>[] => [
    { id: 'one', head: t`From`, by: (row) => names.get(row.one) ?? '', cell: (row) => names.get(row.one) },
    { id: 'other', head: t`To`, by: (row) => names.get(row.other) ?? '', cell: (row) => names.get(row.other) },
    { id: 'there', head: t`Cost there`, end: true, by: (row) => row.there ?? 0, cell: (row) => (row.there === undefined ? <Nothing /> : <span className="num">{i18n.number(row.there)}</span>) },
    { id: 'back', head: t`Cost back`, end: true, by: (row) => row.back ?? 0, cell: (row) => (row.back === undefined ? <Nothing /> : <span className="num">{i18n.number(row.back)}</span>) },
    { id: 'state', head: t`Both ends`, cell: (row) => (row.uneven ? <Pill tone="warn"><Trans>uneven</Trans></Pill> : row.told === 1 ? <Pill tone="quiet"><Trans>told by one end</Trans></Pill> : <Pill tone="ok"><Trans>agree</Trans></Pill>) },
  ], [t, i18n, names]);
  return (
    <Panel title={t`Links`} lead={t`Costs are each end’s own, in the unit of its routing.`} flush actions={<Link to="/links" className="quiet-link"><Trans>Counted bytes</Trans></Link>}>
      <DataTable caption={t`Links`} columns={columns} rows={edges} id={(row) => `${row.one} ${row.other}`} empty={<Empty icon={<IconAffiliate size={30} />} title={t`No links seen`} />} />
    </Panel>
  );
}

function Keep({ name, places, close }: { name: string; places: { node: string; x: number; y: number }[]; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ name });
  const action = useAction({ run: () => keepLayout(form.values.name.trim(), places), refresh: KEY, said: () => t`Kept`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput required maxLength={60} label={t`Name`} description={t`The one you kept under this name before is replaced.`} {...form.text('name', action)} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Keep it</Trans></Button></div>
    </form>
  );
}

function GiveOut({ line }: { line: LayoutLine }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: () => giveOutLayout(line.id), refresh: KEY, said: () => t`Everybody sees it first from now on` });
  return <><Button variant="default" loading={action.busy} onClick={() => action.run()}><Trans>Give it out to all</Trans></Button><ProblemNotice error={action.error} /></>;
}

function Delete({ line, gone }: { line: LayoutLine; gone: () => void }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: () => deleteLayout(line.id), refresh: KEY, said: () => t`${line.name} is deleted`, done: gone });
  return <><Button variant="default" color="red" loading={action.busy} onClick={() => action.run()}><Trans>Delete it</Trans></Button><ProblemNotice error={action.error} /></>;
}
