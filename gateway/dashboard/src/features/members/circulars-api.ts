import { queryOptions } from '@tanstack/react-query';
import { get, put, segment, withQuery } from '@/shared/api';
import { pagesQuery } from '@/shared/lists';

export interface Circular {
  id: string;
  by: string;
  at: string;
  /** Empty: any. */
  label: string;
  zone: string;
  /** How many were chosen one by one; 0 where label and zone say whom it is for. */
  chosen: number;
  language: string;
  subject: string;
  text: string;
}

export interface CircularProgress {
  recipients: number;
  waiting: number;
  sent: number;
  notSent: number;
}

export type Draft = Pick<Circular, 'label' | 'zone' | 'language' | 'subject' | 'text'> & { members?: string[] };

/** Of more than these nobody chooses one by one. */
export const CHOSEN_MAX = 500;

const BASE = '/api/members/circulars';

export const circularsQuery = pagesQuery<Circular>(['circulars'], BASE, {}, 20);
export const reachQuery = (label: string, zone: string) =>
  queryOptions({ queryKey: ['circulars', 'reach', label, zone], queryFn: ({ signal }) => get<{ recipients: number }>(withQuery(`${BASE}/reach`, { label, zone }), signal) });
export const progressQuery = (id: string) =>
  queryOptions({ queryKey: ['circulars', 'progress', id], queryFn: ({ signal }) => get<CircularProgress>(`${BASE}/${segment(id)}/progress`, signal) });
/** The same number again sends nothing twice. */
export const sendCircular = (id: string, draft: Draft) => put<Circular>(`${BASE}/${segment(id)}`, draft);
