import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { InstalmentPlan } from '@/shared/instalments';
import { add, isZero, zero } from '@/shared/money';
import { absolute, today } from '@/shared/time';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Amount } from '@/shared/ui/values';
import { partDays, type Every } from './days';
import type { NewPlan, OpenInvoice } from './parts-api';

export const REFRESH = [['instalment-plans'], ['invoices'], ['invoice'], ['me']];

/** Which invoices are to be paid in which parts. */
export function PlanForm({ payerId, invoices, run, submit, said, close }: {
  payerId: string;
  invoices: OpenInvoice[];
  run: (plan: NewPlan) => Promise<InstalmentPlan>;
  submit: string;
  said: string;
  close: () => void;
}) {
  const { t, i18n } = useLingui();
  const [chosen, setChosen] = useState(() => invoices.map((one) => one.id));
  const form = useFields({ first: today(14), count: '4', every: 'month', reason: '' });
  const action = useAction<NewPlan, InstalmentPlan>({ run, refresh: REFRESH, said: () => said, done: close });
  const count = Number(form.values.count);
  const days = form.values.first ? partDays(form.values.first, count, form.values.every as Every) : [];
  const sum = invoices.filter((one) => chosen.includes(one.id)).reduce((all, one) => add(all, one.open), zero(invoices[0]?.open.currency ?? 'EUR'));
  return (
    <form className="form" onSubmit={onSubmit(() => action.run({ payerId, invoiceIds: chosen, days, reason: form.values.reason.trim() || null }))}>
      <Checkbox.Group label={t`Invoices`} error={action.fieldError('invoiceIds')} value={chosen} onChange={setChosen}>
        {invoices.map((one) => <Checkbox key={one.id} mt="xs" value={one.id} label={<Trans>{one.number}, open <Amount of={one.open} /></Trans>} />)}
      </Checkbox.Group>
      <div className="row">
        <TextInput required type="date" min={today()} label={t`First part by`} {...form.text('first', action, 'days')} />
        <NativeSelect label={t`Parts`} data={Array.from({ length: 11 }, (_, at) => String(at + 2))} {...form.text('count', action)} />
        <NativeSelect label={t`One every`} data={[{ value: 'month', label: t`Month` }, { value: 'fortnight', label: t`Two weeks` }, { value: 'week', label: t`Week` }]} {...form.text('every', action)} />
      </div>
      {!isZero(sum) && days.length > 1 && <Notice tone="info" title={<Trans>{count} equal parts of <Amount of={sum} /></Trans>}><Trans>From {absolute(days[0]!, i18n.locale)} to {absolute(days.at(-1)!, i18n.locale)}. What counts is what is open when it is agreed. While the parts are paid in time, nothing is overdue, reminded of or collected; a part that is missed ends the plan.</Trans></Notice>}
      <Textarea autosize minRows={2} maxLength={500} label={t`Reason (optional)`} {...form.text('reason', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={chosen.length === 0 || days.length === 0}>{submit}</Button></div>
    </form>
  );
}
