import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconGauge, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { CsvButton } from '@/shared/ui/csv-button';
import { Filters } from '@/shared/ui/filters';
import { Empty, Page } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { setAsideQuery, type SetAside } from './metering-api';
import { DecisionPill, NodeName, ReasonText, reasonCode } from './names';

/** Reports that cannot be right: kept, billed as zero, waiting for a person. */
export default function ImplausiblePage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { nodeId, decided } = useSearch({ strict: false });
  const query = useInfiniteQuery(setAsideQuery(nodeId, decided));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<SetAside>[] => [
    { id: 'node', head: t`Node`, cell: (row) => <><NodeName nodeId={row.nodeId} /><small><Trans>report {row.sequence}</Trans></small></> },
    { id: 'why', head: t`Why`, by: (row) => reasonCode(row.reason), cell: (row) => <ReasonText of={row.reason} /> },
    { id: 'window', head: t`Window`, by: (row) => row.startedAt, cell: (row) => <When at={row.startedAt} first="absolute" /> },
    { id: 'received', head: t`Received`, by: (row) => row.receivedAt, cell: (row) => <When at={row.receivedAt} /> },
    ...(decided ? [{ id: 'decision', head: t`Decided`, cell: (row: SetAside) => (row.decision ? <><DecisionPill of={row.decision} /><small>{row.decision.reason}</small><small><When at={row.decision.decidedAt} /></small></> : null) }] : []),
    { id: 'acts', head: '', end: true, cell: (row) => <Button component={Link} to="/usage-reports/$nodeId/$bootId/$sequence" params={{ nodeId: row.nodeId, bootId: row.bootId, sequence: String(row.sequence) } as never} size="compact-sm" variant="default" aria-label={t`Look at report ${row.sequence}`}><Trans>Look at it</Trans></Button> },
  ], [t, decided]);
  return (
    <Page title={t`Implausible reports`} crumb={{ to: '/nodes', label: t`Nodes` }} lead={<Trans>Usage reports that cannot be right. They are kept as they were signed and billed as zero, until a person decides.</Trans>}
      actions={<CsvButton<SetAside> name="implausible" path="/api/usage/implausible" query={{ nodeId, decided: decided ? 'true' : undefined }} head={[t`Node`, t`Boot`, t`Report`, t`From`, t`To`, t`Why`, t`Received`, t`Decided`, t`Reason`]} row={(row) => [row.nodeId, row.bootId, row.sequence, row.startedAt, row.endedAt, row.reason, row.receivedAt, row.decision && (row.decision.accepted ? 'accepted' : 'refused'), row.decision?.reason]} />}>
      <div className="toolbar"><Filters label={t`Show`} value={decided ? 'decided' : ''} onPick={(value) => void navigate({ to: '/implausible', search: { nodeId, decided: value === 'decided' ? true : undefined } })} items={[{ value: '', label: t`Waiting` }, { value: 'decided', label: t`Decided` }]} /></div>
      {nodeId && <div><Button size="compact-sm" variant="light" rightSection={<IconX size={14} />} onClick={() => void navigate({ to: '/implausible', search: { decided } })}><Trans>Only of one node</Trans></Button></div>}
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Implausible reports`} columns={columns} rows={rows} id={(row) => `${row.nodeId} ${row.bootId} ${row.sequence}`} query={query}
          empty={<Empty icon={<IconGauge size={32} />} title={decided ? t`Nothing was decided yet` : t`Every report could be right`}><Trans>A report comes here when it claims more than its line can carry, speaks of addresses that are not the node’s, has a wrong clock, or does not fit to the reports beside it.</Trans></Empty>} />
      </div></div>
    </Page>
  );
}
