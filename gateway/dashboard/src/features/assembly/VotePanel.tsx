import { Button, Radio } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { onSubmit, useAction } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Panel } from '@/shared/ui/page';
import type { Proposal } from './assembly-api';
import { CHOICES, type Choice, type Receipt } from './ballot';
import { onItsWay, receiptOf, vote } from './desk';
import { ReceiptTools } from './ReceiptTools';
import { ChoiceName } from './words';

/** Where a member votes: the ballot is written and folded here, signed unseen, and cast without a name. */
export function VotePanel({ proposal }: { proposal: Proposal }) {
  const { t } = useLingui();
  const waiting = onItsWay(proposal.id);
  const [choice, setChoice] = useState<Choice | ''>(waiting?.choice ?? '');
  const [receipt, setReceipt] = useState<Receipt | null>(() => receiptOf(proposal.id));
  const action = useAction<Choice, Receipt>({ run: (picked) => vote(proposal.id, proposal.ballotKey ?? '', picked), refresh: [['assembly']], done: (made) => setReceipt(made) });
  if (receipt) {
    return (
      <Panel title={t`Your vote`}>
        <div className="form">
          <Notice tone="ok" live title={t`Your ballot is in the box`}><Trans>Nobody can find out from the co-op’s server which one is yours. Your receipt can: with it you check after the vote that your ballot was counted as you cast it. Show it to nobody, unless your ballot is missing.</Trans></Notice>
          <ReceiptTools receipt={receipt} forgotten={() => setReceipt(null)} />
        </div>
      </Panel>
    );
  }
  if (!proposal.mayVote) return <Panel title={t`Your vote`}><Notice tone="quiet" title={t`You are not on the roll of this vote`}><Trans>Who was an active member before the vote opened has a vote.</Trans></Notice></Panel>;
  if (proposal.ballotSigned && !waiting) return <Panel title={t`Your vote`}><Notice tone="quiet" title={t`You have voted`}><Trans>Your ballot was signed from another browser, or its receipt was removed here. Every member has one vote.</Trans></Notice></Panel>;
  return (
    <Panel title={t`Your vote`}>
      <form className="form" onSubmit={onSubmit(() => choice && action.run(choice))}>
        {waiting && <Notice tone="warn" title={t`Your ballot is not in the box yet`}><Trans>It is written and stays as it is. Cast it now.</Trans></Notice>}
        <Radio.Group label={t`Do you agree with the proposal?`} value={choice} onChange={(picked) => setChoice(picked as Choice)}>
          <div className="choices">{CHOICES.map((one) => <Radio key={one} value={one} disabled={waiting !== null} label={<ChoiceName of={one} />} />)}</div>
        </Radio.Group>
        <p className="soft"><Trans>This browser folds your ballot before it leaves: the co-op signs it without seeing what it says, once for each member. Then it is cast without your name. Once cast, it cannot be changed.</Trans></p>
        <ProblemNotice error={action.error} />
        <div className="end"><Button type="submit" loading={action.busy} disabled={choice === ''}><Trans>Cast my ballot</Trans></Button></div>
      </form>
    </Panel>
  );
}
