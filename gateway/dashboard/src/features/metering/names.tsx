import { Trans } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Pill } from '@/shared/ui/status';
import { nodeNamesQuery, type Decision, type Discrepancy } from './metering-api';

export const reasonCode = (told: string): string => told.split(':')[0]!.trim();

/** Why a report was set aside, in plain words; the service's own sentence where a reason is newer than this page. */
export function ReasonText({ of }: { of: string }) {
  switch (reasonCode(of)) {
    case 'endsBeforeStart': return <Trans>The window does not end after it starts</Trans>;
    case 'windowTooLong': return <Trans>The window is longer than an hour</Trans>;
    case 'fromTheFuture': return <Trans>The window is from the future, by the server’s clock</Trans>;
    case 'tooOld': return <Trans>The window is older than a node can keep</Trans>;
    case 'counterOverflow': return <Trans>A counter is larger than any counter can be</Trans>;
    case 'beyondLineRate': return <Trans>More bytes than the line can carry in the window</Trans>;
    case 'unknownAttachment': return <Trans>Speaks of addresses that nobody has, or nobody has yet</Trans>;
    case 'foreignAttachment': return <Trans>Claims the addresses of another node as its own</Trans>;
    case 'chainBroken': return <Trans>Does not fit to the reports beside it</Trans>;
    case 'conflict': return <Trans>Another report with the same number is kept already</Trans>;
    default: return <>{of.includes(':') ? of.slice(of.indexOf(':') + 1).trim() : of}</>;
  }
}

/** What a person should look at before deciding. */
export function ReasonHint({ of }: { of: string }) {
  switch (reasonCode(of)) {
    case 'fromTheFuture': case 'tooOld': case 'endsBeforeStart': case 'windowTooLong': return <Trans>Most often the clock of the box was wrong. Ask its owner to look at the time on the box.</Trans>;
    case 'beyondLineRate': case 'counterOverflow': return <Trans>Look at the rate beside what the line can carry. A line that became faster is told to the network operators; a box that makes up bytes is a case for the moderators.</Trans>;
    case 'unknownAttachment': case 'foreignAttachment': return <Trans>Look at which site had these addresses at that time. Addresses that moved from one node to another explain it; else it is a case for the moderators.</Trans>;
    case 'chainBroken': case 'conflict': return <Trans>Two boxes may use one key, or a spool was copied back. The key may have to be revoked.</Trans>;
    default: return <Trans>Compare what it says with the hours around it and with what the neighbours counted.</Trans>;
  }
}

export function NodeName({ nodeId }: { nodeId: string }) {
  const node = useQuery(nodeNamesQuery).data?.get(nodeId);
  return node ? <Link to="/nodes/$nodeId" params={{ nodeId: node.id }}>{node.name}</Link> : <span className="mono">{nodeId.slice(0, 12)}</span>;
}

export function DecisionPill({ of }: { of: Decision }) {
  return of.accepted ? <Pill tone="ok"><Trans>Counts</Trans></Pill> : <Pill tone="quiet"><Trans>Stays at zero</Trans></Pill>;
}

export function Ends({ low, high }: { low: string; high: string }) {
  return <span><NodeName nodeId={low} /> – <NodeName nodeId={high} /></span>;
}

/** Until this long after its last window a disagreement may still grow. */
const GOES_ON_MS = 2 * 3600 * 1000;

export function GoesOnPill({ of }: { of: Discrepancy }) {
  return Date.now() - Date.parse(of.to) < GOES_ON_MS ? <Pill tone="warn"><Trans>Goes on</Trans></Pill> : <Pill tone="quiet"><Trans>Over</Trans></Pill>;
}
