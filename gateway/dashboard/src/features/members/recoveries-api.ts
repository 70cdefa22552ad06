import { queryOptions } from '@tanstack/react-query';
import { get, post, put, segment } from '@/shared/api';

export interface Recovery {
  id: string;
  memberId: string;
  name: string;
  state: 'asked' | 'approved-once' | 'waiting' | 'due' | 'done' | 'stopped' | 'lapsed' | string;
  openedAt: string;
  /** Null where somebody asked at the sign-in page. */
  openedBy?: string | null;
  reason: string;
  approvals: { by: string; at: string }[];
  dueAt?: string | null;
  codeAt?: string | null;
  endedAt?: string | null;
  endedBy?: string | null;
}

export interface Recoveries {
  delayHours: number;
  delayHoursMin: number;
  delayHoursMax: number;
  items: Recovery[];
}

export interface RecoveryCode {
  code: string;
  expiresAt: string;
  page: string;
}

const at = (id: string) => `/api/recoveries/${segment(id)}`;
export const recoveriesQuery = queryOptions({ queryKey: ['recoveries'], queryFn: ({ signal }) => get<Recoveries>('/api/recoveries', signal) });
export const openRecovery = (memberId: string, reason: string) => post<Recovery>('/api/recoveries', { memberId, reason });
export const approveRecovery = (id: string) => post<Recovery>(`${at(id)}/approval`);
export const stopRecovery = (id: string) => post<Recovery>(`${at(id)}/stop`);
export const recoveryCode = (id: string) => post<RecoveryCode>(`${at(id)}/code`);
export const sayDelay = (hours: number) => put<{ hours: number }>('/api/recoveries/delay', { hours });
