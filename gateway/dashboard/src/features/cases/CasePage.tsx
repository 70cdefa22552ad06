import { Button, Textarea } from '@mantine/core';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconGavel, IconUserSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { CaseStatePill, categoryName } from '@/shared/abuse';
import { useSession } from '@/shared/session';
import { coopNow } from '@/shared/time';
import { DialogButton, onSubmit, ReasonButton, useAction } from '@/shared/ui/action';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import { caseQuery, claim, closeCase, confirmDecision, declineDecision, decisionsQuery, lookUp, note, release, reverseDecision, type CaseDetail, type Decision, type Reported } from './cases-api';
import { DecisionForm } from './DecisionForm';
import { EvidenceFile } from './EvidenceFile';
import { mute } from './evidence-api';
import { MeasureText } from './MeasureText';

/** One case: what is complained of, what was found out, what was decided. */
export default function CasePage() {
  const { t, i18n } = useLingui();
  const { caseId } = useParams({ strict: false });
  const session = useSession();
  const query = useQuery(caseQuery(caseId!));
  const found = query.data;
  const crumb = { to: '/cases', label: t`Cases` };
  if (!found) return <Page title={t`Case`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const { summary } = found;
  const mine = summary.claimedBy === session.memberId && session.has('moderator');
  return (
    <Page title={t`Case ${summary.number}`} crumb={crumb} lead={<span className="toolbar"><CaseStatePill state={summary.state} /><span>{i18n._(categoryName(summary.category))}</span></span>} actions={<Acts found={found} mine={mine} />}>
      {summary.state === 'open' && <Notice tone="info" title={t`Nobody works on this yet`}><Trans>Claim it to look up who is behind the address, write notes and decide.</Trans></Notice>}
      {summary.state === 'underReview' && !mine && <Notice tone="quiet" title={t`A colleague works on this`}><Trans>Only the moderator who claimed it can decide.</Trans></Notice>}
      <div className="columns">
        <div className="stack">
          <Decisions id={summary.id} />
          <Panel title={<Plural value={found.reports.length} one="The report" other="The # reports" />} lead={t`What is complained of; never by whom.`}>
            <div className="stack">{found.reports.map((report) => <ReportView key={report.id} caseId={summary.id} report={report} mine={mine} />)}</div>
          </Panel>
          <Notes found={found} mine={mine} />
        </div>
        <div className="stack">
          <Panel title={t`Facts`}>
            <Facts items={[
              [t`Address`, summary.address ? <span key="a" className="mono">{summary.address}{summary.port ? ` : ${summary.port}` : ''}</span> : t`none given`],
              [t`Observed`, <When key="o" at={summary.observedAt} first="absolute" />],
              [t`Opened`, <When key="p" at={summary.openedAt} />],
              [t`Answer due`, summary.state === 'open' || summary.state === 'underReview' ? <When key="d" at={summary.dueAt} /> : null],
              [t`Decided`, summary.decidedAt ? <When key="e" at={summary.decidedAt} /> : null],
            ]} />
            {summary.address && <p style={{ marginTop: '0.8rem' }}><Link to="/bans" search={{ why: summary.address }} className="quiet-link"><Trans>Is this address blocked already?</Trans></Link></p>}
          </Panel>
          <SubjectPanel found={found} mine={mine} />
        </div>
      </div>
    </Page>
  );
}

function Acts({ found, mine }: { found: CaseDetail; mine: boolean }) {
  const { t } = useLingui();
  const { has } = useSession();
  const { id, state, number } = found.summary;
  const refresh = [['case', id], ['cases'], ['home']];
  const claiming = useAction({ run: () => claim(id), refresh, said: () => t`Case ${number} is yours` });
  const closing = useAction({ run: () => closeCase(id), refresh, said: () => t`Case ${number} is closed` });
  if (!has('moderator')) return null;
  return <>
    {state === 'open' && <Button loading={claiming.busy} onClick={() => claiming.run(undefined)}><Trans>Claim</Trans></Button>}
    {state === 'underReview' && mine && <>
      <ReasonButton label={<Trans>Put back</Trans>} title={t`Put case ${number} back`} confirm={t`Put back`} said={t`The case is open again`} explain={<Trans>It goes back into the queue for a colleague, for example because you know the people.</Trans>} run={(reason) => release(id, reason)} refresh={refresh} />
      <DialogButton label={<Trans>Decide</Trans>} variant="filled" icon={<IconGavel size={16} />} title={t`Decide case ${number}`} wide>{(close) => <DecisionForm found={found} close={close} />}</DialogButton>
    </>}
    {state === 'decided' && <Button variant="default" loading={closing.busy} onClick={() => closing.run(undefined)}><Trans>Close the case</Trans></Button>}
    <ProblemNotice error={claiming.error ?? closing.error} />
  </>;
}

function ReportView({ caseId, report, mine }: { caseId: string; report: Reported; mine: boolean }) {
  const { t } = useLingui();
  const { has } = useSession();
  return (
    <article className="report">
      <div className="split"><span className="toolbar"><Pill tone="quiet">{report.reporter === 'member' ? t`from a member` : report.reporter === 'anonymous' ? t`anonymous` : report.reporter === 'partner' ? t`from a partner` : t`from outside`}</Pill>{report.machine && <Pill tone="info"><Trans>by a program</Trans></Pill>}{report.kind && <span className="mono soft">{report.kind}</span>}</span><small className="soft"><When at={report.receivedAt} /></small></div>
      {report.description ? <p className="prose">{report.description}</p> : <p className="soft"><Trans>No description.</Trans></p>}
      {report.url && <p><span className="soft"><Trans>Where:</Trans></span> <span className="mono">{report.url}</span></p>}
      {report.evidence.length > 0 && (
        <ul className="plain">
          {report.evidence.map((file) => <EvidenceFile key={file.id} caseId={caseId} file={file} mine={mine} />)}
        </ul>
      )}
      {report.additions.map((one, at) => <div key={at}><p className="prose">{one.text}</p><small className="soft"><Trans>added by the reporter</Trans> <When at={one.addedAt} /></small></div>)}
      {mine && has('moderator') && report.reporter !== 'anonymous' && <div className="row-actions"><ReasonButton size="compact-sm" label={<Trans>Mute the reporter</Trans>} title={t`Mute who sent this`} confirm={t`Mute for 30 days`} said={t`What they send opens no case for 30 days`} explain={<Trans>For abuse of reporting. What they send is still kept, and you do not learn who it is.</Trans>} run={(reason) => mute(report.id, reason, new Date(coopNow() + MUTE_MS).toISOString())} refresh={[['mutes']]} /></div>}
    </article>
  );
}

const MUTE_MS = 30 * 86_400_000;

function SubjectPanel({ found, mine }: { found: CaseDetail; mine: boolean }) {
  const { t } = useLingui();
  const { summary, subjectMemberId } = found;
  return (
    <Panel title={t`Who is behind it`} lead={t`Each look-up is written down with its reason.`}>
      {subjectMemberId ? <p><Link to="/members/$memberId" params={{ memberId: subjectMemberId }} className="quiet-link"><Trans>The member’s page</Trans></Link></p>
        : !summary.address ? <p className="soft"><Trans>No address was given, so there is nobody to look up.</Trans></p>
          : mine && summary.state === 'underReview' ? <LookUp found={found} />
            : <p className="soft"><Trans>Only the moderator of this case can look it up.</Trans></p>}
    </Panel>
  );
}

function LookUp({ found }: { found: CaseDetail }) {
  const { t } = useLingui();
  const { id, address } = found.summary;
  return <ReasonButton label={<Trans>Look up the member</Trans>} icon={<IconUserSearch size={16} />} title={t`Who had ${address ?? ''} at that time?`} confirm={t`Look up`} said={t`The member is known now`}
    explain={<Trans>From address and time to the member. Ask only if the case needs it.</Trans>} run={(reason) => lookUp(id, reason)} refresh={[['case', id]]} />;
}

function Decisions({ id }: { id: string }) {
  const { t } = useLingui();
  const query = useQuery(decisionsQuery(id));
  if (query.data?.length === 0) return null;
  return <Panel title={t`Decision`}><Loaded query={query} lines={2}>{(decisions) => <div className="stack">{decisions.map((one) => <DecisionView key={one.id} caseId={id} decision={one} />)}</div>}</Loaded></Panel>;
}

function DecisionView({ caseId, decision }: { caseId: string; decision: Decision }) {
  const { t } = useLingui();
  const session = useSession();
  const refresh = [['case', caseId], ['cases'], ['bans'], ['home']];
  const confirming = useAction({ run: () => confirmDecision(decision.id), refresh, said: () => t`The decision is in force` });
  const other = session.has('moderator') && decision.decidedBy !== session.memberId;
  const firstOfTwo = !!decision.confirmedBy && decision.confirmedBy !== decision.decidedBy && !decision.contestedBy;
  const tookPart = [decision.decidedBy, decision.confirmedBy, decision.contestedBy].includes(session.memberId);
  const mayReverse = decision.state === 'inForce' && !tookPart && (session.has('moderator') || (!!decision.contestedBy && session.has('board')));
  return (
    <article className="report">
      <div className="split"><DecisionState decision={decision} /><small className="soft"><When at={decision.draftedAt} /></small></div>
      <p className="prose" style={{ margin: '0.4rem 0' }}><b>{decision.rule}</b><br />{decision.reason}</p>
      {decision.measures.length > 0 && <ul className="plain">{decision.measures.map((measure) => <li key={measure.id}><MeasureText measure={measure} /></li>)}</ul>}
      {decision.endReason && <p className="soft">“{decision.endReason}”</p>}
      {decision.state === 'proposed' && (other
        ? <div className="row-actions"><ReasonButton label={<Trans>Turn down</Trans>} size="compact-sm" title={t`Turn the proposal down`} confirm={t`Turn down`} explain={<Trans>The case goes back to the moderator who proposed it.</Trans>} run={(reason) => declineDecision(decision.id, reason)} refresh={refresh} /><Button size="compact-sm" loading={confirming.busy} onClick={() => confirming.run(undefined)}><Trans>Agree</Trans></Button></div>
        : <p className="soft"><Trans>Waits for a second moderator to agree.</Trans></p>)}
      {decision.contestReason && decision.state === 'inForce' && <p className="soft"><Trans>Somebody wants it reversed: “{decision.contestReason}”. Two decided it, so it takes a second to agree.</Trans></p>}
      {mayReverse && <div className="row-actions"><ReasonButton label={<Trans>Reverse</Trans>} size="compact-sm" color="red" title={t`Reverse this decision`} confirm={t`Reverse`} said={firstOfTwo ? t`It stays in force until a second person agrees` : t`Reversed: access is restored`} explain={firstOfTwo ? <Trans>Two decided this, so two reverse it: it stays in force until a second person agrees.</Trans> : <Trans>Every measure of it ends now, and access comes back on every node.</Trans>} run={(reason) => reverseDecision(decision.id, reason)} refresh={refresh} /></div>}
      <ProblemNotice error={confirming.error} />
    </article>
  );
}

function DecisionState({ decision }: { decision: Decision }) {
  switch (decision.state) {
    case 'proposed': return <Pill tone="warn"><Trans>Proposed</Trans></Pill>;
    case 'dismissed': return <Pill tone="quiet"><Trans>Dismissed</Trans></Pill>;
    case 'inForce': return <Pill tone="ok"><Trans>Upheld, in force</Trans></Pill>;
    case 'declined': return <Pill tone="quiet"><Trans>Turned down</Trans></Pill>;
    case 'reversed': return <Pill tone="info"><Trans>Reversed</Trans></Pill>;
    default: return <Pill tone="quiet">{decision.state}</Pill>;
  }
}

function Notes({ found, mine }: { found: CaseDetail; mine: boolean }) {
  const { t } = useLingui();
  const session = useSession();
  const [text, setText] = useState('');
  const { id, state } = found.summary;
  const action = useAction({ run: () => note(id, text.trim()), refresh: [['case', id]], done: () => setText('') });
  return (
    <Panel title={t`Notes`} lead={t`Kept for good; nothing is edited.`}>
      <div className="stack" style={{ gap: '0.9rem' }}>
        {found.notes.length === 0 && !mine && <p className="soft"><Trans>No notes yet.</Trans></p>}
        {found.notes.map((one, at) => <div key={at}><div className="prose">{one.text}</div><small className="soft">{one.moderatorId === session.memberId ? t`you` : t`a colleague`}, <When at={one.at} /></small></div>)}
        {mine && state !== 'closed' && (
          <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
            <Textarea label={t`New note`} autosize minRows={2} maxLength={4000} value={text} onChange={(event) => setText(event.currentTarget.value)} error={action.fieldError('text')} />
            <ProblemNotice error={action.error} />
            <div className="end"><Button type="submit" variant="default" loading={action.busy} disabled={text.trim() === ''}><Trans>Add the note</Trans></Button></div>
          </form>
        )}
      </div>
    </Panel>
  );
}
