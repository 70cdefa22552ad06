import { newKey } from '@/shared/api';
import type { PlanPart } from '@/shared/coop';
import { readAmount, readPrice, type Money } from '@/shared/money';

export type PartType = PlanPart['type'];

export interface WindowDraft {
  key: string;
  days: string[];
  fromHour: number;
  toHour: number;
  perGb: string;
}

/** A part as it is being typed. */
export interface PartDraft {
  key: string;
  type: PartType;
  monthly: string;
  floor: string;
  suggested: string;
  ceiling: string;
  includedGb: number;
  perGb: string;
  committedMbit: string;
  perMbit: string;
  direction: string;
  windows: WindowDraft[];
}

export function draftOf(part: PlanPart | { type: PartType }): PartDraft {
  const known = part as Partial<Record<'monthly' | 'floor' | 'suggested' | 'ceiling' | 'perGb' | 'perMbit', Money>> & { includedGb?: number; committedMbit?: string; direction?: string; windows?: { days: string[]; fromHour: number; toHour: number; perGb: Money }[] };
  return {
    key: newKey(), type: part.type,
    monthly: known.monthly?.amount ?? '', floor: known.floor?.amount ?? '', suggested: known.suggested?.amount ?? '', ceiling: known.ceiling?.amount ?? '',
    includedGb: Number(known.includedGb ?? 0), perGb: known.perGb?.amount ?? '', committedMbit: known.committedMbit ?? '0', perMbit: known.perMbit?.amount ?? '', direction: known.direction ?? 'higherOfPercentiles',
    windows: (known.windows ?? [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], fromHour: 0, toHour: 7, perGb: undefined }]).map((window) => ({ key: newKey(), days: window.days, fromHour: window.fromHour, toHour: window.toHour, perGb: window.perGb?.amount ?? '' })),
  };
}

/** The parts as the service wants them, or, as "at.field", what is not an amount. */
export function toParts(drafts: PartDraft[], currency: string): { parts: PlanPart[] | null; wrong: Set<string> } {
  const wrong = new Set<string>();
  const parts = drafts.map((draft, at): PlanPart => {
    const money = (field: string, typed: string, read: (typed: string) => string | null): Money => {
      const amount = read(typed);
      if (amount === null) wrong.add(`${at}.${field}`);
      return { amount: amount ?? '0.00', currency };
    };
    switch (draft.type) {
      case 'flat': return { type: 'flat', monthly: money('monthly', draft.monthly, readAmount) };
      case 'scale': return { type: 'scale', floor: money('floor', draft.floor, readAmount), suggested: money('suggested', draft.suggested, readAmount), ceiling: money('ceiling', draft.ceiling, readAmount) };
      case 'volume': return { type: 'volume', includedGb: draft.includedGb, perGb: money('perGb', draft.perGb, readPrice) };
      case 'peak': {
        const committedMbit = draft.committedMbit.trim().replace(',', '.');
        if (!/^\d{1,6}(\.\d{1,3})?$/.test(committedMbit)) wrong.add(`${at}.committedMbit`);
        return { type: 'peak', committedMbit, perMbit: money('perMbit', draft.perMbit, readPrice), direction: draft.direction };
      }
      case 'timed': return { type: 'timed', perGb: money('perGb', draft.perGb, readPrice), windows: draft.windows.map((window, place) => ({ days: window.days, fromHour: window.fromHour, toHour: window.toHour, perGb: money(`windows[${place}].perGb`, window.perGb, readPrice) })) };
    }
  });
  return { parts: wrong.size === 0 ? parts : null, wrong };
}
