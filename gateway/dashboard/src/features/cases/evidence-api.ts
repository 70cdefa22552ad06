import { queryOptions } from '@tanstack/react-query';
import { get, post, segment, type Page } from '@/shared/api';

export interface Standing {
  kept: boolean;
  sealed: boolean;
  /** How many moderators open it together. */
  quorum: number;
  /** How many consented to one's own opening it. */
  consents: number;
  mine: boolean;
  readings: { moderatorId: string; what: 'read' | 'consented' | 'refused'; reason: string; at: string }[];
  erased?: { sha256: string; rule: string; at: string } | null;
}

export interface EvidenceKey {
  id: string;
  moderatorId: string;
  fingerprint: string;
  madeAt: string;
  admittedAt?: string | null;
  retiredAt?: string | null;
}

export interface Partner {
  id: string;
  name: string;
  trusted: boolean;
  reportsPerHour: number;
  addedAt: string;
  endedAt?: string | null;
}

export interface Mute {
  id: string;
  reportId: string;
  reporter: string;
  reason: string;
  mutedAt: string;
  until: string;
  liftedAt?: string | null;
}

export interface Refusal {
  format: string;
  partnerId?: string | null;
  field: string;
  reason: string;
  sha256: string;
  sizeBytes: number;
  at: string;
}

export const evidencePath = (caseId: string, id: string) => `/api/cases/${segment(caseId)}/evidence/${segment(id)}`;
export const standingQuery = (caseId: string, id: string) => queryOptions({ queryKey: ['case', caseId, 'evidence', id], queryFn: ({ signal }) => get<Standing>(evidencePath(caseId, id), signal) });
export const consent = (caseId: string, id: string, reason: string, passphrase: string) => post(`${evidencePath(caseId, id)}/consent`, { reason, passphrase });

const list = <T>(key: string, path: string) => queryOptions({ queryKey: [key], queryFn: ({ signal }) => get<Page<T>>(path, signal).then((page) => page.items) });
const KEYS = '/api/abuse/evidence-keys';
export const keysQuery = list<EvidenceKey>('evidence-keys', KEYS);
export const makeKey = (passphrase: string) => post<EvidenceKey>(KEYS, { passphrase });
export const changeKey = (passphrase: string, newPassphrase: string) => post<EvidenceKey>(`${KEYS}/mine/change`, { passphrase, newPassphrase });
export const admitKey = (id: string, passphrase: string) => post(`${KEYS}/${segment(id)}/admission`, { passphrase });
export const retireKey = (id: string) => post(`${KEYS}/${segment(id)}/retirement`);
export const partnersQuery = list<Partner>('partners', '/api/abuse/partners');
export const addPartner = (partner: { name: string; trusted: boolean; reportsPerHour: number }) => post<{ partner: Partner; key: string }>('/api/abuse/partners', partner);
export const endPartner = (id: string) => post(`/api/abuse/partners/${segment(id)}/end`);
export const mutesQuery = list<Mute>('mutes', '/api/abuse/mutes');
export const mute = (reportId: string, reason: string, until: string) => post<Mute>(`/api/abuse/reports/${segment(reportId)}/mute`, { reason, until });
export const liftMute = (id: string, reason: string) => post(`/api/abuse/mutes/${segment(id)}/lift`, { reason });
export const refusalsQuery = list<Refusal>('refused-reports', '/api/abuse/refused-reports');
