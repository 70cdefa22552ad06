import { post, segment } from './api';

/** What a new node needs to come in: shown once. */
export interface Enrolment {
  code: string;
  expiresAt: string;
  caFingerprint: string;
  membership: string;
  billing: string;
}

export interface NewNode {
  id: string;
  enrolment: Enrolment;
}

export const createNode = (node: { ownerId: string; siteId: string; name: string; gateway: boolean }) => post<NewNode>('/api/nodes', node);
export const newCode = (id: string) => post<NewNode>(`/api/nodes/${segment(id)}/code`);

/** The whole configuration file of a new node. */
export const agentConf = (enrolment: Enrolment): string =>
  [
    'state-dir: /var/lib/coopmesh',
    `membership: ${enrolment.membership}`,
    `billing: ${enrolment.billing}`,
    `enrolment-code: ${enrolment.code}`,
    `ca-fingerprint: ${enrolment.caFingerprint}`,
    'window: PT5M',
    'counters: nftables',
    'firewall: nftables',
    '',
  ].join('\n');
