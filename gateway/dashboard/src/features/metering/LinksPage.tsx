import { Button } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconArrowsLeftRight, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSession } from '@/shared/session';
import { CsvButton } from '@/shared/ui/csv-button';
import { Filters } from '@/shared/ui/filters';
import { Empty, Page } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Bytes, When } from '@/shared/ui/values';
import { creditedLinksQuery, discrepanciesQuery, type CreditedLink, type Discrepancy } from './metering-api';
import { Ends, GoesOnPill } from './names';

/** Where the two ends of links disagree, and what each link is credited. */
export default function LinksPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const navigate = useNavigate();
  const { nodeId, view } = useSearch({ strict: false });
  const all = has('network', 'treasurer', 'board');
  return (
    <Page title={t`Links`} crumb={all ? { to: '/nodes', label: t`Nodes` } : { to: '/my', label: t`My portal` }}
      lead={<Trans>Both ends of a link count it. What is credited is the smaller of the two claims, so nobody gains by claiming more; who is wrong too often is told here, with what each end signed.</Trans>}>
      <div className="toolbar"><Filters label={t`Show`} value={view ?? ''} onPick={(value) => void navigate({ to: '/links', search: { nodeId, view: value === 'credited' ? value : undefined } })} items={[{ value: '', label: t`Disagreements` }, { value: 'credited', label: t`Credited in the last 24 hours` }]} /></div>
      {nodeId && all && <div><Button size="compact-sm" variant="light" rightSection={<IconX size={14} />} onClick={() => void navigate({ to: '/links', search: { view } })}><Trans>Only of one node</Trans></Button></div>}
      <div className="panel"><div className="body flush">{view === 'credited' ? <Credited nodeId={nodeId} /> : <Disagreements nodeId={nodeId} />}</div></div>
    </Page>
  );
}

function Disagreements({ nodeId }: { nodeId: string | undefined }) {
  const { t } = useLingui();
  const query = useInfiniteQuery(discrepanciesQuery(nodeId));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<Discrepancy>[] => [
    { id: 'link', head: t`Link`, cell: (row) => <Ends low={row.lowNodeId} high={row.highNodeId} /> },
    { id: 'state', head: t`State`, cell: (row) => <GoesOnPill of={row} /> },
    { id: 'windows', head: t`Windows outside`, end: true, by: (row) => row.windowsOutside, cell: (row) => <span className="num">{row.windowsOutside}</span> },
    { id: 'from', head: t`From`, by: (row) => row.from, cell: (row) => <When at={row.from} first="absolute" /> },
    { id: 'raised', head: t`Told`, by: (row) => row.raisedAt, cell: (row) => <When at={row.raisedAt} /> },
    { id: 'acts', head: '', end: true, cell: (row) => <Button component={Link} to="/links/$discrepancyId" params={{ discrepancyId: row.id } as never} size="compact-sm" variant="default" aria-label={t`Look at the evidence of ${row.id.slice(0, 8)}`}><Trans>Look at it</Trans></Button> },
  ], [t]);
  return (
    <DataTable caption={t`Disagreements`} columns={columns} rows={rows} id={(row) => row.id} query={query}
      empty={<Empty icon={<IconArrowsLeftRight size={32} />} title={t`The ends of every link agree`}><Trans>A link comes here when its ends differ by more than loss explains in 3 of 12 windows. The moderators get a case with the signed reports of both.</Trans></Empty>} />
  );
}

function Credited({ nodeId }: { nodeId: string | undefined }) {
  const { t } = useLingui();
  const query = useInfiniteQuery(creditedLinksQuery(nodeId));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<CreditedLink>[] => [
    { id: 'hour', head: t`Hour`, by: (row) => row.hour, cell: (row) => <When at={row.hour} first="absolute" /> },
    { id: 'link', head: t`Link`, cell: (row) => <Ends low={row.lowNodeId} high={row.highNodeId} /> },
    { id: 'up', head: t`There`, end: true, by: (row) => row.upCredited, cell: (row) => <Claims credited={row.upCredited} sent={row.lowSent} received={row.highReceived} /> },
    { id: 'down', head: t`Back`, end: true, by: (row) => row.downCredited, cell: (row) => <Claims credited={row.downCredited} sent={row.highSent} received={row.lowReceived} /> },
    { id: 'windows', head: t`Windows`, end: true, by: (row) => row.windowsMatched, cell: (row) => <Windows of={row} /> },
  ], [t]);
  return (
    <>
      <div className="toolbar" style={{ padding: '0.6rem 1.1rem' }}>
        <CsvButton<CreditedLink> name="links" path="/api/usage/links" query={{ nodeId }} head={[t`Hour`, t`One end`, t`Other end`, t`Sent`, t`Received there`, t`Credited`, t`Sent back`, t`Received back`, t`Credited back`, t`Windows`, t`Windows outside`]} row={(row) => [row.hour, row.lowNodeId, row.highNodeId, row.lowSent, row.highReceived, row.upCredited, row.highSent, row.lowReceived, row.downCredited, row.windowsMatched, row.windowsOutside]} />
      </div>
      <DataTable caption={t`Credited in the last 24 hours`} columns={columns} rows={rows} id={(row) => `${row.hour} ${row.lowNodeId} ${row.highNodeId}`} query={query}
        empty={<Empty icon={<IconArrowsLeftRight size={32} />} title={t`No link was counted by both ends`}><Trans>Links come here when both neighbours have handed in the reports of an hour.</Trans></Empty>} />
    </>
  );
}

function Claims({ credited, sent, received }: { credited: number; sent: number; received: number }) {
  return <><Bytes of={credited} /><small><Trans>sent <Bytes of={sent} />, received <Bytes of={received} /></Trans></small></>;
}

function Windows({ of }: { of: CreditedLink }) {
  const alone = of.windowsLowAlone + of.windowsHighAlone;
  return (
    <>
      <span className="num">{of.windowsMatched}</span>
      {of.windowsOutside > 0 && <small><Pill tone="warn"><Plural value={of.windowsOutside} one="# outside" other="# outside" /></Pill></small>}
      {alone > 0 && <small><Plural value={alone} one="# told by one end only" other="# told by one end only" /></small>}
    </>
  );
}
