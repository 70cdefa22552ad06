import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Lines } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Bytes, When } from '@/shared/ui/values';
import { discrepancyQuery, type LinkEnd, type LinkEvidence } from './metering-api';
import { Ends, GoesOnPill } from './names';

type Window = LinkEvidence['windows'][number];

/** Window by window what each end of a link said, and the signed reports in which they said it. */
export default function DiscrepancyPage() {
  const { t } = useLingui();
  const { discrepancyId } = useParams({ strict: false });
  const query = useQuery(discrepancyQuery(discrepancyId!));
  const evidence = query.data;
  const crumb = { to: '/links', label: t`Links` };
  const columns = useMemo((): Column<Window>[] => [
    { id: 'window', head: t`Window`, by: (row) => row.from, cell: (row) => <When at={row.from} first="absolute" /> },
    { id: 'there', head: t`There`, end: true, cell: (row) => <Claim sent={row.low.sent} received={row.high.received} /> },
    { id: 'back', head: t`Back`, end: true, cell: (row) => <Claim sent={row.high.sent} received={row.low.received} /> },
    { id: 'low', head: t`Signed by the first`, cell: (row) => <Report of={row.low} /> },
    { id: 'high', head: t`Signed by the second`, cell: (row) => <Report of={row.high} /> },
  ], [t]);
  if (!evidence) return <Page title={t`Two ends that disagree`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const { discrepancy, windows } = evidence;
  return (
    <Page title={t`Two ends that disagree`} crumb={crumb} lead={<span className="toolbar"><GoesOnPill of={discrepancy} /><span><When at={discrepancy.raisedAt} /></span></span>}>
      <Panel title={t`The link`}>
        <Facts items={[
          [t`Between`, <Ends key="e" low={discrepancy.lowNodeId} high={discrepancy.highNodeId} />],
          [t`From`, <When key="f" at={discrepancy.from} first="absolute" plain />],
          [t`To`, <When key="t" at={discrepancy.to} first="absolute" plain />],
          [t`Windows outside`, <span key="w" className="num">{discrepancy.windowsOutside}</span>],
        ]} />
      </Panel>
      <Panel title={t`What each end said`} lead={<Trans>What one end sent the other should have received, less what the air lost: there is from the first to the second. Each window is in two signed reports; look at both.</Trans>} flush>
        <DataTable caption={t`What each end said`} columns={columns} rows={windows} id={(row) => row.from} empty={<Empty title={t`The windows are no longer kept one by one`}><Trans>They are kept for as long as usage is kept window by window. The case that was opened holds the signed reports.</Trans></Empty>} />
      </Panel>
    </Page>
  );
}

function Claim({ sent, received }: { sent: number; received: number }) {
  return <><span><Trans><Bytes of={sent} /> sent</Trans></span><small><Trans><Bytes of={received} /> received</Trans></small></>;
}

function Report({ of }: { of: LinkEnd }) {
  const { t } = useLingui();
  return <Button component={Link} to="/usage-reports/$nodeId/$bootId/$sequence" params={{ nodeId: of.nodeId, bootId: of.bootId, sequence: String(of.sequence) } as never} size="compact-sm" variant="default" aria-label={t`Look at report ${of.sequence}`}><Trans>report {of.sequence}</Trans></Button>;
}
