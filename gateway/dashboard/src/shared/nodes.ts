import { post, segment } from './api';

/** What a new node needs to come in: shown once. */
export interface Enrolment {
  code: string;
  expiresAt: string;
  caFingerprint: string;
  membership: string;
  billing: string;
  /** All of it in one line, as the agent’s enrol takes it. */
  invitation: string;
  /** The same to be scanned: a white square of so many units, and what is black on it. */
  qr: { side: number; path: string };
}

export interface NewNode {
  id: string;
  enrolment: Enrolment;
}

export const createNode = (node: { ownerId: string; siteId: string; name: string; gateway: boolean }) => post<NewNode>('/api/nodes', node);
export const newCode = (id: string) => post<NewNode>(`/api/nodes/${segment(id)}/code`);

/** A box without an owner, and what goes on its sticker. */
export const prepareBox = (box: { name: string; gateway: boolean }) => post<NewNode>('/api/nodes/prepared', box);
/** The box with this code becomes the caller’s node. */
export const claimBox = (claim: { code: string; siteId: string }) => post<{ id: string }>('/api/nodes/claim', claim);

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
