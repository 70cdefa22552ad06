import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newKey } from '@/shared/api';
import { coopQuery } from '@/shared/coop';
import { readAmount, type Money } from '@/shared/money';
import type { Payer } from '@/shared/payers';
import { today } from '@/shared/time';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Amount } from '@/shared/ui/values';
import { payersQuery, recordPayment, type NewPayment, type PaymentResult } from './invoices-api';

/** Money that arrived, written down by a treasurer. One idempotency key per opening: sent twice, it counts once. */
export function PaymentForm({ payer, invoice, close }: { payer?: Payer; invoice?: { id: string; number: string; open: Money }; close: () => void }) {
  const { t } = useLingui();
  const [key] = useState(newKey);
  const coop = useQuery(coopQuery).data;
  const [q, setQ] = useState('');
  const [sought] = useDebouncedValue(q.trim(), 250);
  const found = useQuery({ ...payersQuery(sought), enabled: !payer });
  const form = useFields({ payerId: payer?.id ?? '', amount: invoice?.open.amount ?? '', method: 'transfer', receivedOn: today(), reference: invoice?.number ?? '', note: '' });
  const [wrong, setWrong] = useState<string>();
  const payerId = form.values.payerId || found.data?.[0]?.id || '';
  const action = useAction<NewPayment, PaymentResult>({ run: (payment) => recordPayment(payment, key), refresh: [['invoices'], ['invoice'], ['member'], ['home'], ['treasury'], ['payments']] });

  const send = () => {
    const amount = readAmount(form.values.amount);
    if (!amount) {
      setWrong(t`Write it like 12.50`);
      return;
    }
    setWrong(undefined);
    action.run({
      payerId,
      invoiceId: invoice?.id,
      amount,
      currency: invoice?.open.currency ?? coop?.currency ?? undefined,
      method: form.values.method as 'cash' | 'transfer',
      receivedOn: form.values.receivedOn,
      reference: form.values.reference.trim() || undefined,
      note: form.values.note.trim() || undefined,
    });
  };

  if (action.output) {
    const { applied, credit } = action.output;
    return (
      <div className="form">
        <Notice tone="ok" live title={t`Payment recorded`}>
          <ul>{applied.map((one) => <li key={one.invoiceId}><Trans><Amount of={one.amount} /> on invoice {one.number}</Trans></li>)}</ul>
          {Number(credit.amount) !== 0 && <p><Trans><Amount of={credit} /> stay as credit for the next invoice.</Trans></p>}
        </Notice>
        <p className="soft"><Trans>If this settled what was overdue, full access comes back on every node within seconds.</Trans></p>
        <div className="end"><Button onClick={close} data-autofocus><Trans>Done</Trans></Button></div>
      </div>
    );
  }
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      {payer ? <p><Trans>From <b>{payer.name}</b></Trans>{invoice && <> · <Trans>invoice {invoice.number}, open <Amount of={invoice.open} /></Trans></>}</p> : <>
        <TextInput type="search" label={t`Who paid?`} placeholder={t`Name or e-mail`} value={q} onChange={(event) => setQ(event.currentTarget.value)} data-autofocus />
        <NativeSelect label={t`Payer`} data={(found.data ?? []).map((one) => ({ value: one.id, label: one.email ? `${one.name} (${one.email})` : one.name }))} value={payerId} onChange={(event) => form.set('payerId', event.currentTarget.value)} error={action.fieldError('payerId')} />
      </>}
      <div className="row">
        <TextInput required inputMode="decimal" label={coop?.currency ? t`Amount in ${coop.currency}` : t`Amount`} {...form.text('amount', action)} onChange={(event) => { form.set('amount', event.currentTarget.value); setWrong(undefined); }} error={wrong ?? action.fieldError('amount')} />
        <TextInput required type="date" max={today()} label={t`Received on`} {...form.text('receivedOn', action)} />
      </div>
      <div className="row">
        <NativeSelect label={t`How`} data={[{ value: 'transfer', label: t`Bank transfer` }, { value: 'cash', label: t`Cash` }]} {...form.text('method', action)} />
        <TextInput label={t`Reference`} maxLength={140} {...form.text('reference', action)} />
      </div>
      <TextInput label={t`Note`} maxLength={300} {...form.text('note', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!payerId}><Trans>Record payment</Trans></Button></div>
    </form>
  );
}
