import { queryOptions } from '@tanstack/react-query';
import { get, post, withQuery, type Page } from '@/shared/api';

export const ROSTER_COLUMNS = ['name', 'email', 'phone', 'joined_on', 'site', 'address', 'latitude', 'longitude', 'plan', 'payer_name', 'payer_email', 'payer_address'];

export interface RosterProblem {
  /** The line of a CSV, `installs[3]`, or empty for the file as a whole. */
  at: string;
  field: string;
  rule: string;
  message: string;
}

export interface RosterStep {
  at: string;
  name: string;
  email: string;
  site?: string | null;
  planCode?: string | null;
  payer?: string | null;
  /** Nothing for a line that is known already. */
  makes: ('member' | 'site' | 'payer')[];
  memberId?: string | null;
  namesakes: { id: string; name: string; email: string }[];
}

export interface RosterPreview {
  sha256: string;
  format: string;
  takenAt?: string | null;
  members: number;
  sites: number;
  payers: number;
  lines: RosterStep[];
  problemCount: number;
  problems: RosterProblem[];
  skippedCount: number;
  skipped: RosterProblem[];
}

export interface RosterTaken {
  sha256: string;
  name: string;
  at: string;
  lines: number;
  members: number;
  sites: number;
  payers: number;
  again: boolean;
}

export const SORTING_COLUMNS = ['email', 'labels', 'site', 'zone', 'nodes'];

/** What was, and what is to be; `to` null where it stays. */
export interface SortingChange<T> {
  from: T;
  to?: T | null;
}

export interface SortingLine {
  at: string;
  memberId: string;
  name: string;
  siteId?: string | null;
  site?: string | null;
  labels: SortingChange<string[]>;
  zone: SortingChange<string>;
  nodes: SortingChange<string[]>;
  changes: boolean;
}

export interface SortingPreview {
  sha256: string;
  changes: number;
  lines: SortingLine[];
  problemCount: number;
  problems: RosterProblem[];
}

const bytes = (file: Blob) => new Blob([file], { type: 'application/octet-stream' });
export const importsQuery = queryOptions({ queryKey: ['members', 'imports'], queryFn: ({ signal }) => get<Page<RosterTaken>>('/api/members/imports', signal).then((page) => page.items) });
export const previewRoster = (file: Blob, plan: string) => post<RosterPreview>(withQuery('/api/members/import/preview', { plan }), bytes(file));
export const takeRoster = (file: File, sha256: string, plan: string, from: string) => post<RosterTaken>(withQuery('/api/members/import', { sha256, name: file.name, plan, from }), bytes(file));
export const previewSorting = (file: Blob) => post<SortingPreview>('/api/members/sorting/preview', bytes(file));
export const takeSorting = (file: Blob, sha256: string) => post<{ lines: number }>(withQuery('/api/members/sorting', { sha256 }), bytes(file));
