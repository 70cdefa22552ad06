import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAddressBook } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSession } from '@/shared/session';
import { ReasonButton } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { directoryQuery, dispute, mineQuery, REFRESH, type Entry } from './names-api';
import { NamePill } from './pills';

const WEB = ['http', 'https'];
const KINDS = ['http', 'https', 'xmpp-client', 'rtsp', 'mqtt', 'ipp'];

/** What there is in the village: names of nodes and services, and how they are. */
export default function NamesPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const { type = '' } = useSearch({ from: '/signed-in/names' });
  const navigate = useNavigate({ from: '/names' });
  const query = useInfiniteQuery(directoryQuery(type || undefined));
  const mine = useQuery(mineQuery);
  const rows = query.data?.pages.flatMap((page) => page.items);
  const off = mine.data?.zone === '';
  const columns = useMemo((): Column<Entry>[] => [
    { id: 'name', head: t`Name`, by: (row) => row.display, cell: (row) => <><Place entry={row} />{row.mine && <> <Pill tone="info"><Trans>Mine</Trans></Pill></>}{row.display !== row.name && <small className="mono">{row.name}</small>}</> },
    { id: 'what', head: t`What`, by: (row) => row.type ?? '', cell: (row) => row.type ? <><span className="mono">{row.type}</span><small><Trans>port {row.port}</Trans></small></> : <Trans>Node</Trans> },
    { id: 'live', head: t`Its node`, by: (row) => row.live, cell: (row) => <NamePill live={row.live} /> },
    { id: 'seen', head: t`Last seen`, cell: (row) => row.lastSeenAt ? <When at={row.lastSeenAt} /> : <Nothing /> },
    { id: 'act', head: '', end: true, cell: (row) => has('member') && !row.mine && (
      <ReasonButton label={<Trans>Dispute</Trans>} size="compact-sm" variant="subtle" title={t`Dispute ${row.display}`} confirm={t`Dispute`} said={t`The board decides`}
        explain={<Trans>Say why this name should not be whose it is. It stays as it is until the board decides; its holder reads your reason, not your name.</Trans>} run={(reason) => dispute(row.id, reason)} refresh={REFRESH} />) },
  ], [t, has]);
  return (
    <Page title={t`Names`} lead={<Trans>Nodes and services of the village by name. Traffic to them stays on the local mesh and is free.</Trans>}
      actions={<>{has('board') && <Button component={Link} to="/names/disputes" variant="default"><Trans>Disputes</Trans></Button>}<Button component={Link} to="/my/names"><Trans>My names</Trans></Button></>}>
      <Panel title={t`Directory`} flush actions={<Filters label={t`Kinds`} value={type} onPick={(next) => void navigate({ search: { type: next || undefined } })} items={[{ value: '', label: t`All` }, ...KINDS.map((kind) => ({ value: kind, label: kind }))]} />}>
        <DataTable caption={t`Names`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={off
            ? <Empty icon={<IconAddressBook size={30} />} title={t`This co-op has no names`}><Trans>Who runs the servers says what names end with; then members can hold some.</Trans></Empty>
            : <Empty icon={<IconAddressBook size={30} />} title={t`No names here yet`} actions={<Button component={Link} to="/my/names"><Trans>Take the first</Trans></Button>}><Trans>A name is easier to pass on than an address, and it moves along when the node does.</Trans></Empty>} />
      </Panel>
    </Page>
  );
}

function Place({ entry }: { entry: Entry }) {
  if (!entry.type || !WEB.includes(entry.type)) return <b>{entry.display}</b>;
  const usual = entry.type === 'http' ? 80 : 443;
  return <a href={`${entry.type}://${entry.name}${entry.port === usual ? '' : `:${entry.port}`}${entry.path ?? '/'}`} rel="noreferrer"><b>{entry.display}</b></a>;
}
