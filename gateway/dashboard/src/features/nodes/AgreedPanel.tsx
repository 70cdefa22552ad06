import { Button } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { MemberName } from '@/shared/members';
import { Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { agreedQuery, type AgreedNode } from './nodes-api';

/** What was agreed for sites beside what is there; nothing where nothing was agreed. */
export function AgreedPanel() {
  const { t } = useLingui();
  const query = useQuery(agreedQuery);
  const [whole, setWhole] = useState(false);
  const rows = useMemo(() => query.data?.items.filter((one) => whole || one.state !== 'in-service'), [query.data, whole]);
  const columns = useMemo((): Column<AgreedNode>[] => [
    { id: 'name', head: t`Node`, by: (row) => row.name, cell: (row) => (row.nodeId ? <Link to="/nodes/$nodeId" params={{ nodeId: row.nodeId }}>{row.name}</Link> : row.name) },
    { id: 'site', head: t`Site`, by: (row) => row.site, cell: (row) => <>{row.site}<small><MemberName id={row.memberId} /></small></> },
    { id: 'state', head: t`State`, by: (row) => row.state, cell: (row) => <AgreedState state={row.state} /> },
  ], [t]);
  if (!query.data || query.data.items.length === 0) return null;
  const { items, missing, tooMany } = query.data;
  const good = items.length - missing - tooMany;
  return (
    <Panel title={t`As agreed`} flush actions={good > 0 && <Button size="compact-sm" variant="default" aria-pressed={whole} onClick={() => setWhole(!whole)}>{whole ? <Trans>Only what differs</Trans> : <Trans>All of it</Trans>}</Button>}
      lead={<><Plural value={missing} one="# node is missing" other="# nodes are missing" />, <Plural value={tooMany} one="# is there that was not agreed" other="# are there that were not agreed" />, <Plural value={good} one="# is as it should be" other="# are as they should be" />.</>}>
      {rows && rows.length > 0 && <DataTable caption={t`As agreed`} columns={columns} rows={rows} id={(row) => `${row.siteId} ${row.name} ${row.state} ${row.nodeId ?? ''}`} />}
    </Panel>
  );
}

function AgreedState({ state }: { state: AgreedNode['state'] }) {
  switch (state) {
    case 'in-service': return <Pill tone="ok"><Trans>In service</Trans></Pill>;
    case 'not-enrolled': return <Pill tone="info"><Trans>Waits for its code</Trans></Pill>;
    case 'missing': return <Pill tone="bad"><Trans>Missing</Trans></Pill>;
    case 'not-agreed': return <Pill tone="warn"><Trans>Not agreed</Trans></Pill>;
  }
}
