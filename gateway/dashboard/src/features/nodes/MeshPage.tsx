import { Button, Checkbox, NativeSelect, Switch, TextInput, useComputedColorScheme } from '@mantine/core';
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAffiliate, IconDownload, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, memo, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { csv, save } from '@/shared/csv';
import { useSession } from '@/shared/session';
import { today } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing } from '@/shared/ui/values';
import type { Camera } from './MeshCanvas';
import { arrangeAnew, graphQuery, loadQuery } from './mesh-api';
import { DARK_INKS, LIGHT_INKS, type Inks } from './mesh-colours';
import { drawnLayout, isWanted, keptLayout, mapLayout, outOf, picture as pictureOf, readMesh, zonesOf, type Layout, type LoadColumns, type Mesh, type MeshColumns, type Point, type Vertex, type Wire } from './mesh-data';
import { bandNames, Quality, Rate } from './mesh-words';
import { MeshSheet } from './MeshSheet';
import { MeshTree } from './MeshTree';
import { deleteLayout, giveOutLayout, keepLayout, layoutQuery, layoutsQuery, meshQuery, type LayoutLine } from './nodes-api';
import './mesh.css';

const canvas = () => import('./MeshCanvas');
const MeshCanvas = lazy(canvas);

const ROWS_MAX = 200;
const FOUND_MAX = 6;
/** A layout holds no more. */
const KEPT_MAX = 5_000;
const KEY = [['layouts']];
const NARROW = '(max-width: 47.99em)';

let webGl: boolean | undefined;
function canDraw(): boolean {
  webGl ??= Boolean(document.createElement('canvas').getContext('webgl2') ?? document.createElement('canvas').getContext('webgl'));
  return webGl;
}

/** The mesh as one graph in two layouts, where nodes are and how they hang together; the list and the table say the same. */
export default function MeshPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(graphQuery);
  // What is needed besides comes at the same time
  useQuery(layoutsQuery);
  useEffect(() => { if (!window.matchMedia(NARROW).matches && canDraw()) void canvas(); }, []);
  const load = useQuery({ ...loadQuery, enabled: has('network', 'treasurer', 'board') }).data;
  return (
    <Page title={t`Graph of the mesh`} crumb={{ to: '/nodes', label: t`Nodes` }} lead={<Trans>The same nodes and links in two layouts: where they are, and how they hang together. Pick one to see how it is.</Trans>}>
      <Loaded query={query} lines={6}>{(columns) => (
        columns.nodes.key.length === 0 ? <Panel title={t`Graph`}><Empty icon={<IconAffiliate size={30} />} title={t`No nodes yet`} /></Panel> : <Whole columns={columns} load={load} />
      )}</Loaded>
    </Page>
  );
}

const NOBODY: [] = [];

function Whole({ columns, load }: { columns: MeshColumns; load?: LoadColumns }) {
  const layouts = useQuery(layoutsQuery);
  const own = useQuery({ ...meshQuery, enabled: !columns.whole }).data;
  const mesh = useMemo(() => readMesh(columns, own ?? NOBODY, load), [columns, own, load]);
  return layouts.isPending ? <Lines count={6} /> : <Mapped mesh={mesh} layouts={layouts.data ?? NOBODY} counted={Boolean(load?.hour)} />;
}

const readCamera = (text: string | undefined): Camera | undefined => {
  const [x, y, ratio] = (text ?? '').split(',').map(Number);
  return x !== undefined && y !== undefined && ratio !== undefined && [x, y, ratio].every(Number.isFinite) && ratio > 0 ? { x, y, ratio } : undefined;
};

