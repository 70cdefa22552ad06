import { Button, Radio, Textarea } from '@mantine/core';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconGavel, IconUserSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { CaseStatePill, categoryName } from '@/shared/abuse';
import { MemberName } from '@/shared/members';
import { useSession } from '@/shared/session';
import { coopNow } from '@/shared/time';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import { caseQuery, claim, closeCase, confirmDecision, declineDecision, decisionsQuery, handOver, lookUp, note, proposalQuery, release, reverseDecision, takeAway, waitingLookUpsQuery, workloadQuery, type CaseDetail, type Decision, type Reported } from './cases-api';
import { DecisionForm } from './DecisionForm';
import { EvidenceFile } from './EvidenceFile';
import { AgreeButton } from './LookUpsPage';
import { mute } from './evidence-api';
import { MeasureText, RungName, RungTerm } from './MeasureText';

const HAND_OVER_DAYS = 180;

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
      {summary.state === 'open' && summary.offeredTo && <Notice tone={summary.offeredTo === session.memberId ? 'info' : 'quiet'} title={summary.offeredTo === session.memberId ? t`A colleague hands this over to you` : t`Handed over to a colleague`}><Trans>Until <When at={summary.offeredUntil} first="absolute" /> nobody else can claim it.</Trans></Notice>}
      {summary.state === 'open' && !summary.offeredTo && <Notice tone="info" title={t`Nobody works on this yet`}><Trans>Claim it to look up who is behind the address, write notes and decide.</Trans></Notice>}
      {summary.state === 'underReview' && !mine && <Notice tone="quiet" title={t`A colleague works on this`}><Trans>Only the moderator who claimed it can decide.</Trans></Notice>}
      <div className="columns">
        <div className="stack">
          <Decisions id={summary.id} />
          <Panel title={<Plural value={found.reports.length} one="The report" other="The # reports" />} lead={t`What is complained of; never by whom.`}>
            <div className="stack">{found.reports.map((report) => <ReportView key={report.id} caseId={summary.id} report={report} mine={mine} noContent={summary.category === 'child_safety'} />)}</div>
          </Panel>
          <Notes found={found} mine={mine} />
        </div>
        <div className="stack">
          <Panel title={t`Facts`}>
            <Facts items={[
              [t`Address`, summary.address ? <span key="a" className="mono">{summary.address}{summary.port ? ` : ${summary.port}` : ''}</span> : t`none given`],
              [t`Observed`, <When key="o" at={summary.observedAt} first="absolute" />],
              [t`Opened`, <When key="p" at={summary.openedAt} />],
              [t`Answer due`, summary.state === 'open' || summary.state === 'underReview' ? <span key="d">{summary.overdue && <><Pill tone="bad"><Trans>Late</Trans></Pill> </>}<When at={summary.dueAt} /></span> : null],
              [t`Decided`, summary.decidedAt ? <When key="e" at={summary.decidedAt} /> : null],
            ]} />
            {summary.address && <p style={{ marginTop: '0.8rem' }}><Link to="/bans" search={{ why: summary.address }} className="quiet-link"><Trans>Is this address blocked already?</Trans></Link></p>}
          </Panel>
          <SubjectPanel found={found} mine={mine} />
          <ProposalPanel found={found} mine={mine} />
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
  if (state === 'underReview' && !mine && has('board')) return <ReasonButton label={<Trans>Take it away</Trans>} title={t`Take case ${number} away`} confirm={t`Take it away`} said={t`The case is open again`} explain={<Trans>For when its moderator does not work on it. It goes back into the queue.</Trans>} run={(reason) => takeAway(id, reason)} refresh={refresh} />;
  if (!has('moderator')) return null;
  return <>
    {state === 'open' && <Button loading={claiming.busy} onClick={() => claiming.run(undefined)}><Trans>Claim</Trans></Button>}
    {state === 'underReview' && mine && <>
      <ReasonButton label={<Trans>Put back</Trans>} title={t`Put case ${number} back`} confirm={t`Put back`} said={t`The case is open again`} explain={<Trans>It goes back into the queue for a colleague, for example because you know the people.</Trans>} run={(reason) => release(id, reason)} refresh={refresh} />
      <DialogButton label={<Trans>Hand over</Trans>} title={t`Hand case ${number} over`}>{(close) => <HandOverForm id={id} number={number} close={close} />}</DialogButton>
      <DialogButton label={<Trans>Decide</Trans>} variant="filled" icon={<IconGavel size={16} />} title={t`Decide case ${number}`} wide>{(close) => <DecisionForm found={found} close={close} />}</DialogButton>
    </>}
    {state === 'decided' && <Button variant="default" loading={closing.busy} onClick={() => closing.run(undefined)}><Trans>Close the case</Trans></Button>}
    <ProblemNotice error={claiming.error ?? closing.error} />
  </>;
}

