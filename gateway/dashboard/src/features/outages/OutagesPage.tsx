import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconCircleCheck, IconPlus, IconTool } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { acknowledge, announce, coveredQuery, endedQuery, endWork, maintenanceQuery, nodeNamesQuery, openQuery, type Covered, type Maintenance, type Outage } from './outages-api';

const KEY = [['outages']];

/** What broke, whom it hit, and who knows of it. Members see what hit them. */
export default function OutagesPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const all = has('network', 'board');
  const query = useQuery(openQuery);
  const crumb = all ? undefined : { to: '/my', label: t`My connection` };
  return (
    <Page title={t`Outages`} crumb={crumb} lead={all
      ? <Trans>One line for each thing that broke, with all that is silent behind it. Those that hit most members come first.</Trans>
      : <Trans>When nodes that connect you were silent.</Trans>}>
      {query.data?.watch.silent && <Notice tone="bad" live title={t`Nobody watches the nodes right now`}><Trans>Outages are not noticed until the service looks again. It looked last: <When at={query.data.watch.lookedAt} />.</Trans></Notice>}
      <Panel title={t`Going on`} flush>
        <Loaded query={query} lines={4}>{(page) => <Open rows={page.items} all={all} />}</Loaded>
      </Panel>
      {all && <Works may={has('network')} />}
      <Ended all={all} />
    </Page>
  );
}

function What({ of }: { of: Outage }) {
  const { t } = useLingui();
  if (of.kind === 'everywhere') return <><b><Trans>Nobody is heard</Trans></b><small><Trans>It is our own line or service, or the only gateway.</Trans></small></>;
  if (of.kind === 'watch') return <><b><Trans>Nobody looked</Trans></b><small><Trans>The service itself was away. No silence of that time counts.</Trans></small></>;
  return of.node ? <Link to="/nodes/$nodeId" params={{ nodeId: of.node }}>{of.nodeName ?? t`Node`}</Link> : <Trans>Something on your way</Trans>;
}

function Hit({ of }: { of: Outage }) {
  if (of.members === null || of.members === undefined || of.kind === 'watch') return <Nothing />;
  return <><span className="num"><Plural value={of.members} one="# member" other="# members" /></span><small><Plural value={of.nodes ?? 0} one="# node" other="# nodes" /></small></>;
}

function State({ of }: { of: Outage }) {
  return <>
    {of.recoveringSince ? <Pill tone="info"><Trans>Coming back</Trans></Pill> : of.acknowledgedAt ? <Pill tone="warn"><Trans>Known</Trans></Pill> : <Pill tone="bad"><Trans>New</Trans></Pill>}
    {of.relapses > 0 && <small><Plural value={of.relapses} one="came back # time" other="came back # times" /></small>}
    {of.note && <small className="long">{of.note}</small>}
  </>;
}

function Open({ rows, all }: { rows: Outage[]; all: boolean }) {
  const { t } = useLingui();
  const columns = useMemo((): Column<Outage>[] => [
    { id: 'what', head: t`What broke`, cell: (row) => <What of={row} /> },
    ...(all ? [{ id: 'hit', head: t`Hit`, cell: (row: Outage) => <Hit of={row} /> }] : []),
    { id: 'since', head: t`Since`, cell: (row) => <When at={row.beganAt} /> },
    { id: 'state', head: t`State`, cell: (row) => <State of={row} /> },
    { id: 'acts', head: '', end: true, cell: (row) => <span className="toolbar"><DialogButton size="compact-sm" label={<Trans>Whom it hits</Trans>} title={t`Silent because of it`} wide>{() => <CoveredNodes id={row.id} all={all} />}</DialogButton>{all && <DialogButton size="compact-sm" label={row.acknowledgedAt ? <Trans>Change note</Trans> : <Trans>I know</Trans>} title={t`I know of this`}>{(close) => <Know outage={row} close={close} />}</DialogButton>}</span> },
  ], [t, all]);
  return <DataTable caption={t`Going on`} columns={columns} rows={rows} id={(row) => row.id}
    empty={<Empty icon={<IconCircleCheck size={30} />} title={t`Nothing is broken`}><Trans>A node that is silent for five minutes appears here, with all that is behind it.</Trans></Empty>} />;
}

function CoveredNodes({ id, all }: { id: string; all: boolean }) {
  const { t } = useLingui();
  const query = useQuery(coveredQuery(id));
  const columns = useMemo((): Column<Covered>[] => [
    { id: 'node', head: t`Node`, cell: (row) => (row.node ? <Link to="/nodes/$nodeId" params={{ nodeId: row.node }}>{row.nodeName}</Link> : <Trans>A node that carries you</Trans>) },
    { id: 'since', head: t`Silent since`, cell: (row) => <When at={row.silentSince} /> },
    { id: 'ended', head: t`Until`, cell: (row) => (row.endedAt ? <When at={row.endedAt} /> : <Nothing />) },
    ...(all ? [{ id: 'members', head: t`Members`, end: true, cell: (row: Covered) => <span className="num">{row.members}</span> }] : []),
  ], [t, all]);
  return <Loaded query={query} lines={3}>{(rows) => <DataTable caption={t`Silent because of it`} columns={columns} rows={rows} id={(row) => `${row.node ?? ''} ${row.silentSince}`} empty={<Empty title={t`Nothing is silent any more`} />} />}</Loaded>;
}