function Mapped({ mesh, layouts, counted }: { mesh: Mesh; layouts: LayoutLine[]; counted: boolean }) {
  const { t } = useLingui();
  const session = useSession();
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const inks = useComputedColorScheme('light') === 'dark' ? DARK_INKS : LIGHT_INKS;
  const change = useCallback((to: Partial<typeof search>) => void navigate({ to: '/mesh', search: (before: object) => ({ ...before, ...to }), replace: true, resetScroll: false }), [navigate]);

  const placed = useMemo(() => mesh.spots.filter((spot) => spot.latitude !== null && spot.dots.length > 0).length, [mesh]);
  const view = search.view ?? layouts.find((one) => one.givenOut)?.id ?? (placed > 1 ? 'map' : 'drawn');
  const drawn = canDraw() && !narrow && view !== 'list';
  const line = layouts.find((one) => one.id === view);
  const kept = useQuery({ ...layoutQuery(line?.id ?? ''), enabled: line !== undefined });
  const base = useMemo(() => (view === 'map' ? mapLayout(mesh) : line && kept.data?.places.length ? keptLayout(mesh, kept.data.places) : drawnLayout(mesh)), [mesh, view, line, kept.data]);
  const [moved, setMoved] = useState<ReadonlyMap<string, Point>>(new Map());
  useEffect(() => setMoved(new Map()), [view]);
  const layout = useMemo((): Layout => (moved.size === 0 ? base : { ...base, places: base.places.map((place, at) => moved.get(mesh.dots[at]!.key) ?? place) }), [base, moved, mesh]);
  const [arranging, setArranging] = useState(false);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());

  const { q, show, zone } = search;
  const wanted = useMemo(() => ({ q, show, zone }), [q, show, zone]);
  const together = search.sites === true;
  const picture = useMemo(() => pictureOf(mesh, layout, wanted, together, open), [mesh, layout, wanted, together, open]);
  const by = counted && search.by !== 'quality' ? 'load' : 'quality';
  const unplaced = view === 'map' ? layout.places.filter((place) => place === null).length : 0;

  const picked = search.node?.slice(1) ?? null;
  const pickedAt = picked === null ? undefined : mesh.of.get(picked);
  const vertex = useMemo((): Vertex | null => {
    if (pickedAt === undefined) return null;
    const dot = mesh.dots[pickedAt]!;
    return picture.vertices.find((one) => one.key === dot.key) ?? picture.vertices.find((one) => one.count > 1 && one.site === dot.site) ?? { key: dot.key, label: dot.name, live: dot.live, gateway: dot.gateway, count: 1, at: { x: 0, y: 0 }, wanted: true, dot: pickedAt, site: dot.site };
  }, [picture, mesh, pickedAt]);
  const [goTo, setGoTo] = useState<{ key: string; at: number } | null>(null);
  const pick = useCallback((key: string) => {
    change({ node: `n${key}` });
    const at = mesh.of.get(key);
    const site = at === undefined ? -1 : mesh.dots[at]!.site;
    setOpen((before) => (before.has(site) ? before : new Set(before).add(site)));
    setGoTo({ key, at: Date.now() });
  }, [change, mesh]);
  const close = useCallback(() => change({ node: undefined }), [change]);
  const select = useCallback((one: Vertex | null) => (one ? change({ node: `n${mesh.dots[one.dot]!.key}` }) : close()), [change, close, mesh]);
  const look = useCallback(({ x, y, ratio }: Camera) => change({ at: `${x.toFixed(4)},${y.toFixed(4)},${ratio.toFixed(4)}` }), [change]);
  const toggle = (site: number) => setOpen((before) => { const after = new Set(before); if (!after.delete(site)) after.add(site); return after; });
  const move = useCallback((one: Vertex, to: Point) => setMoved((before) => {
    const after = new Map(before);
    if (one.count === 1) after.set(one.key, to);
    else for (const at of mesh.spots[one.site]!.dots) { const place = layout.places[at]; if (place) after.set(mesh.dots[at]!.key, { x: place.x + to.x - one.at.x, y: place.y + to.y - one.at.y }); }
    return after;
  }), [mesh, layout]);
  const places = () => layout.places.flatMap((place, at) => {
    const { key } = mesh.dots[at]!;
    if (!place || (mesh.dots.length > KEPT_MAX && !moved.has(key))) return [];
    const spot = outOf(layout.frame, place);
    return [{ node: key, x: Math.round(spot.x * 100) / 100, y: Math.round(spot.y * 100) / 100 }];
  }).slice(0, KEPT_MAX);

  return <>
    <Tools {...{ mesh, view, layouts, wanted, together, by, counted, narrow, pick, change }} />
    <ProblemNotice error={kept.error} />
    {!canDraw() && !narrow && <Notice tone="info" title={t`This browser does not draw it`}><Trans>The picture needs WebGL. The list below says the same.</Trans></Notice>}
    {drawn && (
      <Panel title={t`Graph`} lead={<Trans>Squares are gateways, squares on a corner are down. Each link is two lines, one for each direction, on the right of who goes there.</Trans>}
        actions={view !== 'map' ? <Arranging {...{ arranging, setArranging, line, places, gone: () => change({ view: undefined }) }} /> : undefined} flush>
        <Legend inks={inks} by={by} />
        {view === 'map' && placed === 0 && <div style={{ padding: '0 1.1rem 0.8rem' }}><Notice tone="info" title={t`Nobody told where their site is`}><Trans>The drawing shows all of them. A place can be told on the page of a member.</Trans></Notice></div>}
        <div className={vertex ? 'mesh-stage with-sheet' : 'mesh-stage'}>
          <Suspense fallback={<div className="mesh-canvas" />}>
            <MeshCanvas {...{ picture, layout, inks, by, goTo, arranging: arranging && view !== 'map' }} onMap={view === 'map'} ground={session.map} selected={vertex?.key ?? null} camera={readCamera(search.at)} onCamera={look} onSelect={select} onMove={move} />
          </Suspense>
          <MeshSheet mesh={mesh} vertex={vertex} site={together ? (vertex && vertex.count > 1 ? 'one' : 'opened') : null} pick={pick} close={close} toggleSite={toggle} />
        </div>
        {unplaced > 0 && placed > 0 && <p className="soft mesh-foot"><Plural value={unplaced} one="# node is not on the map: nobody told where it is." other="# nodes are not on the map: nobody told where they are." /></p>}
      </Panel>
    )}
    {!drawn && <MeshTree mesh={mesh} wanted={wanted} picked={picked} pick={pick} />}
    {!narrow && <Wires mesh={mesh} wanted={wanted} counted={counted} />}
  </>;
}

