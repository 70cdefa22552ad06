import { Trans } from '@lingui/react/macro';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { queryOptions } from '@tanstack/react-query';
import { post } from './api';
import { Pill } from './ui/status';

export const CATEGORIES = ['spam', 'intrusion', 'malware', 'copyright', 'harassment', 'fraud', 'illegal_content', 'child_safety', 'network_misuse', 'other'] as const;

/** What a complaint is about, in words. */
export function categoryName(category: string): MessageDescriptor {
  switch (category) {
    case 'spam': return msg`Spam`;
    case 'intrusion': return msg`Attack or break-in`;
    case 'malware': return msg`Malware`;
    case 'copyright': return msg`Copyright`;
    case 'harassment': return msg`Harassment`;
    case 'fraud': return msg`Fraud`;
    case 'illegal_content': return msg`Illegal content`;
    case 'child_safety': return msg`Child safety`;
    case 'network_misuse': return msg`Misuse of the network`;
    case 'other': return msg`Something else`;
    default: return { id: category, message: category };
  }
}

export function CaseStatePill({ state }: { state: string }) {
  switch (state) {
    case 'open': return <Pill tone="bad"><Trans>Open</Trans></Pill>;
    case 'underReview': return <Pill tone="info"><Trans>Under review</Trans></Pill>;
    case 'decided': return <Pill tone="ok"><Trans>Decided</Trans></Pill>;
    case 'closed': return <Pill tone="quiet"><Trans>Closed</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

export interface Target {
  kind: 'member' | 'address' | 'node';
  value: string;
}

/** What a ban would hit, and whether a rule forbids it. */
export interface BlastRadius {
  members: number;
  attachments: number;
  addresses: number;
  refused?: { rule: string; why: string } | null;
}

export const blastRadiusQuery = (target: Target) =>
  queryOptions({
    queryKey: ['blast-radius', target],
    queryFn: () => post<BlastRadius>('/api/bans/preview', { target }),
    enabled: target.value.trim() !== '',
    retry: false,
    staleTime: 15_000,
  });
