import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconPlus, IconRouter, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useSession } from '@/shared/session';
import { span } from '@/shared/time';
import { DialogButton } from '@/shared/ui/action';
import { AddNode } from '@/shared/ui/enrolment';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Empty, Figure, Page } from '@/shared/ui/page';
import { LivePill, NodeStatePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Bytes, Nothing, When } from '@/shared/ui/values';
import { accessListQuery, nodesQuery, nodeUsageQuery, ownersQuery, sitesOfQuery, type AccessListState, type MeshNode, type NodeUsage } from './nodes-api';

type Row = MeshNode & { usage?: NodeUsage };

const ORDER: Record<string, number> = { down: 0, late: 1, never: 2, up: 3 };

/** Every box of the mesh, as it is this second. */
export default function NodesPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const nodes = useInfiniteQuery(nodesQuery);
  const usage = useQuery({ ...nodeUsageQuery, enabled: has('board', 'network', 'treasurer') });
  const list = useQuery({ ...accessListQuery, enabled: has('board', 'network', 'moderator') }).data;
  const [find, setFind] = useState('');

  const all = useMemo((): Row[] | undefined => {
    if (!nodes.data) return undefined;
    const byNode = new Map((usage.data ?? []).map((one) => [one.nodeId, one]));
    return nodes.data.pages.flatMap((page) => page.items).map((node) => ({ ...node, usage: node.nodeId ? byNode.get(node.nodeId) : undefined }));
  }, [nodes.data, usage.data]);
  const rows = useMemo(() => {
    const words = find.trim().toLowerCase();
    const some = words ? all?.filter((row) => [row.name, row.ownerName, row.siteName, row.shortName, row.nodeId].some((text) => text?.toLowerCase().includes(words))) : all;
    return some && [...some].sort((a, b) => (ORDER[a.live] ?? 9) - (ORDER[b.live] ?? 9) || a.name.localeCompare(b.name));
  }, [all, find]);

  const columns = useMemo((): Column<Row>[] => [
    { id: 'name', head: t`Node`, by: (row) => row.name, cell: (row) => <><Link to="/nodes/$nodeId" params={{ nodeId: row.id }}>{row.name}</Link>{row.gateway && <> <Pill tone="info"><Trans>Gateway</Trans></Pill></>}<small>{[row.siteName, row.shortName ?? row.nodeId?.slice(0, 12)].filter(Boolean).join(' · ')}</small></> },
    { id: 'live', head: t`Live`, by: (row) => ORDER[row.live] ?? 9, cell: (row) => (row.state === 'enrolled' ? <LivePill live={row.live} /> : <NodeStatePill state={row.state} />) },
    { id: 'seen', head: t`Last heard`, by: (row) => row.lastSeenAt ?? '', cell: (row) => <When at={row.lastSeenAt} /> },
    { id: 'owner', head: t`Owner`, by: (row) => row.ownerName ?? '', cell: (row) => <Link to="/members/$memberId" params={{ memberId: row.ownerId }}>{row.ownerName ?? t`Member`}</Link> },
    { id: 'list', head: t`Access list`, by: (row) => row.accessList?.version ?? 0, cell: (row) => <ListVersion node={row} /> },
    { id: 'bytes', head: t`24 h`, end: true, by: (row) => row.usage?.bytes24h ?? 0, cell: (row) => <Bytes of={row.usage?.bytes24h} /> },
    { id: 'reports', head: t`Reports`, end: true, by: (row) => row.usage?.reports ?? 0, cell: (row) => (row.usage ? <><span className="num">{i18n.number(row.usage.reports)}</span>{row.usage.gaps + row.usage.implausible > 0 && <small>{row.usage.gaps > 0 && <Plural value={row.usage.gaps} one="# gap" other="# gaps" />}{row.usage.gaps > 0 && row.usage.implausible > 0 && ', '}{row.usage.implausible > 0 && <Trans>{row.usage.implausible} implausible</Trans>}</small>}</> : <Nothing />) },
  ], [t, i18n]);

  const up = all?.filter((row) => row.live === 'up').length ?? 0;
  return (
    <Page title={t`Nodes`} lead={<Trans>The boxes of the mesh, live. “Up” means heard within the last moments, not “was up once”.</Trans>}
      actions={has('network') && <DialogButton label={<Trans>Add a node</Trans>} variant="filled" icon={<IconPlus size={16} />} title={t`Add a node`} wide>{(close) => <ChooseOwner close={close} />}</DialogButton>}>
      {all && all.length > 0 && (
        <div className="figures">
          <Figure what={t`Up`} value={<>{up} <span className="soft" style={{ fontSize: '1rem' }}>/ {all.length}</span></>} />
          <Figure what={t`Carried in 24 h`} value={usage.data ? <Bytes of={usage.data.reduce((sum, one) => sum + one.bytes24h, 0)} /> : <Nothing />} />
          {list && <Figure what={t`Access list`} value={<Trans>version {list.version}</Trans>} note={list.nodes ? <Spread nodes={list.nodes} /> : undefined} />}
        </div>
      )}
      <div className="toolbar"><TextInput className="grow" type="search" aria-label={t`Find a node`} placeholder={t`Node, owner, site or key`} leftSection={<IconSearch size={16} aria-hidden="true" />} value={find} onChange={(event) => setFind(event.currentTarget.value)} /></div>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Nodes`} columns={columns} rows={rows} id={(row) => row.id} query={nodes}
          empty={<Empty icon={<IconRouter size={32} />} title={find ? t`No such node` : t`No nodes yet`}>{find ? <Trans>Try fewer letters.</Trans> : <Trans>Add the first one: you get a code and a file of eight lines; the box makes its own key.</Trans>}</Empty>} />
      </div></div>
    </Page>
  );
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