function Tools({ mesh, view, layouts, wanted, together, by, counted, narrow, pick, change }: {
  mesh: Mesh; view: string; layouts: LayoutLine[]; wanted: { q?: string; show?: string; zone?: string }; together: boolean; by: string; counted: boolean; narrow: boolean | undefined;
  pick: (key: string) => void; change: (to: Record<string, string | true | undefined>) => void;
}) {
  const { t } = useLingui();
  const [q, setQ] = useState(wanted.q ?? '');
  const seek = useDebouncedCallback((text: string) => change({ q: text.trim() || undefined }), 200);
  const zones = useMemo(() => zonesOf(mesh), [mesh]);
  const found = useMemo(() => (wanted.q ? mesh.dots.filter((dot) => isWanted(mesh, dot, wanted)) : []), [mesh, wanted]);
  const views = [{ value: 'map', label: t`Map` }, { value: 'drawn', label: t`Topology` }, { value: 'list', label: t`List` }];
  return <>
    <div className="toolbar">
      {!narrow && <Filters label={t`Layout`} value={view} onPick={(value) => change({ view: value, at: undefined })} items={views} />}
      {!narrow && layouts.length > 0 && <NativeSelect aria-label={t`Kept layouts`} value={layouts.some((one) => one.id === view) ? view : ''} onChange={(event) => change({ view: event.currentTarget.value || 'drawn', at: undefined })} data={[{ value: '', label: t`Kept layouts` }, ...layouts.map((one) => ({ value: one.id, label: one.givenOut ? t`${one.name} (for all)` : one.name }))]} />}
      <form className="grow" role="search" onSubmit={onSubmit(() => { if (found[0]) pick(found[0].key); })}>
        <TextInput type="search" aria-label={t`Find a node`} placeholder={t`Name, site or key`} leftSection={<IconSearch size={16} aria-hidden="true" />} value={q} onChange={(event) => { setQ(event.currentTarget.value); seek(event.currentTarget.value); }} />
      </form>
      <NativeSelect aria-label={t`Show`} value={wanted.show ?? ''} onChange={(event) => change({ show: event.currentTarget.value || undefined })} data={[{ value: '', label: t`All nodes` }, { value: 'down', label: t`Down` }, { value: 'gateway', label: t`Gateways` }]} />
      {zones.length > 0 && <NativeSelect aria-label={t`Zone`} value={wanted.zone ?? ''} onChange={(event) => change({ zone: event.currentTarget.value || undefined })} data={[{ value: '', label: t`All zones` }, ...zones]} />}
      {!narrow && counted && <NativeSelect aria-label={t`Colours of links`} value={by} onChange={(event) => change({ by: event.currentTarget.value === 'quality' ? 'quality' : undefined })} data={[{ value: 'load', label: t`Links by load` }, { value: 'quality', label: t`Links by quality` }]} />}
      {!narrow && mesh.spots.some((spot) => spot.dots.length > 1) && <Checkbox label={t`Sites as one`} checked={together} onChange={(event) => change({ sites: event.currentTarget.checked || undefined })} />}
    </div>
    {wanted.q && <div className="toolbar" aria-live="polite"><span className="soft"><Plural value={found.length} _0="Nobody found" one="# found:" other="# found:" /></span>{found.slice(0, FOUND_MAX).map((dot) => <Button key={dot.key} size="compact-sm" variant="light" onClick={() => pick(dot.key)}>{dot.name}</Button>)}</div>}
  </>;
}