function Know({ outage, close }: { outage: Outage; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ note: outage.note ?? '' });
  const action = useAction({ run: () => acknowledge(outage.id, form.values.note.trim()), refresh: KEY, said: () => t`Noted`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <Textarea label={t`What is being done`} description={t`Members whom it hits can read it.`} maxLength={500} autosize minRows={2} {...form.text('note', action)} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>I know of this</Trans></Button></div>
    </form>
  );
}

function Ended({ all }: { all: boolean }) {
  const { t } = useLingui();
  const query = useInfiniteQuery(endedQuery);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<Outage>[] => [
    { id: 'what', head: t`What broke`, cell: (row) => <What of={row} /> },
    ...(all ? [{ id: 'hit', head: t`Hit`, cell: (row: Outage) => <Hit of={row} /> }] : []),
    { id: 'from', head: t`From`, cell: (row) => <When at={row.beganAt} first="absolute" /> },
    { id: 'to', head: t`Until`, cell: (row) => <><When at={row.endedAt} first="absolute" /><small><Cause of={row} /></small></> },
    { id: 'note', head: t`Note`, cell: (row) => (row.note ? <span className="long">{row.note}</span> : <Nothing />) },
  ], [t, all]);
  return (
    <Panel title={t`Over`} flush>
      <DataTable caption={t`Over`} columns={columns} rows={rows} id={(row) => row.id} query={query}
        empty={<Empty icon={<IconCircleCheck size={30} />} title={t`Nothing was broken yet`} />} />
    </Panel>
  );
}

function Cause({ of }: { of: Outage }) {
  switch (of.endCause) {
    case 'merged': return <Trans>a part of another outage</Trans>;
    case 'maintenance': return <Trans>work was announced</Trans>;
    case 'gone': return <Trans>taken out of service</Trans>;
    default: return <Trans>heard again</Trans>;
  }
}

function Works({ may }: { may: boolean }) {
  const { t } = useLingui();
  const query = useQuery(maintenanceQuery);
  const columns = useMemo((): Column<Maintenance>[] => [
    { id: 'node', head: t`On`, cell: (row) => row.nodeName ?? <Trans>All nodes</Trans> },
    { id: 'from', head: t`From`, cell: (row) => <When at={row.startsAt} first="absolute" /> },
    { id: 'to', head: t`Until`, cell: (row) => <When at={row.endsAt} first="absolute" /> },
    { id: 'why', head: t`What`, cell: (row) => <span className="long">{row.reason}</span> },
    { id: 'acts', head: '', end: true, cell: (row) => (may ? <EndWork work={row} /> : <Nothing />) },
  ], [t, may]);
  return (
    <Panel title={t`Announced work`} lead={t`Nothing that is silent because of it is an outage.`} flush
      actions={may && <DialogButton label={<Trans>Announce work</Trans>} size="compact-sm" icon={<IconPlus size={14} />} title={t`Announce work`}>{(close) => <Announce close={close} />}</DialogButton>}>
      <Loaded query={query} lines={2}>{(rows) => <DataTable caption={t`Announced work`} columns={columns} rows={rows} id={(row) => row.id} empty={<Empty icon={<IconTool size={30} />} title={t`No work is announced`} />} />}</Loaded>
    </Panel>
  );
}

function EndWork({ work }: { work: Maintenance }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: () => endWork(work.id), refresh: KEY, said: () => t`The work is over` });
  return <><Button size="compact-sm" variant="default" loading={action.busy} onClick={() => action.run()}><Trans>It is over</Trans></Button><ProblemNotice error={action.error} /></>;
}

const instant = (local: string): string => (local ? new Date(local).toISOString() : '');

function Announce({ close }: { close: () => void }) {
  const { t } = useLingui();
  const nodes = useQuery(nodeNamesQuery);
  const form = useFields({ node: '', startsAt: '', endsAt: '', reason: '' });
  const action = useAction({
    run: () => announce({ node: form.values.node || null, startsAt: instant(form.values.startsAt), endsAt: instant(form.values.endsAt), reason: form.values.reason.trim() }),
    refresh: KEY, said: () => t`The work is announced`, done: close,
  });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <NativeSelect label={t`On`} data={[{ value: '', label: t`All nodes` }, ...(nodes.data ?? []).map((node) => ({ value: node.id, label: node.name }))]} {...form.text('node', action)} />
      <TextInput required type="datetime-local" label={t`From`} {...form.text('startsAt', action)} />
      <TextInput required type="datetime-local" label={t`Until`} {...form.text('endsAt', action)} />
      <TextInput required maxLength={500} label={t`What is done`} {...form.text('reason', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Announce it</Trans></Button></div>
    </form>
  );
}
