import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { useSession } from '@/shared/session';
import { absolute, span } from '@/shared/time';
import { ReasonButton } from '@/shared/ui/action';
import { Copy } from '@/shared/ui/code';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Bytes, When } from '@/shared/ui/values';
import { checksQuery, decide, proofQuery, setAsideItemQuery, type ReportProof } from './metering-api';
import { DecisionPill, NodeName, ReasonHint, ReasonText } from './names';
import { fromBase64, rate, readReport, type AttachmentFigures, type LinkFigures, type SignedReport } from './signed-report';

/** One signed report: what it says, whether it is really the node's, and why it does not count. */
export default function ReportPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const { nodeId, bootId, sequence } = useParams({ strict: false });
  const query = useQuery(proofQuery(nodeId!, bootId!, sequence!));
  const proof = query.data;
  const crumb = has('network', 'treasurer', 'board') ? { to: '/implausible', label: t`Implausible reports` } : { to: '/my/usage', label: t`My usage` };
  const read = useMemo(() => {
    try {
      return proof ? readReport(fromBase64(proof.signed)) : null;
    } catch {
      return null;
    }
  }, [proof]);
  if (!proof) return <Page title={t`Usage report`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const { report } = proof;
  return (
    <Page title={t`Usage report ${report.sequence}`} crumb={crumb} lead={<span className="toolbar"><State of={proof} /><span><When at={report.startedAt} first="absolute" /></span></span>} actions={<Evidence proof={proof} />}>
      {report.state === 'implausible' && report.reason && <Notice tone="warn" title={<ReasonText of={report.reason} />}><ReasonHint of={report.reason} /></Notice>}
      <div className="columns">
        <div className="stack">
          {has('network', 'treasurer', 'board') && <DecisionPanel proof={proof} />}
          {read ? <Said report={read} /> : <Notice tone="bad" title={t`The bytes cannot be read`}><Trans>They are kept as they came; download the evidence to look at them.</Trans></Notice>}
        </div>
        <div className="stack">
          <Panel title={t`Is it really the node’s?`} lead={t`Computed in your browser from the signed bytes alone.`}><ChecksList proof={proof} /></Panel>
          <Panel title={t`The report`}>
            <Facts items={[
              [t`Node`, <NodeName key="n" nodeId={report.nodeId} />],
              [t`Boot`, <span key="b" className="mono">{report.bootId}</span>],
              [t`From`, <When key="f" at={report.startedAt} first="absolute" plain />],
              [t`To`, <When key="t" at={report.endedAt} first="absolute" plain />],
              [t`Received`, <When key="r" at={report.receivedAt} />],
              [t`Hash`, <span key="h" className="toolbar" style={{ gap: '0.2rem' }}><span className="mono">{report.hash.slice(0, 16)}</span><Copy text={report.hash} label={t`the whole hash`} /></span>],
              [t`Lost before it`, read && read.gapWindows > 0n ? <Trans>{String(read.gapWindows)} windows</Trans> : null],
              [t`Agent`, read?.agentVersion],
            ]} />
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function State({ of }: { of: ReportProof }) {
  if (of.report.state === 'implausible') return <Pill tone="warn"><Trans>Set aside, billed as zero</Trans></Pill>;
  return of.report.late ? <Pill tone="info"><Trans>Counted, came late</Trans></Pill> : <Pill tone="ok"><Trans>Counted</Trans></Pill>;
}

/** What a person makes of it: counted from now on, or zero for good. */
function DecisionPanel({ proof }: { proof: ReportProof }) {
  const { t } = useLingui();
  const { has } = useSession();
  const { report } = proof;
  const item = useQuery(setAsideItemQuery(report.nodeId, report.bootId, String(report.sequence))).data;
  if (!item) return null;
  const refresh = [['implausible'], ['usage-report'], ['usage'], ['home']];
  const { decision } = item;
  if (decision) {
    return (
      <Panel title={t`Decided`}>
        <Facts items={[[t`Outcome`, <DecisionPill key="o" of={decision} />], [t`Reason`, <span key="r" className="prose">{decision.reason}</span>], [t`When`, <When key="w" at={decision.decidedAt} />], [t`By`, has('board') ? <Link key="b" className="quiet-link" to="/members/$memberId" params={{ memberId: decision.decidedBy }}><Trans>See who</Trans></Link> : null]]} />
      </Panel>
    );
  }
  const may = has('network', 'treasurer');
  return (
    <Panel title={t`What do you make of it?`} lead={t`A decision stands. Nobody decides about their own node or household: for that another pair of eyes is needed, and the server sees to it.`}>
      {item.limitBytes ? <p><Trans>In this window an attachment can use at most <b><Bytes of={item.limitBytes} /></b> each way.</Trans></p> : null}
      {may ? (
        <div className="toolbar" style={{ marginTop: '0.7rem' }}>
          {item.acceptable && <ReasonButton label={<Trans>Let it count</Trans>} title={t`Let report ${report.sequence} count`} confirm={t`Let it count`} said={t`The report counts from now on`} explain={<Trans>Its bytes come into their hour now. Where that hour is billed already, the next bill charges them as a correction. The reason is told to the member.</Trans>} run={(reason) => decide(report, true, reason)} refresh={refresh} />}
          <ReasonButton label={<Trans>Leave it at zero</Trans>} title={t`Leave report ${report.sequence} at zero`} confirm={t`Leave it at zero`} said={t`The report stays at zero`} explain={<Trans>It is kept as it was signed and is never billed. The reason is told to the member.</Trans>} run={(reason) => decide(report, false, reason)} refresh={refresh} />
        </div>
      ) : <p className="soft"><Trans>A network operator or a treasurer decides.</Trans></p>}
      {may && !item.acceptable && <p className="soft" style={{ marginTop: '0.6rem' }}><Trans>It cannot count, whatever a person says: its figures are no figures, it is kept already, or its addresses are not known.</Trans></p>}
    </Panel>
  );
}

/** The proof as the stand-alone check takes it. */
function Evidence({ proof }: { proof: ReportProof }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(proof, null, 2)], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `report-${proof.report.nodeId.slice(0, 12)}-${proof.report.sequence}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return <Button variant="default" leftSection={<IconDownload size={16} />} onClick={save}><Trans>Download the evidence</Trans></Button>;
}

function ChecksList({ proof }: { proof: ReportProof }) {
  const query = useQuery(checksQuery(proof));
  return (
    <Loaded query={query} lines={4}>
      {(checks) => (
        <ul className="plain">
          <CheckRow of={checks.signature}><Trans>Signed with the node’s key</Trans></CheckRow>
          <CheckRow of={checks.node}><Trans>The node’s name is that key</Trans></CheckRow>
          <CheckRow of={checks.chain}><Trans>In one chain with the report that carries the signature</Trans></CheckRow>
          <CheckRow of={checks.hash}><Trans>The bytes are those that were kept</Trans></CheckRow>
        </ul>
      )}
    </Loaded>
  );
}

function CheckRow({ of, children }: { of: boolean | null; children: ReactNode }) {
  return <li className="split near"><span>{children}</span>{of === null ? <Pill tone="quiet"><Trans>this browser cannot tell</Trans></Pill> : of ? <Pill tone="ok"><Trans>yes</Trans></Pill> : <Pill tone="bad"><Trans>no</Trans></Pill>}</li>;
}

function Said({ report }: { report: SignedReport }) {
  const { t, i18n } = useLingui();
  const { startedAt, endedAt } = report;
  const attachments = useMemo((): Column<AttachmentFigures>[] => {
    const figure = (bytes: bigint) => <Bytes of={Number(bytes)} />;
    return [
      { id: 'whose', head: t`Addresses`, cell: (row) => <>{row.own ? t`its own` : t`carried for others`}<small className="mono">{row.attachmentId.slice(0, 8)}</small></> },
      { id: 'down', head: t`Internet down`, end: true, cell: (row) => figure(row.internetDown) },
      { id: 'up', head: t`Internet up`, end: true, cell: (row) => figure(row.internetUp) },
      { id: 'local', head: t`Local mesh`, end: true, cell: (row) => figure(row.localDown + row.localUp) },
      { id: 'rate', head: t`On average`, end: true, cell: (row) => <Rate bytes={row.internetDown + row.internetUp + row.localDown + row.localUp} from={startedAt} to={endedAt} /> },
    ];
  }, [t, startedAt, endedAt]);
  const links = useMemo((): Column<LinkFigures & { at: number }>[] => [
    { id: 'who', head: t`Neighbour`, cell: (row) => <>{row.neighbour ? <NodeName nodeId={row.neighbour} /> : t`To the Internet`}<small className="mono">{row.interfaceName}</small></> },
    { id: 'in', head: t`Received`, end: true, cell: (row) => <Bytes of={Number(row.received)} /> },
    { id: 'out', head: t`Sent`, end: true, cell: (row) => <Bytes of={Number(row.sent)} /> },
    { id: 'rate', head: t`On average`, end: true, cell: (row) => <Rate bytes={row.received + row.sent} from={startedAt} to={endedAt} /> },
  ], [t, startedAt, endedAt]);
  const lines = [...report.links, ...(report.uplink ? [report.uplink as LinkFigures] : [])].map((line, at) => ({ ...line, at }));
  const long = Date.parse(endedAt) - Date.parse(startedAt);
  return (
    <>
      <Panel title={t`What it says`} lead={<Trans>{absolute(startedAt, i18n.locale)}, for {long > 0 ? span(long, i18n.locale) : t`no time at all`}. Read from the bytes that were signed.</Trans>} flush>
        <DataTable caption={t`What it says`} columns={attachments} rows={report.attachments} id={(row) => `${row.attachmentId} ${row.own}`} empty={<Empty title={t`No traffic in this window`} />} />
      </Panel>
      {lines.length > 0 && <Panel title={t`On its lines`} flush><DataTable caption={t`On its lines`} columns={links} rows={lines} id={(row) => String(row.at)} /></Panel>}
    </>
  );
}

function Rate({ bytes, from, to }: { bytes: bigint; from: string; to: string }) {
  const { i18n } = useLingui();
  const bits = rate(bytes, from, to);
  return Number.isFinite(bits) ? <span className="num"><Trans>{i18n.number(bits / 1e6, { maximumFractionDigits: bits < 1e7 ? 2 : 0 })} Mbit/s</Trans></span> : <span className="nothing">–</span>;
}