function Legend({ inks, by }: { inks: Inks; by: 'load' | 'quality' }) {
  const { t, i18n } = useLingui();
  const names = by === 'load' ? bandNames(i18n.locale) : [t`good`, t`fair`, t`poor`];
  const colours = by === 'load' ? inks.bands : inks.grades;
  return (
    <ul className="legend mesh-legend" aria-label={by === 'load' ? t`Load of a direction, on average over the newest hour` : t`Quality of a direction, as its routing tells`}>
      {names.map((name, at) => <li key={name}><i style={{ background: colours[at], height: `${2 + at}px` }} aria-hidden="true" />{name}</li>)}
      <li><i style={{ background: inks.unknown, height: '2px' }} aria-hidden="true" /><Trans>not told</Trans></li>
      <li><i style={{ background: inks.live.down, height: '2px' }} aria-hidden="true" /><Trans>link down</Trans></li>
    </ul>
  );
}

function Arranging({ arranging, setArranging, line, places, gone }: { arranging: boolean; setArranging: (on: boolean) => void; line: LayoutLine | undefined; places: () => { node: string; x: number; y: number }[]; gone: () => void }) {
  const { t } = useLingui();
  const { has } = useSession();
  return <>
    <Switch label={t`Arrange by hand`} checked={arranging} onChange={(event) => setArranging(event.currentTarget.checked)} />
    {arranging && <DialogButton label={<Trans>Keep this</Trans>} title={t`Keep this layout`}>{(close) => <Keep name={line?.own ? line.name : ''} places={places()} close={close} />}</DialogButton>}
    {arranging && line?.own && has('board') && !line.givenOut && <GiveOut line={line} />}
    {arranging && line?.own && <Delete line={line} gone={gone} />}
    {arranging && !line && has('network', 'board') && <Anew />}
  </>;
}

function Anew() {
  const { t } = useLingui();
  return <DialogButton label={<Trans>Find new places</Trans>} title={t`New places for all nodes`}>{(close) => <AnewForm close={close} />}</DialogButton>;
}

function AnewForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: arrangeAnew, refresh: [['nodes', 'graph']], said: () => t`Every node has a new place`, done: close });
  return (
    <div className="form">
      <p><Trans>The co-op’s drawing is made anew for everybody, by how nodes hang together today. Layouts that somebody kept stay.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button loading={action.busy} onClick={() => action.run()}><Trans>Find new places</Trans></Button></div>
    </div>
  );
}

