import { Trans } from '@lingui/react/macro';
import { Pill } from './status';

/** Where a membership stands, in a word. */
export function MemberStatePill({ state }: { state: string }) {
  switch (state) {
    case 'applicant': return <Pill tone="info"><Trans>Applicant</Trans></Pill>;
    case 'active': return <Pill tone="ok"><Trans>Active</Trans></Pill>;
    case 'paused': return <Pill tone="quiet"><Trans>Paused</Trans></Pill>;
    case 'left': return <Pill tone="quiet"><Trans>Left</Trans></Pill>;
    case 'refused': return <Pill tone="bad"><Trans>Refused</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

export function StandingPill({ level }: { level: string }) {
  switch (level) {
    case 'good': return <Pill tone="ok"><Trans>Good standing</Trans></Pill>;
    case 'grace': return <Pill tone="warn"><Trans>In grace</Trans></Pill>;
    case 'limited': return <Pill tone="warn"><Trans>At its own limit</Trans></Pill>;
    case 'overdue': return <Pill tone="bad"><Trans>Overdue</Trans></Pill>;
    case 'sanctioned': return <Pill tone="bad"><Trans>Sanctioned</Trans></Pill>;
    default: return <Pill tone="quiet">{level}</Pill>;
  }
}

/** What an attachment may do on the mesh. */
export function RulePill({ rule, kbit }: { rule: string; kbit?: number | null }) {
  switch (rule) {
    case 'full': return <Pill tone="ok"><Trans>Full access</Trans></Pill>;
    case 'slowLane': return <Pill tone="warn">{kbit ? <Trans>Slow lane, {kbit} kbit/s</Trans> : <Trans>Slow lane</Trans>}</Pill>;
    case 'walledGarden': return <Pill tone="bad"><Trans>Walled garden</Trans></Pill>;
    case 'drop': return <Pill tone="bad"><Trans>Dropped</Trans></Pill>;
    default: return <Pill tone="quiet">{rule}</Pill>;
  }
}

export function InvoiceStatePill({ state }: { state: string }) {
  switch (state) {
    case 'issued': return <Pill tone="info"><Trans>Issued</Trans></Pill>;
    case 'partlyPaid': return <Pill tone="warn"><Trans>Partly paid</Trans></Pill>;
    case 'paid': return <Pill tone="ok"><Trans>Paid</Trans></Pill>;
    case 'overdue': return <Pill tone="bad"><Trans>Overdue</Trans></Pill>;
    case 'writtenOff': return <Pill tone="quiet"><Trans>Written off</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

/** How lately a node was heard. */
export function LivePill({ live }: { live: string }) {
  switch (live) {
    case 'up': return <Pill tone="ok"><Trans>Up</Trans></Pill>;
    case 'late': return <Pill tone="warn"><Trans>Late</Trans></Pill>;
    case 'down': return <Pill tone="bad"><Trans>Down</Trans></Pill>;
    case 'never': return <Pill tone="quiet"><Trans>Never seen</Trans></Pill>;
    default: return <Pill tone="quiet">{live}</Pill>;
  }
}

export function NodeStatePill({ state }: { state: string }) {
  switch (state) {
    case 'pending': return <Pill tone="info"><Trans>Waiting for its code</Trans></Pill>;
    case 'enrolled': return <Pill tone="ok"><Trans>Enrolled</Trans></Pill>;
    case 'retired': return <Pill tone="quiet"><Trans>Retired</Trans></Pill>;
    case 'revoked': return <Pill tone="bad"><Trans>Revoked</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}
