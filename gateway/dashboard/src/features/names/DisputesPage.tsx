import { Trans, useLingui } from '@lingui/react/macro';
import { IconCircleCheck, IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ReasonButton } from '@/shared/ui/action';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { decide, disputesQuery, eventsQuery, REFRESH, type Dispute, type NameEvent } from './names-api';

/** The board decides whose a disputed name is, and sees what happened to names. */
export default function DisputesPage() {
  const { t } = useLingui();
  return (
    <Page title={t`Disputes about names`} crumb={{ to: '/names', label: t`Names` }} lead={<Trans>A disputed name stays as it is until the board decides, with a reason that both can read.</Trans>}>
      <Disputes />
      <Events />
    </Page>
  );
}

function Disputes() {
  const { t } = useLingui();
  const query = useQuery(disputesQuery);
  const columns = useMemo((): Column<Dispute>[] => [
    { id: 'name', head: t`Name`, by: (row) => row.display, cell: (row) => <><b>{row.display}</b><small><Trans>held by <Link to="/members/$memberId" params={{ memberId: row.ownerId }}>{row.ownerName ?? row.ownerId}</Link></Trans></small></> },
    { id: 'why', head: t`Why`, cell: (row) => <><span className="wrap">{row.reason}</span><small><Trans>said by <Link to="/members/$memberId" params={{ memberId: row.openedBy }}>{row.openedByName ?? row.openedBy}</Link></Trans></small></> },
    { id: 'since', head: t`Since`, by: (row) => row.openedAt, cell: (row) => <When at={row.openedAt} /> },
    { id: 'decision', head: t`Decision`, cell: (row) => row.outcome ? <><Pill tone={row.outcome === 'keep' ? 'ok' : 'warn'}>{row.outcome === 'keep' ? <Trans>Stays</Trans> : <Trans>Taken away</Trans>}</Pill><small className="wrap">{row.decidedWhy}</small></> : <Pill tone="info"><Trans>Open</Trans></Pill> },
    { id: 'act', head: '', end: true, cell: (row) => !row.outcome && (
      <div className="toolbar">
        <ReasonButton label={<Trans>Let it stay</Trans>} size="compact-sm" title={t`${row.display} stays`} confirm={t`Let it stay`} said={t`Decided`} explain={<Trans>The name is its holder’s again, as before.</Trans>} run={(reason) => decide(row.id, 'keep', reason)} refresh={REFRESH} />
        <ReasonButton label={<Trans>Take it away</Trans>} size="compact-sm" color="red" variant="subtle" title={t`Take ${row.display} away`} confirm={t`Take it away`} said={t`Decided`} explain={<Trans>The name no longer resolves. It is kept for a while for who disputed it, and then anybody’s.</Trans>} run={(reason) => decide(row.id, 'release', reason)} refresh={REFRESH} />
      </div>) },
  ], [t]);
  return (
    <Panel title={t`Disputes`} flush>
      <DataTable caption={t`Disputes`} columns={columns} rows={query.data?.items} id={(row) => row.id} query={query} empty={<Empty icon={<IconCircleCheck size={30} />} title={t`Nobody disputes a name`} />} />
    </Panel>
  );
}

function Events() {
  const { t } = useLingui();
  const query = useInfiniteQuery(eventsQuery);
  const columns = useMemo((): Column<NameEvent>[] => [
    { id: 'at', head: t`When`, cell: (row) => <When at={row.at} /> },
    { id: 'label', head: t`Name`, cell: (row) => <span className="mono">{row.label}</span> },
    { id: 'kind', head: t`What`, cell: (row) => <EventName kind={row.kind} /> },
    { id: 'by', head: t`By`, cell: (row) => row.by ? <Link to="/members/$memberId" params={{ memberId: row.by }}><Trans>Member</Trans></Link> : <Trans>Time</Trans> },
    { id: 'detail', head: t`More`, cell: (row) => row.detail ? <span className="wrap">{row.detail}</span> : <Nothing /> },
  ], [t]);
  return (
    <Panel title={t`What happened to names`} flush>
      <DataTable caption={t`What happened to names`} columns={columns} rows={query.data?.pages.flatMap((page) => page.items)} id={(row) => String(row.id)} query={query} empty={<Empty icon={<IconHistory size={30} />} title={t`Nothing yet`} />} />
    </Panel>
  );
}

function EventName({ kind }: { kind: string }) {
  switch (kind) {
    case 'registered': return <Trans>Taken</Trans>;
    case 'changed': return <Trans>Bound elsewhere</Trans>;
    case 'released': return <Trans>Given up</Trans>;
    case 'offered': return <Trans>Offered</Trans>;
    case 'withdrawn': return <Trans>Offer taken back</Trans>;
    case 'handedOver': return <Trans>Handed over</Trans>;
    case 'takenOver': return <Trans>Taken over</Trans>;
    case 'disputed': return <Trans>Disputed</Trans>;
    case 'kept': return <Trans>Stays, decided</Trans>;
    case 'takenAway': return <Trans>Taken away, decided</Trans>;
    case 'lapsing': return <Trans>Membership ended</Trans>;
    case 'revived': return <Trans>Membership again</Trans>;
    case 'freed': return <Trans>Free again</Trans>;
    default: return <>{kind}</>;
  }
}