/** The links as a table: the twin of the picture. */
const Wires = memo(function Wires({ mesh, wanted, counted }: { mesh: Mesh; wanted: { q?: string; show?: string; zone?: string }; counted: boolean }) {
  const { t, i18n } = useLingui();
  const rows = useMemo(() => mesh.wires.filter((wire) => isWanted(mesh, mesh.dots[wire.low]!, wanted) || isWanted(mesh, mesh.dots[wire.high]!, wanted)), [mesh, wanted]);
  const shown = useMemo(() => rows.slice(0, ROWS_MAX), [rows]);
  const columns = useMemo((): Column<Wire>[] => {
    const name = (at: number) => mesh.dots[at]!.name;
    const cost = (value: number | null) => (value === null ? <Nothing /> : <span className="num">{i18n.number(value)}</span>);
    return [
      { id: 'one', head: t`From`, by: (row) => name(row.low), cell: (row) => name(row.low) },
      { id: 'other', head: t`To`, by: (row) => name(row.high), cell: (row) => name(row.high) },
      ...(counted ? [
        { id: 'load', head: t`Load there`, end: true, by: (row: Wire) => row.there.load ?? -1, cell: (row: Wire) => <Rate lane={row.there} /> },
        { id: 'loadBack', head: t`Load back`, end: true, by: (row: Wire) => row.back.load ?? -1, cell: (row: Wire) => <Rate lane={row.back} /> },
      ] : []),
      { id: 'quality', head: t`Quality there`, end: true, by: (row) => row.there.quality ?? -1, cell: (row) => <Quality lane={row.there} /> },
      { id: 'qualityBack', head: t`Quality back`, end: true, by: (row) => row.back.quality ?? -1, cell: (row) => <Quality lane={row.back} /> },
      { id: 'there', head: t`Cost there`, end: true, by: (row) => row.there.cost ?? 0, cell: (row) => cost(row.there.cost) },
      { id: 'back', head: t`Cost back`, end: true, by: (row) => row.back.cost ?? 0, cell: (row) => cost(row.back.cost) },
      { id: 'state', head: t`Both ends`, cell: (row) => (row.down ? <Pill tone="bad"><Trans>down</Trans></Pill> : row.uneven ? <Pill tone="warn"><Trans>uneven</Trans></Pill> : row.there.told && row.back.told ? <Pill tone="ok"><Trans>agree</Trans></Pill> : <Pill tone="quiet"><Trans>told by one end</Trans></Pill>) },
    ];
  }, [t, i18n, mesh, counted]);
  const file = () => save(`links-${today()}.csv`, csv([t`From`, t`To`, t`Source`, t`Cost there`, t`Cost back`, t`Bits a second there`, t`Bits a second back`], rows.map((row) => [mesh.dots[row.low]!.name, mesh.dots[row.high]!.name, row.source, row.there.cost, row.back.cost, row.there.load === null ? null : Math.round(row.there.load), row.back.load === null ? null : Math.round(row.back.load)])));
  return (
    <Panel title={t`Links`} lead={t`Costs are each end’s own, in the unit of its routing.`} flush actions={<><Button variant="default" leftSection={<IconDownload size={16} />} onClick={file}><Trans>Download CSV</Trans></Button><Link to="/links" className="quiet-link"><Trans>Counted bytes</Trans></Link></>}>
      {rows.length > ROWS_MAX && <div style={{ padding: '0 1.1rem 0.8rem' }}><Notice tone="info" title={t`The first ${ROWS_MAX} of ${i18n.number(rows.length)}`}><Trans>Search or choose a zone for the others; the file has all of them.</Trans></Notice></div>}
      <DataTable caption={t`Links`} columns={columns} rows={shown} id={(row) => `${row.low} ${row.high}`} empty={<Empty icon={<IconAffiliate size={30} />} title={t`No links seen`} />} />
    </Panel>
  );
});

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
