import { Trans, useLingui } from '@lingui/react/macro';
import { IconAffiliate, IconRouter } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { span } from '@/shared/time';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { LivePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Bytes, Nothing, When } from '@/shared/ui/values';
import { nodesQuery, routerName, routersQuery, type CollectedRouter, type Collector, type RouterNeighbour } from './nodes-api';

/** A router too small for an agent: what it told its neighbours, and which of them heard it. */
export default function RouterPage() {
  const { t, i18n } = useLingui();
  const { routerId } = useParams({ strict: false });
  const query = useQuery(routersQuery);
  const router = query.data?.find((one) => one.routerId === routerId);
  const crumb = { to: '/nodes', label: t`Nodes` };
  if (!query.data) return <Page title={t`Router`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  if (!router) return <Page title={t`Router`} crumb={crumb}><Empty icon={<IconRouter size={32} />} title={t`Nobody has heard this router within a week`}><Trans>It appears again by itself as soon as a node in collector mode hears it.</Trans></Empty></Page>;
  const figures = router.figures;
  return (
    <Page title={routerName(router)} crumb={crumb} lead={<span className="toolbar"><LivePill live={router.live} /><Pill tone="quiet"><Trans>No agent</Trans></Pill><span><When at={router.heardAt} /></span></span>}>
      <Notice tone="quiet" title={t`Told, not signed`}><Trans>This router is too small for an agent. It told a neighbouring node what stands here, and nobody can be held to it: it is shown, never billed, and no access list reaches it.</Trans></Notice>
      <div className="columns">
        <div className="stack"><Neighbours router={router} all={query.data} /><SpokenFor router={router} /></div>
        <div className="stack">
          <Panel title={t`What it says of itself`}>
            {figures ? <Facts items={[
              [t`Running for`, span(figures.uptimeSeconds * 1000, i18n.locale)],
              [t`Load`, <span key="l" className="num">{i18n.number(figures.loadMilli / 1000, { maximumFractionDigits: 2 })}</span>],
              [t`Clients`, <span key="c" className="num">{i18n.number(figures.clients)}</span>],
              [t`Received`, <Bytes key="r" of={figures.rxBytes} />],
              [t`Sent`, <Bytes key="s" of={figures.txBytes} />],
              [t`Forwarded`, <Bytes key="f" of={figures.forwardBytes} />],
              [t`Id`, <span key="i" className="mono">{router.routerId}</span>],
            ]} /> : <Empty title={t`No figures`}><Trans>It answers who it is, and tells no counters.</Trans></Empty>}
            {figures && <p className="soft" style={{ marginTop: '0.7rem' }}><Trans>Bytes since it started.</Trans></p>}
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function Neighbours({ router, all }: { router: CollectedRouter; all: CollectedRouter[] }) {
  const { t, i18n } = useLingui();
  const columns = useMemo((): Column<RouterNeighbour>[] => [
    { id: 'who', head: t`Neighbour`, cell: (row) => <NeighbourName of={row} all={all} /> },
    { id: 'source', head: t`Told by`, cell: (row) => row.source },
    { id: 'tq', head: t`Quality`, end: true, by: (row) => row.tq, cell: (row) => (row.source === 'batadv' ? <span className="num">{i18n.number(row.tq / 255, { style: 'percent' })}</span> : <Nothing />) },
    { id: 'rx', head: t`Cost in`, end: true, by: (row) => row.rxCost, cell: (row) => (row.source === 'batadv' ? <Nothing /> : <span className="num">{i18n.number(row.rxCost)}</span>) },
    { id: 'tx', head: t`Cost out`, end: true, by: (row) => row.txCost, cell: (row) => (row.source === 'batadv' ? <Nothing /> : <span className="num">{i18n.number(row.txCost)}</span>) },
  ], [t, i18n, all]);
  return (
    <Panel title={t`Links`} lead={t`Mesh neighbours as this router hears them.`} flush>
      <DataTable caption={t`Links`} columns={columns} rows={router.neighbours} id={(row) => `${row.address} ${row.source}`}
        empty={<Empty icon={<IconAffiliate size={30} />} title={t`No neighbours told`}><Trans>Routers tell their neighbours where batman-adv or babel runs on them.</Trans></Empty>} />
    </Panel>
  );
}

function NeighbourName({ of, all }: { of: RouterNeighbour; all: CollectedRouter[] }) {
  const known = of.routerId ? all.find((one) => one.routerId === of.routerId) : undefined;
  if (known) return <><Link to="/nodes/collected/$routerId" params={{ routerId: known.routerId }}>{routerName(known)}</Link><small className="mono">{of.address}</small></>;
  return <><span className="mono">{of.routerId ?? of.address}</span>{of.routerId && <small className="mono">{of.address}</small>}</>;
}

function SpokenFor({ router }: { router: CollectedRouter }) {
  const { t } = useLingui();
  const nodes = useInfiniteQuery(nodesQuery).data;
  const columns = useMemo((): Column<Collector>[] => {
    const byKey = new Map(nodes?.pages.flatMap((page) => page.items).flatMap((node) => (node.nodeId ? [[node.nodeId, node.id] as const] : [])));
    return [
      { id: 'who', head: t`Node`, by: (row) => row.name ?? row.nodeId, cell: (row) => { const id = byKey.get(row.nodeId); return <>{id ? <Link to="/nodes/$nodeId" params={{ nodeId: id }}>{row.name ?? row.nodeId.slice(0, 12)}</Link> : row.name ?? <span className="mono">{row.nodeId.slice(0, 12)}</span>}</>; } },
      { id: 'heard', head: t`Heard it`, by: (row) => row.heardAt, cell: (row) => <When at={row.heardAt} /> },
      { id: 'newest', head: t`Speaks for it`, cell: (row) => (row.newest ? <Pill tone="info"><Trans>now</Trans></Pill> : <Nothing />) },
    ];
  }, [t, nodes]);
  return (
    <Panel title={t`Who speaks for it`} lead={t`One record, however many nodes hear it: the newest telling is what stands here.`} flush>
      <DataTable caption={t`Who speaks for it`} columns={columns} rows={router.collectors} id={(row) => row.nodeId} />
    </Panel>
  );
}
