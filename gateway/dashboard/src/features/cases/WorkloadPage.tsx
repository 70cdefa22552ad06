import { NativeSelect } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconScale } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { MemberName } from '@/shared/members';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing } from '@/shared/ui/values';
import { workloadQuery, type Share } from './cases-api';
import { PolicyPanel } from './PolicyPanel';

const SPANS = [30, 90, 365];

/** Who works on how much, how often what they decided was taken back, and by which policy they decide. */
export default function WorkloadPage() {
  const { t, i18n } = useLingui();
  const [days, setDays] = useState(90);
  const query = useQuery(workloadQuery(days));
  const percent = useMemo(() => new Intl.NumberFormat(i18n.locale, { style: 'percent', maximumFractionDigits: 0 }), [i18n.locale]);
  const columns = useMemo((): Column<Share>[] => [
    { id: 'who', head: t`Moderator`, cell: (row) => <MemberName id={row.moderatorId} /> },
    { id: 'hand', head: t`In hand`, end: true, by: (row) => row.inHand, cell: (row) => <span className="num">{row.inHand}{row.overdue > 0 && <> <Pill tone="bad"><Trans>{row.overdue} late</Trans></Pill></>}</span> },
    { id: 'decided', head: t`Decided`, end: true, by: (row) => row.decided, cell: (row) => <span className="num">{row.decided}{row.decidedLate > 0 && <small><Trans>{row.decidedLate} late</Trans></small>}</span> },
    { id: 'closed', head: t`Closed`, end: true, by: (row) => row.closed, cell: (row) => <span className="num">{row.closed}</span> },
    { id: 'back', head: t`Taken back`, end: true, by: (row) => (row.upheld === 0 ? 0 : row.overturned / row.upheld), cell: (row) => row.upheld === 0 ? <Nothing /> : <span className="num">{percent.format(row.overturned / row.upheld)}<small><Trans>{row.overturned} of {row.upheld}</Trans></small></span> },
    { id: 'hours', head: t`Hours`, end: true, by: (row) => row.minutes, cell: (row) => <span className="num">{Math.floor(row.minutes / 60)}:{String(row.minutes % 60).padStart(2, '0')}</span> },
  ], [t, percent]);
  const upheld = query.data?.items.reduce((sum, one) => sum + one.upheld, 0) ?? 0;
  const overturned = query.data?.items.reduce((sum, one) => sum + one.overturned, 0) ?? 0;
  return (
    <Page title={t`Moderators’ workload`} crumb={{ to: '/cases', label: t`Cases` }} lead={<Trans>To share the work, and to see where decisions do not hold.</Trans>}
      actions={<NativeSelect aria-label={t`Time`} data={SPANS.map((span) => ({ value: String(span), label: t`${span} days` }))} value={String(days)} onChange={(event) => setDays(Number(event.currentTarget.value))} />}>
      {query.data && (
        <div className="figures">
          <Figure what={t`Nobody works on`} value={<Plural value={query.data.waiting} one="# case" other="# cases" />} note={query.data.waitingOverdue > 0 ? <Pill tone="bad"><Trans>{query.data.waitingOverdue} late</Trans></Pill> : undefined} />
          <Figure what={t`Upheld, then taken back`} value={upheld === 0 ? '–' : percent.format(overturned / upheld)} note={<Trans>{overturned} of {upheld}</Trans>} />
        </div>
      )}
      <div className="columns">
        <Panel title={t`By moderator`} flush>
          <DataTable caption={t`By moderator`} columns={columns} rows={query.data?.items} id={(row) => row.moderatorId} query={query} empty={<Empty icon={<IconScale size={30} />} title={t`Nobody worked on cases`}><Trans>Who claims a case or logs hours appears here.</Trans></Empty>} />
        </Panel>
        <PolicyPanel />
      </div>
    </Page>
  );
}
