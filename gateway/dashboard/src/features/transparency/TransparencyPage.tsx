import { Anchor, NativeSelect } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconReportAnalytics } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { categoryName } from '@/shared/abuse';
import { Loaded } from '@/shared/ui/loaded';
import { Notice } from '@/shared/ui/notice';
import { Empty, Facts, Figure, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { headQuery, jsonPath, keysQuery, periodsQuery, reportQuery, statementsPath, tablePath, type Cell, type LogHead, type Report } from './transparency-api';

/** What the co-op decided, for everybody: the report of each quarter, and the log that it can be held to. */
export default function TransparencyPage() {
  const { t } = useLingui();
  const periods = useQuery(periodsQuery);
  const [chosen, setChosen] = useState('');
  const period = chosen || periods.data?.[0] || '';
  return (
    <Page title={t`Transparency`} lead={<Trans>What was decided, banned and looked up here, in figures. No figure singles anybody out, and none can be changed later without being noticed.</Trans>}>
      <Panel title={t`Report`} actions={periods.data && periods.data.length > 0 && <NativeSelect aria-label={t`Quarter`} value={period} data={periods.data} onChange={(event) => setChosen(event.currentTarget.value)} />}>
        <Loaded query={periods} lines={4}>
          {(all) => (all.length === 0
            ? <Empty icon={<IconReportAnalytics size={30} />} title={t`No quarter is over yet`}><Trans>A report is published once its quarter is over. What happens meanwhile is in the log below.</Trans></Empty>
            : <OneReport period={period} />)}
        </Loaded>
      </Panel>
      <LogPanel />
      <CheckPanel />
    </Page>
  );
}

function OneReport({ period }: { period: string }) {
  const query = useQuery(reportQuery(period));
  return <Loaded query={query} lines={6}>{(report) => <Figures report={report} />}</Loaded>;
}

function Figures({ report }: { report: Report }) {
  const { t, i18n } = useLingui();
  const of = (kind: string) => report.facts[kind] ?? 0;
  const measures: Record<string, string> = { warning: t`Warning`, slowLane: t`Slow lane`, suspension: t`Suspension`, ban: t`Ban` };
  return (
    <div className="form">
      <div className="figures">
        <Figure what={<Trans>Upheld</Trans>} value={of('decision-upheld')} note={<Plural value={of('decision-dismissed')} one="# dismissed" other="# dismissed" />} />
        <Figure what={<Trans>Bans</Trans>} value={of('ban-imposed')} note={<Plural value={of('ban-lifted')} one="# lifted early" other="# lifted early" />} />
        <Figure what={<Trans>Appeals</Trans>} value={of('appeal-lodged')} note={<Trans>{of('appeal-granted')} granted, {of('appeal-refused')} refused</Trans>} />
        <Figure what={<Trans>Look-ups of members</Trans>} value={of('look-up')} />
        <Figure what={<Trans>Half were decided within</Trans>} value={report.hoursToDecide ? <Plural value={report.hoursToDecide.median} one="# hour" other="# hours" /> : <Few />} note={report.hoursToDecide && <Trans>nine of ten within {report.hoursToDecide.ninetiethPercentile}</Trans>} />
        <Figure what={<Trans>Taken back later</Trans>} value={report.overturnedPercent === null || report.overturnedPercent === undefined ? <Few /> : `${report.overturnedPercent} %`} />
      </div>
      <Cells caption={t`Decisions by category`} head={t`Category`} rows={report.categories} name={(cell) => i18n._(categoryName(cell.name))} />
      <Cells caption={t`Measures imposed`} head={t`Measure`} rows={report.measures} name={(cell) => measures[cell.name] ?? cell.name} />
      <p className="soft"><Trans>A dash stands for fewer than five, none included, or for a figure that would tell such a one.</Trans></p>
      <div className="toolbar">
        <Anchor href={tablePath(report.period)} download={`transparency-${report.period}.csv`}><Trans>Table (CSV)</Trans></Anchor>
        <Anchor href={jsonPath(report.period)} download={`transparency-${report.period}.json`}><Trans>Data (JSON)</Trans></Anchor>
        <Anchor href={statementsPath(report.period)} download={`statements-${report.period}.json`}><Trans>Statements of reasons, as the EU’s Digital Services Act has them (JSON)</Trans></Anchor>
      </div>
    </div>
  );
}

/** Told to nobody, because it could single somebody out. */
function Few() {
  const { t } = useLingui();
  return <span title={t`too few to be told`}>–</span>;
}

function Cells({ caption, head, rows, name }: { caption: string; head: string; rows: Cell[]; name: (cell: Cell) => string }) {
  const { t } = useLingui();
  const columns = useMemo((): Column<Cell>[] => [
    { id: 'name', head, cell: (row) => name(row) },
    { id: 'count', head: t`Number`, end: true, cell: (row) => (row.count === null || row.count === undefined ? <Few /> : <span className="num">{row.count}</span>) },
  ], [t, head, name]);
  return <DataTable caption={caption} columns={columns} rows={rows} id={(row) => row.name} />;
}

function LogPanel() {
  const { t } = useLingui();
  const head = useQuery(headQuery);
  return (
    <Panel title={t`The log`} lead={<Trans>Every decision, ban, look-up, grant of a role, change of a plan and payout adds an entry. Entries say what and when, not who.</Trans>}>
      <Loaded query={head} lines={3}>{(log) => <Head log={log} />}</Loaded>
    </Panel>
  );
}

function Head({ log }: { log: LogHead }) {
  const { t } = useLingui();
  return (
    <div className="form">
      {log.refusals > 0 && <Notice tone="bad" title={t`Nodes refused this log`}><Trans>What they were shown did not go on from what they had seen before. Ask your board; members see the proof.</Trans></Notice>}
      <div className="figures">
        <Figure what={<Trans>Entries</Trans>} value={log.size} />
        <Figure what={<Trans>Newest seen by</Trans>} value={<Trans>{log.seenBy} of {log.nodes}</Trans>} note={<Trans>nodes of members, each of which remembers</Trans>} />
      </div>
      <Facts items={[[t`Name`, <code key="n">{log.name}</code>], [t`Root`, <code key="r" className="long">{log.root}</code>]]} />
    </div>
  );
}

function CheckPanel() {
  const { t } = useLingui();
  const keys = useQuery(keysQuery);
  const command = ['./coopmesh verify log', `${location.origin}/log`, '--keep last-seen --key …'].join(' ');
  return (
    <Panel title={t`Check it yourself`}>
      <div className="form">
        <p><Trans>You need not believe this page. On a machine of your own, with nothing but Python:</Trans></p>
        <pre className="mono long" style={{ whiteSpace: 'pre-wrap' }} tabIndex={0} aria-label={t`Command`}>{command}</pre>
        <p className="soft"><Trans>It reads every entry, computes the root again and compares it with the signed one. What you keep in <code>last-seen</code> it holds the log to next time: whoever rewrites, cuts off or forks it is found out. If you were concerned by a decision, its number lets you read what its entry stands for.</Trans></p>
        <Loaded query={keys} lines={1}>{(all) => <Facts items={all.map((key) => [key.until ? <Trans key="u">Key until <When at={key.until} /></Trans> : t`Key`, <code key="k" className="long">{key.key}</code>])} />}</Loaded>
      </div>
    </Panel>
  );
}
