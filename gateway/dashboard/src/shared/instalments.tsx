import { Trans, useLingui } from '@lingui/react/macro';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { get, withQuery, type Page } from './api';
import type { Money } from './money';
import { useSession } from './session';
import { absolute } from './time';
import { Notice } from './ui/notice';
import { Amount } from './ui/values';

export interface Part {
  number: number;
  dueOn: string;
  amount: Money;
  /** What of it is still to be paid; missing where the plan does not run. */
  open?: Money | null;
}

export interface Step {
  state: string;
  /** Missing where it came about by itself. */
  by?: string | null;
  at: string;
  reason?: string | null;
  owedFrom?: string | null;
}

/** That what is open on invoices of one payer is paid in parts. */
export interface InstalmentPlan {
  id: string;
  payerId: string;
  state: 'asked' | 'refused' | 'withdrawn' | 'running' | 'kept' | 'missed' | 'ended' | string;
  days: string[];
  invoices: { id: string; number: string; open: Money }[];
  parts: Part[];
  total?: Money | null;
  open: Money;
  settled?: Money | null;
  next?: { number: number; of: number; dueOn: string; open: Money } | null;
  history: Step[];
}

/** The plan by which a payer pays in parts now, or null. */
export const runningPlanQuery = (payerId: string) => queryOptions({
  queryKey: ['instalment-plans', 'running', payerId],
  queryFn: ({ signal }) => get<Page<InstalmentPlan>>(withQuery('/api/billing/instalment-plans', { payerId, state: 'running', limit: 1 }), signal).then((page) => page.items[0] ?? null),
});

/** Tells which part is due next, where the payer pays in parts; about one invoice, only where the plan is about that. {@code here} where the plan is beside it. */
export function NextPart({ payerId, invoiceId, own, here }: { payerId: string; invoiceId?: string; own?: boolean; here?: boolean }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const plan = useQuery({ ...runningPlanQuery(payerId), retry: false }).data;
  if (!plan?.next || (invoiceId && !plan.invoices.some((one) => one.id === invoiceId))) return null;
  const next = plan.next;
  const office = !own && has('treasurer', 'board');
  return (
    <Notice tone="info" title={t`Paid in parts: part ${next.number} of ${next.of} is next`}>
      <Trans>Due by {absolute(next.dueOn, i18n.locale)}: <b><Amount of={next.open} /></b>. While the parts are paid in time, nothing is overdue.</Trans>{' '}
      {!here && (office ? <Link to="/parts" search={{ payerId }}><Trans>The plan</Trans></Link> : <Link to="/my/parts"><Trans>My plan</Trans></Link>)}
    </Notice>
  );
}
