import { Button, NativeSelect } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAffiliate, IconNetwork, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { newCode, type NewNode } from '@/shared/nodes';
import { useSession } from '@/shared/session';
import { span } from '@/shared/time';
import { usageQuery } from '@/shared/usage';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Copy } from '@/shared/ui/code';
import { EnrolmentSteps } from '@/shared/ui/enrolment';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { LivePill, NodeStatePill, RulePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { UsagePanel } from '@/shared/ui/usage-panel';
import { Bytes, Nothing, When } from '@/shared/ui/values';
import { AccessWhy } from '@/shared/ui/why';
import { isUneven } from './graph';
import { attach, detach, nodeQuery, nodeUsageQuery, removeNode, retire, revoke, routerName, routersQuery, sitesOfQuery, type Attachment, type CollectedRouter, type MeshNode, type NodeLink } from './nodes-api';

/** One box: what it should do, what it does, what it carried. */
export default function NodePage() {
  const { t, i18n } = useLingui();
  const { nodeId } = useParams({ strict: false });
  const session = useSession();
  const query = useQuery(nodeQuery(nodeId!));
  const node = query.data;
  // A node may carry other people's sites: its owner sees the usage of the own site, who runs the network that of the node.
  const reads = session.has('board', 'network', 'treasurer');
  const usage = useQuery({ ...usageQuery(reads ? { nodeId: node?.nodeId ?? '' } : { siteId: node?.siteId ?? '' }, 24), enabled: Boolean(node?.nodeId) && (reads || session.memberId === node?.ownerId) });
  const counted = useQuery({ ...nodeUsageQuery, enabled: reads }).data?.find((one) => one.nodeId === node?.nodeId);
  const admin = session.has('board', 'network', 'moderator');
  const crumb = admin ? { to: '/nodes', label: t`Nodes` } : { to: '/my', label: t`My connection` };
  if (!node) return <Page title={t`Node`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;

  const may = session.has('network') || session.memberId === node.ownerId;
  const list = node.accessList;
  const seen = node.telemetry;
  return (
    <Page title={node.name} crumb={crumb}
      lead={<span className="toolbar">{node.state === 'enrolled' ? <LivePill live={node.live} /> : <NodeStatePill state={node.state} />}{node.gateway && <Pill tone="info"><Trans>Gateway</Trans></Pill>}<span><When at={node.lastSeenAt} /></span></span>}
      actions={may && <Acts node={node} />}>
      {query.isError && <ProblemNotice error={query.error} />}
      {node.state === 'pending' && <Notice tone="info" title={t`This node has not come in yet`}><Trans>It needs its code. Codes work once; a new one makes the old one void.</Trans></Notice>}
      {list?.failure && <Notice tone="bad" live title={t`The last access list could not be applied`}>{list.failure}</Notice>}
      <div className="columns">
        <div className="stack">
          {(reads || session.memberId === node.ownerId) && <UsagePanel title={t`Last 24 hours`} lead={t`Internet traffic by the hour, as the node counted and signed it.`} query={usage} empty={node.nodeId ? t`Bytes appear here after the first usage window, five minutes after the box came in.` : t`The node counts from the moment it has come in.`} />}
          <Attachments node={node} may={may} />
          <Links links={node.links ?? []} unknown={(node.linkSources ?? []).filter((one) => one.trouble).map((one) => one.source)} />
          {node.nodeId && session.has('board', 'network') && <SpeaksFor nodeKey={node.nodeId} />}
        </div>
        <div className="stack">
          <Panel title={t`Wanted and actual`}>
            <Facts items={[
              [t`Access list`, list?.version === undefined || list?.version === null ? <Nothing /> : <WantedActual version={list.version} wanted={list.wanted ?? list.version} />],
              [t`Applied`, list?.appliedAt ? <When at={list.appliedAt} /> : null],
              [t`Took`, list?.applyMillis !== null && list?.applyMillis !== undefined ? span(list.applyMillis, i18n.locale) : null],
              [t`Reports received`, counted ? <span className="num">{i18n.number(counted.reports)}</span> : null],
              [t`Last report`, counted?.lastReportAt ? <When at={counted.lastReportAt} /> : null],
              [t`Gaps`, counted ? counted.gaps === 0 ? t`none` : <Pill tone="warn">{counted.gaps}</Pill> : null],
              [t`Implausible`, counted ? counted.implausible === 0 ? t`none` : <Link to="/implausible" search={{ nodeId: counted.nodeId }}><Pill tone="warn">{counted.implausible}</Pill></Link> : null],
              [t`Links by both ends`, node.nodeId && (reads || session.memberId === node.ownerId) ? <Link to="/links" search={{ nodeId: node.nodeId }} className="quiet-link"><Trans>Look at them</Trans></Link> : null],
              [t`Carried in 24 h`, counted ? <Bytes of={counted.bytes24h} /> : null],
            ]} />
          </Panel>
          <Panel title={t`The box`}>
            <Facts items={[
              [t`Owner`, admin || session.memberId !== node.ownerId ? <Link to="/members/$memberId" params={{ memberId: node.ownerId }} className="quiet-link">{node.ownerName ?? t`Member`}</Link> : t`you`],
              [t`Site`, node.siteName],
              [t`Key`, node.nodeId ? <span className="toolbar" style={{ gap: '0.2rem' }}><span className="mono">{node.shortName ?? node.nodeId.slice(0, 12)}</span><Copy text={node.nodeId} label={t`the whole key id`} /></span> : null],
              [t`Certificate until`, node.certificateUntil ? <When at={node.certificateUntil} /> : null],
              [t`Agent`, node.agentVersion],
              [t`Running for`, seen?.uptimeSeconds ? span(seen.uptimeSeconds * 1000, i18n.locale) : null],
              [t`Load`, seen?.loadMilli !== null && seen?.loadMilli !== undefined ? <span className="num">{i18n.number(seen.loadMilli / 1000, { maximumFractionDigits: 2 })}</span> : null],
              [t`Memory`, seen?.memoryTotalBytes ? <span><Trans><Bytes of={(seen.memoryTotalBytes ?? 0) - (seen.memoryAvailableBytes ?? 0)} /> of <Bytes of={seen.memoryTotalBytes} /></Trans></span> : null],
              [t`Clients`, seen?.clients !== null && seen?.clients !== undefined ? <span className="num">{seen.clients}</span> : null],
              [t`Windows waiting on the box`, seen?.spoolWindows !== null && seen?.spoolWindows !== undefined ? <span className="num">{seen.spoolWindows}</span> : null],
            ]} />
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function WantedActual({ version, wanted }: { version: number; wanted: number }) {
  return version >= wanted ? <Pill tone="ok"><Trans>{version}, as wanted</Trans></Pill> : <Pill tone="warn"><Trans>{version}, wanted {wanted}</Trans></Pill>;
}

function Acts({ node }: { node: MeshNode }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const refresh = [['node', node.id], ['nodes'], ['me']];
  return <>
    {(node.state === 'pending' || node.state === 'enrolled') && <DialogButton label={<Trans>New code</Trans>} title={t`A new code for ${node.name}`} wide>{() => <NewCode node={node} />}</DialogButton>}
    {node.state === 'enrolled' && <ReasonButton label={<Trans>Retire</Trans>} title={t`Retire ${node.name}`} confirm={t`Retire`} said={t`${node.name} is retired`} explain={<Trans>For a box that is taken down in good order. Its history stays.</Trans>} run={(reason) => retire(node.id, reason)} refresh={refresh} />}
    {node.state === 'enrolled' && <ReasonButton label={<Trans>Revoke</Trans>} color="red" title={t`Revoke ${node.name}`} confirm={t`Revoke now`} said={t`${node.name} is cut off`} explain={<Trans>For a box that is lost or stolen. Its connection is cut at once and its key never works again.</Trans>} run={(reason) => revoke(node.id, reason)} refresh={refresh} />}
    {node.state !== 'enrolled' && <ReasonButton label={<Trans>Delete</Trans>} color="red" title={t`Delete ${node.name}`} confirm={t`Delete`} said={t`${node.name} is deleted`} explain={<Trans>The record leaves the list. What it counted stays with the bills.</Trans>} run={async (reason) => { await removeNode(node.id, reason); void navigate({ to: '/nodes' }); }} refresh={[['nodes'], ['me']]} />}
  </>;
}

function NewCode({ node }: { node: MeshNode }) {
  const { t } = useLingui();
  const action = useAction<void, NewNode>({ run: () => newCode(node.id) });
  if (action.output) return <EnrolmentSteps id={node.id} enrolment={action.output.enrolment} />;
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <p>{node.state === 'enrolled' ? t`For a box that was set up anew. With the same key it keeps its identity and history.` : t`The code before this one stops working.`}</p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button type="submit" loading={action.busy}><Trans>Make a new code</Trans></Button></div>
    </form>
  );
}

function Attachments({ node, may }: { node: MeshNode; may: boolean }) {
  const { t } = useLingui();
  const rows = node.attachments ?? [];
  const columns = useMemo((): Column<Attachment>[] => [
    { id: 'prefix', head: t`Addresses`, cell: (row) => <>{row.id ? <span className="mono">{row.prefixV4}</span> : <span className="soft"><Trans>Shown to the owner and to who runs the network</Trans></span>}<small className="mono">{row.prefixV6}</small>{row.siteName && <small>{row.siteName}</small>}{row.routerV4 && <small><Trans>router <span className="mono">{row.routerV4}</span></Trans></small>}</> },
    { id: 'rule', head: t`May do`, cell: (row) => <>{row.rule ? <RulePill rule={row.rule} kbit={row.slowLaneKbit} /> : <Nothing />}{row.why && <small><AccessWhy why={row.why} /></small>}</> },
    { id: 'since', head: t`Since`, cell: (row) => <When at={row.since} /> },
    { id: 'acts', head: '', end: true, cell: (row) => (may ? <ReasonButton label={<Trans>Detach</Trans>} size="compact-sm" title={t`Detach ${row.prefixV4 ?? row.prefixV6 ?? ''}`} confirm={t`Detach`} optional color="red" said={t`Detached`} explain={<Trans>Clients behind it lose their connection. What was counted stays on the bill.</Trans>} run={() => detach(node.id, row.id!)} refresh={[['node', node.id], ['nodes']]} /> : <span className="nothing" />) },
  ], [t, may, node.id]);
  return (
    <Panel title={t`Attachments`} lead={t`Address ranges of the clients behind this node, and what they may do.`} flush
      actions={may && node.state !== 'retired' && node.state !== 'revoked' && <DialogButton label={<Trans>Attach a site</Trans>} size="compact-sm" icon={<IconPlus size={14} />} title={t`Attach a site to ${node.name}`}>{(close) => <AttachForm node={node} close={close} />}</DialogButton>}>
      <DataTable caption={t`Attachments`} columns={columns} rows={rows} id={(row) => row.id ?? `${row.siteId} ${row.since}`}
        empty={<Empty icon={<IconNetwork size={30} />} title={t`No addresses yet`}><Trans>Attach a site: it gets the first free ranges of the co-op’s pools, and every node knows within a second.</Trans></Empty>} />
    </Panel>
  );
}

function AttachForm({ node, close }: { node: MeshNode; close: () => void }) {
  const { t } = useLingui();
  const sites = useQuery(sitesOfQuery(node.ownerId));
  const form = useFields({ siteId: node.siteId });
  const action = useAction({ run: () => attach(node.id, form.values.siteId), refresh: [['node', node.id], ['nodes']], said: () => t`Attached`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <NativeSelect label={t`Site`} data={(sites.data ?? [{ id: node.siteId, name: node.siteName ?? t`This node’s site` }]).map((site) => ({ value: site.id, label: site.name }))} {...form.text('siteId', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Attach</Trans></Button></div>
    </form>
  );
}

function Links({ links, unknown }: { links: NodeLink[]; unknown: string[] }) {
  const { t } = useLingui();
  const columns = useMemo((): Column<NodeLink>[] => [
    { id: 'who', head: t`Neighbour`, cell: (row) => <>{row.neighbourName ?? <span className="mono">{row.neighbourNodeId ? row.neighbourNodeId.slice(0, 12) : row.neighbourAddress ?? '–'}</span>}<small className="mono">{row.interfaceName}</small></> },
    { id: 'source', head: t`Told by`, cell: (row) => <>{row.source ?? <Nothing />}{row.costText && <small>{row.costText}</small>}</> },
    { id: 'state', head: t`State`, cell: (row) => <LinkState of={row} /> },
    { id: 'there', head: t`As the other end tells`, cell: (row) => <OtherEnd of={row} /> },
    { id: 'rx', head: t`Cost in`, end: true, by: (row) => row.rxCost ?? 0, cell: (row) => <Cost of={row.rxCost} source={row.source} /> },
    { id: 'tx', head: t`Cost out`, end: true, by: (row) => row.txCost ?? 0, cell: (row) => <Cost of={row.txCost} source={row.source} /> },
  ], [t]);
  return (
    <Panel title={t`Links`} lead={t`Neighbours as this node’s routing sees them.`} flush>
      {unknown.length > 0 && <Notice tone="warn" title={t`Links of ${unknown.join(', ')} are unknown`}><Trans>The node found it and could not read it. Its links are not shown, which does not mean that they are gone.</Trans></Notice>}
      <DataTable caption={t`Links`} columns={columns} rows={links} id={(row) => `${row.source ?? ''} ${row.neighbourNodeId ?? ''} ${row.neighbourAddress ?? ''} ${row.interfaceName ?? ''}`}
        empty={<Empty icon={<IconAffiliate size={30} />} title={t`No links seen`}><Trans>The routing daemon on the box names its neighbours; they appear here within seconds.</Trans></Empty>} />
    </Panel>
  );
}

/** Routers without an agent that this node hears; nothing where it hears none. */
function SpeaksFor({ nodeKey }: { nodeKey: string }) {
  const { t, i18n } = useLingui();
  const rows = useQuery(routersQuery).data?.filter((router) => router.collectors.some((one) => one.nodeId === nodeKey)) ?? [];
  const columns = useMemo((): Column<CollectedRouter>[] => [
    { id: 'name', head: t`Router`, by: routerName, cell: (row) => <Link to="/nodes/collected/$routerId" params={{ routerId: row.routerId }}>{routerName(row)}</Link> },
    { id: 'live', head: t`Live`, cell: (row) => <LivePill live={row.live} /> },
    { id: 'heard', head: t`Heard`, cell: (row) => <When at={row.collectors.find((one) => one.nodeId === nodeKey)?.heardAt} /> },
    { id: 'clients', head: t`Clients`, end: true, cell: (row) => (row.figures ? <span className="num">{i18n.number(row.figures.clients)}</span> : <Nothing />) },
  ], [t, i18n, nodeKey]);
  if (rows.length === 0) return null;
  return <Panel title={t`Speaks for`} lead={t`Routers too small for an agent, as this node hears them.`} flush><DataTable caption={t`Speaks for`} columns={columns} rows={rows} id={(row) => row.routerId} /></Panel>;
}

function LinkState({ of }: { of: NodeLink }) {
  if (of.up === false) return <Pill tone="bad"><Trans>down</Trans></Pill>;
  if (of.used) return <Pill tone="ok"><Trans>in use</Trans></Pill>;
  return of.up ? <Pill tone="info"><Trans>up, not in use</Trans></Pill> : <Nothing />;
}

/** What the neighbour tells of the same link; it may hear us worse, or better, than we hear it. */
function OtherEnd({ of }: { of: NodeLink }) {
  const back = of.seenBack;
  if (!back) return of.neighbourNodeId ? <small className="soft"><Trans>tells nothing of it</Trans></small> : <Nothing />;
  return <>{isUneven(of) && <Pill tone="warn"><Trans>uneven</Trans></Pill>}<small><Trans>in <Cost of={back.rxCost} source={of.source} />, out <Cost of={back.txCost} source={of.source} /></Trans></small></>;
}

/** The source's own figure; 65535 is Babel's word for "no way". */
function Cost({ of, source }: { of: number | null | undefined; source: string | null | undefined }) {
  const { i18n } = useLingui();
  if (of === null || of === undefined) return <Nothing />;
  return source?.startsWith('babel') && of >= 65_535 ? <Pill tone="bad"><Trans>no way</Trans></Pill> : <span className="num">{i18n.number(of)}</span>;
}
