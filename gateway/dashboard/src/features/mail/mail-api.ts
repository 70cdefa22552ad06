import { queryOptions } from '@tanstack/react-query';
import { get, post, put, remove, segment } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';

export interface MailQueue {
  /** Why none leaves: server, sender or paused. */
  hindrance?: 'server' | 'sender' | 'paused' | string | null;
  why?: string | null;
  pausedUntil?: string | null;
  perMinute: number;
  counts: Record<string, number>;
}

export interface Mail {
  id: number;
  notice: string;
  about: string;
  payerId: string;
  state: string;
  attempts: number;
  queuedAt: string;
  sentAt?: string | null;
  sentTo?: string | null;
  answer?: string | null;
}

export interface Words {
  language: string;
  subject: string;
  body: string;
  own: boolean;
}

export interface NoticeKind {
  notice: string;
  enabled: boolean;
  enclosed: boolean;
  places: string[];
  needed: string[];
  words: Words[];
}

/** A letter of membership's. */
export interface MemberMail extends Omit<Mail, 'payerId'> {
  memberId: string;
}

const REFRESH_MS = 5_000;

export const queueQuery = queryOptions({ queryKey: ['mail', 'queue'], queryFn: ({ signal }) => get<MailQueue>('/api/billing/mail', signal), refetchInterval: REFRESH_MS });
export const mailsQuery = (state?: string) => pagesQuery<Mail>(['mail', 'mails'], '/api/billing/mail/mails', { state });
export const memberQueueQuery = queryOptions({ queryKey: ['member-mail', 'queue'], queryFn: ({ signal }) => get<MailQueue>('/api/members/mail', signal), refetchInterval: REFRESH_MS });
export const memberMailsQuery = (state?: string) => pagesQuery<MemberMail>(['member-mail', 'mails'], '/api/members/mail/mails', { state });
export const memberAgain = (id: number) => post<MemberMail>(`/api/members/mail/mails/${id}/again`);
export const memberDrop = (id: number, reason: string) => post<MemberMail>(`/api/members/mail/mails/${id}/drop`, { reason });
export const memberRetryAll = () => post<{ mails: number }>('/api/members/mail/retry');
export const noticesQuery = queryOptions({ queryKey: ['mail', 'notices'], queryFn: ({ signal }) => get<{ items: NoticeKind[] }>('/api/billing/mail/notices', signal).then((answer) => answer.items) });
export const again = (id: number) => post<Mail>(`/api/billing/mail/mails/${id}/again`);
export const drop = (id: number, reason: string) => post<Mail>(`/api/billing/mail/mails/${id}/drop`, { reason });
export const retryAll = () => post<{ mails: number }>('/api/billing/mail/retry');
export const sayPolicy = (notice: string, policy: { enabled: boolean; enclosed: boolean }) => put<NoticeKind>(`/api/billing/mail/notices/${segment(notice)}`, policy);
export const sayWords = (notice: string, language: string, words: { subject: string; body: string }) => put<NoticeKind>(`/api/billing/mail/notices/${segment(notice)}/words/${segment(language)}`, words);
export const forgetWords = (notice: string, language: string) => remove<NoticeKind>(`/api/billing/mail/notices/${segment(notice)}/words/${segment(language)}`);
export const preview = (asked: { notice: string; language: string; subject: string; body: string }) => post<{ subject: string; body: string }>('/api/billing/mail/preview', asked);
