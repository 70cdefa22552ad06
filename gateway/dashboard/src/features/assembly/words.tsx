import { Trans } from '@lingui/react/macro';
import { Pill } from '@/shared/ui/status';
import type { Proposal } from './assembly-api';
import type { Fault } from './ballot';

/** Where a proposal stands, in a word. */
export function ProposalState({ of }: { of: Proposal }) {
  switch (of.state) {
    case 'draft': return <Pill tone="quiet"><Trans>Looks for seconders</Trans></Pill>;
    case 'discussion': return <Pill tone="info"><Trans>In discussion</Trans></Pill>;
    case 'voting': return of.takesBallots ? <Pill tone="warn"><Trans>Vote is open</Trans></Pill> : <Pill tone="info"><Trans>Being counted</Trans></Pill>;
    case 'withdrawn': return <Pill tone="quiet"><Trans>Taken back</Trans></Pill>;
    default: return <OutcomePill outcome={of.result?.outcome ?? ''} />;
  }
}

export function OutcomePill({ outcome }: { outcome: string }) {
  switch (outcome) {
    case 'adopted': return <Pill tone="ok"><Trans>Adopted</Trans></Pill>;
    case 'rejected': return <Pill tone="bad"><Trans>Rejected</Trans></Pill>;
    case 'no-quorum': return <Pill tone="quiet"><Trans>Too few ballots</Trans></Pill>;
    default: return <Pill tone="quiet">{outcome}</Pill>;
  }
}

export function KindName({ of }: { of: string }) {
  switch (of) {
    case 'resolution': return <Trans>a decision in words</Trans>;
    case 'rules': return <Trans>the co-op’s rules</Trans>;
    case 'policy': return <Trans>what follows from owing</Trans>;
    case 'terms': return <Trans>how the assembly decides</Trans>;
    case 'dues': return <Trans>dues</Trans>;
    case 'budget': return <Trans>a budget</Trans>;
    case 'outage-credit': return <Trans>what outages give back</Trans>;
    case 'hardship': return <Trans>to be spared for a while</Trans>;
    default: return <>{of}</>;
  }
}

export function MajorityName({ of }: { of: string | null | undefined }) {
  return of === 'two-thirds' ? <Trans>two thirds of yes and no</Trans> : <Trans>more yes than no</Trans>;
}

export function ChoiceName({ of }: { of: string }) {
  switch (of) {
    case 'yes': return <Trans>Yes</Trans>;
    case 'no': return <Trans>No</Trans>;
    default: return <Trans>Abstain</Trans>;
  }
}

/** What is wrong with a record or a receipt. */
export function FaultText({ of }: { of: Fault }) {
  switch (of) {
    case 'unreadable': return <Trans>The record is damaged: it cannot be read.</Trans>;
    case 'signature': return <Trans>The record is not what the co-op signed.</Trans>;
    case 'ballot-unsigned': return <Trans>A ballot in it was altered, or was never signed for this vote.</Trans>;
    case 'ballot-twice': return <Trans>A ballot stands in it twice.</Trans>;
    case 'more-than-signed': return <Trans>There are more ballots in it than were signed for members.</Trans>;
    case 'tally': return <Trans>The tally is not what the ballots say.</Trans>;
    case 'outcome': return <Trans>The outcome does not follow from the tally.</Trans>;
    case 'receipt-elsewhere': return <Trans>The receipt is of another vote.</Trans>;
    case 'receipt-unsigned': return <Trans>The co-op did not sign this receipt.</Trans>;
    case 'other-key': return <Trans>Your ballot was signed by another key than everybody else’s. Show your receipt to other members: that must not be.</Trans>;
    case 'receipt-missing': return <Trans>Your ballot was taken and is not in the record. Your receipt proves it: show it to other members.</Trans>;
    case 'receipt-altered': return <Trans>Your ballot is in the record and says something else. Your receipt proves it: show it to other members.</Trans>;
  }
}