function HandOverForm({ id, number, close }: { id: string; number: number; close: () => void }) {
  const { t } = useLingui();
  const session = useSession();
  const workload = useQuery(workloadQuery(HAND_OVER_DAYS));
  const form = useFields({ to: '', reason: '' });
  const colleagues = (workload.data?.items ?? []).filter((one) => one.moderatorId !== session.memberId);
  const action = useAction({ run: () => handOver(id, form.values.to, form.values.reason.trim()), refresh: [['case', id], ['cases'], ['home']], said: () => t`Case ${number} waits for your colleague`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p className="soft"><Trans>For a day only they can claim it. Should they stand too near to it, they are told so, and nobody else.</Trans></p>
      <Radio.Group label={t`To whom`} required value={form.values.to} onChange={(value) => form.set('to', value)}>
        <div className="stack" style={{ gap: '0.5rem', marginTop: '0.4rem' }}>
          {colleagues.map((one) => <Radio key={one.moderatorId} value={one.moderatorId} label={<MemberName id={one.moderatorId} plain />} description={<Plural value={one.inHand} one="# case in hand" other="# cases in hand" />} />)}
        </div>
      </Radio.Group>
      {workload.data && colleagues.length === 0 && <p className="soft"><Trans>No colleague has worked on cases lately. Put it back instead.</Trans></p>}
      <Textarea required label={t`Reason`} autosize minRows={2} maxLength={500} {...form.text('reason', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={form.values.to === ''}><Trans>Hand over</Trans></Button></div>
    </form>
  );
}

/** What the published policy makes of the member's strikes; a moderator decides. */
function ProposalPanel({ found, mine }: { found: CaseDetail; mine: boolean }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const { id, state } = found.summary;
  const query = useQuery({ ...proposalQuery(id), enabled: has('moderator') && state === 'underReview' });
  if (!has('moderator') || state !== 'underReview') return null;
  return (
    <Panel title={t`What the policy proposes`} lead={t`If the case is upheld. You decide.`}>
      <Loaded query={query} lines={3}>
        {(proposal) => <div className="stack" style={{ gap: '0.7rem' }}>
          <p style={{ margin: 0 }}><Pill tone="info"><RungName rung={proposal.step} /></Pill> <RungTerm rung={proposal.step} /></p>
          <Facts items={[
            [t`Strikes before`, <span key="b" className="num">{proposal.weightBefore}</span>],
            [t`This case`, <span key="w" className="num">+{proposal.weight}</span>],
          ]} />
          {proposal.strikes.length > 0 && <ul className="plain">{proposal.strikes.map((strike) => <li key={strike.decisionId} className="split near soft"><span>{i18n._(categoryName(strike.category))} <small><When at={strike.at} plain /></small></span><span className="num">{strike.weight}</span></li>)}</ul>}
          {mine && !found.subjectMemberId && <p className="soft"><Trans>The member is not looked up, so no strikes are counted.</Trans></p>}
          <p className="soft" style={{ margin: 0 }}><Trans>Upheld cases count for {proposal.windowDays} days. <Link to="/cases/workload" hash="policy">The whole policy</Link></Trans></p>
        </div>}
      </Loaded>
    </Panel>
  );
}

function ReportView({ caseId, report, mine, noContent }: { caseId: string; report: Reported; mine: boolean; noContent: boolean }) {
  const { t } = useLingui();
  const { has } = useSession();
  return (
    <article className="report">
      <div className="split"><span className="toolbar"><Pill tone="quiet">{report.reporter === 'member' ? t`from a member` : report.reporter === 'anonymous' ? t`anonymous` : report.reporter === 'partner' ? t`from a partner` : t`from outside`}</Pill>{report.machine && <Pill tone="info"><Trans>by a program</Trans></Pill>}{report.kind && <span className="mono soft">{report.kind}</span>}</span><small className="soft"><When at={report.receivedAt} /></small></div>
      {report.description ? <p className="prose">{report.description}</p> : <p className="soft">{noContent ? <Trans>No description.</Trans> : <Trans>Its words were erased, 180 days after the case was closed.</Trans>}</p>}
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
      <WaitingLookUp id={summary.id} number={summary.number} />
    </Panel>
  );
}

/** Where the co-op wants two for a look-up: what was asked for here and waits. */
function WaitingLookUp({ id, number }: { id: string; number: number }) {
  const { has } = useSession();
  const query = useQuery(waitingLookUpsQuery);
  const waiting = query.data?.find((one) => one.caseId === id);
  if (!waiting) return null;
  if (waiting.mine) return <p className="soft"><Trans>You asked for a look-up. It waits for a colleague to agree; then ask once more.</Trans></p>;
  return (
    <div className="stack" style={{ gap: '0.5rem', marginTop: '0.6rem' }}>
      <p style={{ margin: 0 }}><Trans>A colleague asks to look it up:</Trans> “{waiting.reason}”</p>
      {has('moderator') && <div className="row-actions"><AgreeButton caseId={id} number={number} /></div>}
    </div>
  );
}

function LookUp({ found }: { found: CaseDetail }) {
  const { t } = useLingui();
  const { id, address } = found.summary;
  return <ReasonButton label={<Trans>Look up the member</Trans>} icon={<IconUserSearch size={16} />} title={t`Who had ${address ?? ''} at that time?`} confirm={t`Look up`} said={t`The member is known now`}
    explain={<Trans>From address and time to the member. Ask only if the case needs it.</Trans>} run={(reason) => lookUp(id, reason)} refresh={[['case', id], ['look-ups']]} />;
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
  const confirming = useAction<undefined, Decision>({ run: () => confirmDecision(decision.id), refresh, said: (next) => (next?.state === 'proposed' ? t`Agreed; it waits for one more` : t`The decision is in force`) });
  const deciders = [decision.decidedBy, ...decision.agreed];
  const needed = decision.moderatorsNeeded;
  const mayAgree = session.has('moderator') && !deciders.includes(session.memberId ?? '');
  const voices = decision.wantReversed;
  const notTheLast = voices.length + 1 < needed;
  const tookPart = [...deciders, ...voices.map((voice) => voice.by)].includes(session.memberId ?? '');
  const mayReverse = decision.state === 'inForce' && !tookPart && (session.has('moderator') || (voices.length > 0 && session.has('board')));
  return (
    <article className="report">
      <div className="split"><DecisionState decision={decision} /><small className="soft"><When at={decision.draftedAt} /></small></div>
      <p className="prose" style={{ margin: '0.4rem 0' }}><b>{decision.rule}</b><br />{decision.reason}</p>
      {decision.measures.length > 0 && <ul className="plain">{decision.measures.map((measure) => <li key={measure.id}><MeasureText measure={measure} /></li>)}</ul>}
      {decision.endReason && <p className="soft">“{decision.endReason}”</p>}
      {decision.state === 'proposed' && <p className="soft"><Trans>{deciders.length} of {needed} moderators agree.</Trans></p>}
      {decision.state === 'proposed' && (mayAgree
        ? <div className="row-actions"><ReasonButton label={<Trans>Turn down</Trans>} size="compact-sm" title={t`Turn the proposal down`} confirm={t`Turn down`} explain={<Trans>The case goes back to the moderator who proposed it.</Trans>} run={(reason) => declineDecision(decision.id, reason)} refresh={refresh} /><Button size="compact-sm" loading={confirming.busy} onClick={() => confirming.run(undefined)}><Trans>Agree</Trans></Button></div>
        : <p className="soft"><Trans>Waits for another moderator to agree.</Trans></p>)}
      {decision.state === 'inForce' && decision.appealUntil && <p className="soft"><Trans>The member can appeal until <When at={decision.appealUntil} first="absolute" />.</Trans></p>}
      {decision.state === 'inForce' && voices.length > 0 && <p className="soft"><Trans>{voices.length} of {needed} want it reversed: “{voices.at(-1)!.reason}”</Trans></p>}
      {mayReverse && <div className="row-actions"><ReasonButton label={<Trans>Reverse</Trans>} size="compact-sm" color="red" title={t`Reverse this decision`} confirm={t`Reverse`} said={notTheLast ? t`It stays in force until another person agrees` : t`Reversed: access is restored`} explain={notTheLast ? <Trans>{needed} decided this, so {needed} others reverse it: it stays in force until the last of them agrees.</Trans> : <Trans>Every measure of it ends now, and access comes back on every node.</Trans>} run={(reason) => reverseDecision(decision.id, reason)} refresh={refresh} /></div>}
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
