import { Button, Textarea } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { coopQuery } from '@/shared/coop';
import { formatMoney, fromMicro } from '@/shared/money';
import { useSession } from '@/shared/session';
import { absolute } from '@/shared/time';
import { ReasonButton, onSubmit, useAction } from '@/shared/ui/action';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { commentsQuery, hide, proposalQuery, say, second, withdraw, type Change, type Comment, type Proposal } from './assembly-api';
import { ResultPanel } from './ResultPanel';
import { VotePanel } from './VotePanel';
import { KindName, MajorityName, ProposalState } from './words';
import './assembly.css';

const ASSEMBLY = [['assembly']];

/** One proposal: what it says, what members say about it, the vote and what came of it. */
export default function ProposalPage() {
  const { t } = useLingui();
  const { has, memberId } = useSession();
  const { proposalId = '' } = useParams({ strict: false });
  const query = useQuery(proposalQuery(proposalId));
  const proposal = query.data;
  const crumb = { to: '/assembly', label: t`Assembly` };
  const seconding = useAction<void, Proposal>({ run: () => second(proposalId), refresh: ASSEMBLY, said: () => t`Seconded` });
  if (!proposal) return <Page title={t`A proposal`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const own = proposal.by === memberId;
  const before = proposal.state === 'draft' || proposal.state === 'discussion';
  return (
    <Page title={proposal.title} crumb={crumb} lead={<span className="toolbar"><ProposalState of={proposal} /><span><Trans>No. {proposal.number}, by {proposal.byName}</Trans></span><When at={proposal.submittedAt} /></span>}
      actions={<>
        {before && (own || has('board')) && <ReasonButton label={<Trans>Take back</Trans>} title={t`Take the proposal back`} confirm={t`Take it back`} said={t`Taken back`} run={(reason) => withdraw(proposal.id, reason)} refresh={ASSEMBLY} explain={<Trans>It is not voted on. It stays to be read, with the reason.</Trans>} />}
        {proposal.state === 'draft' && !own && !proposal.seconded && <Button loading={seconding.busy} onClick={() => seconding.run()}><Trans>Second it</Trans></Button>}
      </>}>
      <ProblemNotice error={seconding.error} />
      {proposal.withdrawnWhy && <Notice tone="quiet" title={t`Taken back`}>{proposal.withdrawnWhy}</Notice>}
      <div className="columns">
        <div className="stack">
          <Panel title={t`What is proposed`}><p className="said">{proposal.text}</p><Changes of={proposal.change} /></Panel>
          {proposal.state === 'voting' && proposal.takesBallots && <VotePanel proposal={proposal} />}
          {proposal.result && <ResultPanel proposal={proposal} result={proposal.result} />}
          <Discussion proposal={proposal} />
        </div>
        <div className="stack"><Days of={proposal} /></div>
      </div>
    </Page>
  );
}

function Changes({ of }: { of: Change }) {
  const { t, i18n } = useLingui();
  const currency = useQuery(coopQuery).data?.currency;
  const monthly = of.monthlyMicro !== null && of.monthlyMicro !== undefined && currency ? formatMoney({ amount: fromMicro(BigInt(of.monthlyMicro)), currency }, i18n.locale) : null;
  return (
    <>
      <Facts items={[
        [t`Changes`, <KindName key="k" of={of.kind} />],
        [t`Slow lane in kbit/s`, of.slowLaneKbit],
        [t`Slow lane after days`, of.slowLaneAfterDays],
        [t`Walled garden after days more`, of.wallAfterDays],
        [t`Quorum, in percent`, of.quorumPercent],
        [t`Majority`, of.majority && <MajorityName key="m" of={of.majority} />],
        [t`Majority for rules and terms`, of.rulesMajority && <MajorityName key="r" of={of.rulesMajority} />],
        [t`Seconders`, of.seconders],
        [t`Days of discussion`, of.discussionDays],
        [t`Days to vote`, of.votingDays],
        [t`Plan`, of.planCode && <code key="p">{of.planCode}</code>],
        [t`Outages from this many hours`, of.afterHours],
        [t`Percent of the dues of that time`, of.percent],
        [t`Until`, of.hardshipUntil && <When key="u" at={of.hardshipUntil} plain />],
        [t`For what`, of.purpose],
        [t`A month`, monthly],
      ]} />
      {of.rulesText && <details className="rules-text"><summary><Trans>The whole new text of the rules</Trans></summary><p className="said">{of.rulesText}</p></details>}
    </>
  );
}

function Days({ of }: { of: Proposal }) {
  const { t } = useLingui();
  return (
    <Panel title={t`Its days`}>
      <Facts items={[
        [t`Seconders`, of.state === 'draft' ? t`${of.seconders} of ${of.secondersWanted}` : of.seconders],
        [t`Vote opens`, of.opensOn && <When key="o" at={of.opensOn} first="absolute" />],
        [t`Last day to vote`, of.closesOn && <When key="c" at={of.closesOn} first="absolute" />],
        [t`Holds from`, (of.effectiveOn ?? of.effectFrom) && <When key="e" at={of.effectiveOn ?? of.effectFrom} first="absolute" />],
        [t`Quorum`, of.quorumPercent !== null && of.quorumPercent !== undefined && t`${of.quorumPercent} % of those on the roll`],
        [t`Majority`, of.majority && <MajorityName key="m" of={of.majority} />],
        [t`On the roll`, of.electorate !== null && of.electorate !== undefined && <Plural key="r" value={of.electorate} one="# member" other="# members" />],
        [t`Ballots signed`, of.signed],
        [t`Ballots cast`, of.cast],
      ]} />
    </Panel>
  );
}

function Discussion({ proposal }: { proposal: Proposal }) {
  const { t } = useLingui();
  const query = useQuery(commentsQuery(proposal.id));
  const [text, setText] = useState('');
  const action = useAction<void, Comment>({ run: () => say(proposal.id, text.trim()), refresh: [['assembly', 'comments', proposal.id]], done: () => setText('') });
  const open = proposal.state !== 'counted' && proposal.state !== 'withdrawn';
  return (
    <Panel title={t`Discussion`}>
      <div className="form">
        <Loaded query={query} lines={3}>{(comments) => comments.length === 0
          ? <p className="soft"><Trans>Nobody has said anything yet.</Trans></p>
          : <ol className="comments">{comments.map((one) => <Said key={one.id} comment={one} proposalId={proposal.id} />)}</ol>}</Loaded>
        {open && (
          <form className="form" onSubmit={onSubmit(() => action.run())}>
            <Textarea label={t`What you say`} autosize minRows={2} maxLength={2000} value={text} onChange={(event) => setText(event.currentTarget.value)} error={action.fieldError('text')} />
            <ProblemNotice error={action.error} />
            <div className="end"><Button type="submit" variant="default" loading={action.busy} disabled={text.trim() === ''}><Trans>Say it</Trans></Button></div>
          </form>
        )}
      </div>
    </Panel>
  );
}

function Said({ comment, proposalId }: { comment: Comment; proposalId: string }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  return (
    <li>
      <div className="toolbar"><strong>{comment.byName}</strong><small className="soft">{absolute(comment.at, i18n.locale)}</small>
        {has('board', 'moderator') && comment.text && <ReasonButton size="compact-xs" label={<Trans>Hide</Trans>} title={t`Hide what was said`} confirm={t`Hide it`} said={t`Hidden`} run={(reason) => hide(proposalId, comment.id, reason)} refresh={[['assembly', 'comments', proposalId]]} explain={<Trans>Everybody reads that it was hidden, and why. It is kept.</Trans>} />}
      </div>
      {comment.text ? <p className="said">{comment.text}</p> : <p className="soft"><Trans>Hidden: {comment.hiddenWhy}</Trans></p>}
    </li>
  );
}
