import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconArrowsLeftRight, IconKey, IconPlus, IconRouter, IconRss, IconSearch, IconTopologyStar3 } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useSession } from '@/shared/session';
import { span } from '@/shared/time';
import { DialogButton } from '@/shared/ui/action';
import { AddNode, PrepareBox } from '@/shared/ui/enrolment';
import { Filters } from '@/shared/ui/filters';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Empty, Figure, Page } from '@/shared/ui/page';
import { LivePill, NodeStatePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Bytes, Nothing, When } from '@/shared/ui/values';
import { AgreedPanel } from './AgreedPanel';
import { accessListQuery, nodesQuery, nodeUsageQuery, ownersQuery, routerName, routersQuery, sitesOfQuery, type AccessListState, type CollectedRouter, type MeshNode, type NodeUsage } from './nodes-api';

/** One box, one row: a node with an agent, or a router that others speak for. */
type Row = { id: string; name: string; live: string; heardAt?: string | null } & ({ node: MeshNode; usage?: NodeUsage; router?: undefined } | { router: CollectedRouter; node?: undefined; usage?: undefined });

const ORDER: Record<string, number> = { down: 0, late: 1, never: 2, up: 3 };

/** Every box of the mesh, as it is this second. */
export default function NodesPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const nodes = useInfiniteQuery(nodesQuery);
  const usage = useQuery({ ...nodeUsageQuery, enabled: has('board', 'network', 'treasurer') });
  const list = useQuery({ ...accessListQuery, enabled: has('board', 'network', 'moderator') }).data;
  const routers = useQuery({ ...routersQuery, enabled: has('board', 'network') }).data;
  const [find, setFind] = useState('');
  const [kind, setKind] = useState('');

  const all = useMemo((): Row[] | undefined => {
    if (!nodes.data) return undefined;
    const byNode = new Map((usage.data ?? []).map((one) => [one.nodeId, one]));
    return [
      ...nodes.data.pages.flatMap((page) => page.items).map((node): Row => ({ id: node.id, name: node.name, live: node.live, heardAt: node.lastSeenAt, node, usage: node.nodeId ? byNode.get(node.nodeId) : undefined })),
      ...(routers ?? []).map((router): Row => ({ id: router.routerId, name: routerName(router), live: router.live, heardAt: router.heardAt, router })),
    ];
  }, [nodes.data, usage.data, routers]);
  const rows = useMemo(() => {
    const words = find.trim().toLowerCase();
    const some = all?.filter((row) => (kind === '' || (kind === 'router') === (row.router !== undefined))
      && (words === '' || [row.id, row.name, row.node?.ownerName, row.node?.siteName, row.node?.shortName, row.node?.nodeId, ...(row.router?.collectors ?? []).map((one) => one.name)].some((text) => text?.toLowerCase().includes(words))));
    return some && [...some].sort((a, b) => (ORDER[a.live] ?? 9) - (ORDER[b.live] ?? 9) || a.name.localeCompare(b.name));
  }, [all, find, kind]);

  const columns = useMemo((): Column<Row>[] => [
    { id: 'name', head: t`Node`, by: (row) => row.name, cell: (row) => (row.node ? <NodeName node={row.node} /> : <RouterName router={row.router} />) },
    { id: 'live', head: t`Live`, by: (row) => ORDER[row.live] ?? 9, cell: (row) => (!row.node || row.node.state === 'enrolled' ? <LivePill live={row.live} /> : <NodeStatePill state={row.node.state} />) },
    { id: 'seen', head: t`Last heard`, by: (row) => row.heardAt ?? '', cell: (row) => <When at={row.heardAt} /> },
    { id: 'owner', head: t`Owner`, by: (row) => row.node?.ownerName ?? '', cell: (row) => (row.node ? <Link to="/members/$memberId" params={{ memberId: row.node.ownerId }}>{row.node.ownerName ?? t`Member`}</Link> : <Nothing />) },
    { id: 'list', head: t`Access list`, by: (row) => row.node?.accessList?.version ?? 0, cell: (row) => (row.node ? <ListVersion node={row.node} /> : <Nothing />) },
    { id: 'bytes', head: t`24 h`, end: true, by: (row) => row.usage?.bytes24h ?? 0, cell: (row) => <Bytes of={row.usage?.bytes24h} /> },
    { id: 'reports', head: t`Reports`, end: true, by: (row) => row.usage?.reports ?? 0, cell: (row) => (row.usage ? <><span className="num">{i18n.number(row.usage.reports)}</span>{row.usage.gaps + row.usage.implausible > 0 && <small>{row.usage.gaps > 0 && <Plural value={row.usage.gaps} one="# gap" other="# gaps" />}{row.usage.gaps > 0 && row.usage.implausible > 0 && ', '}{row.usage.implausible > 0 && <Trans>{row.usage.implausible} implausible</Trans>}</small>}</> : row.router?.figures ? <small><Plural value={row.router.figures.clients} one="# client" other="# clients" /></small> : <Nothing />) },
  ], [t, i18n]);

  const own = all?.filter((row) => row.node) ?? [];
  const up = own.filter((row) => row.live === 'up').length;
  const small = routers?.length ?? 0;
  return (
    <Page title={t`Nodes`} lead={<Trans>The boxes of the mesh, live. “Up” means heard within the last moments, not “was up once”.</Trans>}
      actions={<>{has('network', 'board', 'moderator') && <Button component={Link} to="/mesh" variant="default" leftSection={<IconTopologyStar3 size={16} />}><Trans>Graph</Trans></Button>}{has('board') && <Button component={Link} to="/feeds" variant="default" leftSection={<IconRss size={16} />}><Trans>Feeds</Trans></Button>}{has('network', 'treasurer', 'board') && <Button component={Link} to="/links" variant="default" leftSection={<IconArrowsLeftRight size={16} />}><Trans>Links</Trans></Button>}{has('network', 'board') && <Button component={Link} to="/nodes/keys" variant="default" leftSection={<IconKey size={16} />}><Trans>Keys</Trans></Button>}{has('network', 'board') && <DialogButton label={<Trans>Prepare a box</Trans>} title={t`Prepare a box`} wide>{(close) => <PrepareBox close={close} />}</DialogButton>}{has('network') && <DialogButton label={<Trans>Add a node</Trans>} variant="filled" icon={<IconPlus size={16} />} title={t`Add a node`} wide>{(close) => <ChooseOwner close={close} />}</DialogButton>}</>}>
      {all && all.length > 0 && (
        <div className="figures">
          <Figure what={t`Up`} value={<>{up} <span className="soft" style={{ fontSize: '1rem' }}>/ {own.length}</span></>} />
          <Figure what={t`Carried in 24 h`} value={usage.data ? <Bytes of={usage.data.reduce((sum, one) => sum + one.bytes24h, 0)} /> : <Nothing />} />
          {list && <Figure what={t`Access list`} value={<Trans>version {list.version}</Trans>} note={list.nodes ? <Spread nodes={list.nodes} /> : undefined} />}
          {small > 0 && <Figure what={t`Without an agent`} value={small} note={t`Others speak for them`} />}
        </div>
      )}
      <div className="toolbar">
        <TextInput className="grow" type="search" aria-label={t`Find a node`} placeholder={t`Node, owner, site or key`} leftSection={<IconSearch size={16} aria-hidden="true" />} value={find} onChange={(event) => setFind(event.currentTarget.value)} />
        {small > 0 && <Filters label={t`Show`} value={kind} onPick={setKind} items={[{ value: '', label: t`All` }, { value: 'node', label: t`With an agent` }, { value: 'router', label: t`Without an agent` }]} />}
      </div>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Nodes`} columns={columns} rows={rows} id={(row) => row.id} query={nodes}
          empty={<Empty icon={<IconRouter size={32} />} title={find ? t`No such node` : t`No nodes yet`}>{find ? <Trans>Try fewer letters.</Trans> : <Trans>Add the first one: you get a code and a file of eight lines; the box makes its own key.</Trans>}</Empty>} />
      </div></div>
      {has('network', 'board') && <AgreedPanel />}
    </Page>
  );
}

function NodeName({ node }: { node: MeshNode }) {
  return <><Link to="/nodes/$nodeId" params={{ nodeId: node.id }}>{node.name}</Link>{node.gateway && <> <Pill tone="info"><Trans>Gateway</Trans></Pill></>}<small>{[node.siteName, node.shortName ?? node.nodeId?.slice(0, 12)].filter(Boolean).join(' · ')}</small></>;
}

function RouterName({ router }: { router: CollectedRouter }) {
  const speaker = router.collectors.find((one) => one.newest) ?? router.collectors[0];
  return <><Link to="/nodes/collected/$routerId" params={{ routerId: router.routerId }}>{routerName(router)}</Link> <Pill tone="quiet"><Trans>No agent</Trans></Pill><small>{speaker && <Trans>told by {speaker.name ?? speaker.nodeId.slice(0, 12)}</Trans>}{router.hostname && <> <span className="mono">{router.routerId}</span></>}</small></>;
}

function ListVersion({ node }: { node: MeshNode }) {
  const list = node.accessList;
  if (!list || list.version === null || list.version === undefined) return <Nothing />;
  if (list.failure) return <Pill tone="bad"><Trans>{list.version}, failed</Trans></Pill>;
  const behind = (list.wanted ?? list.version) - list.version;
  return behind > 0 ? <Pill tone="warn"><Trans>{list.version}, {behind} behind</Trans></Pill> : <span className="num">{list.version}</span>;
}

function ChooseOwner({ close }: { close: () => void }) {
  const { t } = useLingui();
  const [q, setQ] = useState('');
  const [ownerId, setOwnerId] = useState('');
  const [sought] = useDebouncedValue(q.trim(), 250);
  const owners = useQuery(ownersQuery(sought));
  const owner = owners.data?.find((one) => one.id === ownerId) ?? owners.data?.[0];
  const sites = useQuery({ ...sitesOfQuery(owner?.id ?? ''), enabled: owner !== undefined });
  const [chosen, setChosen] = useState(false);
  if (chosen && owner) return <Loaded query={sites}>{(list) => <AddNode owner={owner} sites={list} close={close} />}</Loaded>;
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); if (owner) setChosen(true); }}>
      <TextInput type="search" label={t`Whose node is it?`} placeholder={t`Name or e-mail`} value={q} onChange={(event) => setQ(event.currentTarget.value)} data-autofocus />
      {owners.isPending ? <Lines count={1} /> : <NativeSelect label={t`Owner`} data={(owners.data ?? []).map((one) => ({ value: one.id, label: `${one.name} (${one.email})` }))} value={owner?.id ?? ''} onChange={(event) => setOwnerId(event.currentTarget.value)} />}
      <div className="end"><Button type="submit" disabled={!owner}><Trans>Next</Trans></Button></div>
    </form>
  );
}

function Spread({ nodes }: { nodes: NonNullable<AccessListState['nodes']> }) {
  const { i18n } = useLingui();
  const { current, total, slowestMillis } = nodes;
  if (slowestMillis === null || slowestMillis === undefined) return <Trans>on {current} of {total} nodes</Trans>;
  const slowest = span(slowestMillis, i18n.locale);
  return <Trans>on {current} of {total} nodes, slowest {slowest}</Trans>;
}
