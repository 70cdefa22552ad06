import { queryOptions } from '@tanstack/react-query';
import { get, post, put, remove, segment, withQuery } from '@/shared/api';
import type { ProviderCode } from '@/shared/checkout';
import type { Money } from '@/shared/money';

/** What the payer let a provider keep. */
export interface Saving {
  id: string;
  payerId: string;
  provider: ProviderCode;
  label: string;
  savedAt: string;
}

export type Way = 'direct-debit' | 'saved' | 'wallet';

export interface Choice {
  payerId: string;
  way: Way | string;
  savingId?: string | null;
  floor?: Money | null;
  topUp?: Money | null;
  chosenAt: string;
  stoppedAt?: string | null;
  /** In the provider's words. */
  stoppedWhy?: string | null;
}

/** What comes next for an open invoice. */
export interface Coming {
  invoiceId: string;
  invoiceNumber: string;
  amount: Money;
  state: 'coming' | 'asked' | 'over' | string;
  on?: string | null;
  why?: 'exhausted' | 'payer' | 'useless' | 'went-back' | string | null;
}

export interface Try {
  id: string;
  payerId: string;
  /** Nothing where it filled the wallet. */
  invoiceId?: string | null;
  invoiceNumber?: string | null;
  number: number;
  amount: Money;
  askedOn: string;
  state: 'asked' | 'taken' | 'failed' | 'void' | string;
  decline?: 'passing' | 'payer' | 'final' | null;
  why?: string | null;
}

export interface Mine {
  schedule: { days: number[]; graceDays: number; topUpDays: number[]; topUpsADay: number };
  offered: ProviderCode[];
  payerIds: string[];
  savings: Saving[];
  choices: Choice[];
  coming: Coming[];
  tries: Try[];
}

export interface NewChoice {
  way: Way;
  savingId: string | null;
  floor: string | null;
  topUp: string | null;
}

const BASE = '/api/autopay';
const CAME_MS = 3_000;

/** @param came whether the member just came from a provider's page: what they gave there shows as soon as it is known */
export const mineQuery = (came: boolean) => queryOptions({ queryKey: ['autopay', 'mine'], queryFn: ({ signal }) => get<Mine>(withQuery(`${BASE}/mine`, { came: came ? 'true' : undefined }), signal), refetchInterval: came ? CAME_MS : false });
export const save = (payerId: string, provider: ProviderCode) => post<{ page: string }>(`${BASE}/savings`, { payerId, provider });
export const forget = (id: string) => remove<void>(`${BASE}/savings/${segment(id)}`);
export const choose = (payerId: string, choice: NewChoice) => put<Choice>(`${BASE}/${segment(payerId)}`, choice);
export const end = (payerId: string) => remove<void>(`${BASE}/${segment(payerId)}`);
