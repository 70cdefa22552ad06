import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newKey } from '@/shared/api';
import { add, fromMicro, isNegative, negate, readAmount, toMicro, zero, type Money } from '@/shared/money';
import { onSubmit, useAction } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Amount } from '@/shared/ui/values';
import { payersQuery, place, type Booking, type Entry, type NewPlace } from './bank-api';

interface Row { kind: 'payment' | 'account' | 'own'; payerId: string; q: string; account: string; reason: string; amount: string }

const unsigned = (money: Money) => (isNegative(money) ? negate(money) : money);

/** Where entries belong when no suggestion says so: one entry in several parts, or several entries in one place. */
export function PlaceForm({ entries, close, done }: { entries: Entry[]; close: () => void; done: (booked: Booking[]) => void }) {
  const { t } = useLingui();
  const [key] = useState(newKey);
  const several = entries.length > 1;
  const open = entries.reduce((sum, entry) => add(sum, entry.open), zero(entries[0]!.open.currency));
  const out = isNegative(open);
  const fresh = (amount: string): Row => ({ kind: out ? 'account' : 'payment', payerId: '', q: '', account: out ? 'bank-charges' : 'income-other', reason: '', amount });
  const [rows, setRows] = useState<Row[]>([fresh(unsigned(open).amount)]);
  const set = (at: number, change: Partial<Row>) => setRows((before) => before.map((row, index) => (index === at ? { ...row, ...change } : row)));
  const amounts = rows.map((row) => readAmount(row.amount));
  const left = amounts.every(Boolean) ? fromMicro(toMicro(unsigned(open).amount) - amounts.reduce((sum, amount) => sum + toMicro(amount!), 0n)) : null;
  const ready = rows.every((row) => (row.kind === 'payment' ? row.payerId !== '' : row.reason.trim() !== '')) && (several || (left !== null && !left.startsWith('-')));
  const action = useAction({
    run: () => place(entries.map((entry) => entry.id), rows.map((row, at): NewPlace => ({
      kind: row.kind,
      amount: several ? null : `${out ? '-' : ''}${amounts[at]!}`,
      payerId: row.kind === 'payment' ? row.payerId : null,
      account: row.kind === 'account' ? row.account : null,
      reason: row.kind === 'payment' ? null : row.reason.trim(),
    })), key),
    refresh: [['bank'], ['invoices'], ['treasury']],
    done: (page) => { done(page.items); close(); },
  });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p>{several ? <Trans>{entries.length} entries, together <Amount of={open} signed />, go to one place.</Trans> : <Trans>Of this entry <Amount of={open} signed /> waits. Give it to one, or share it out.</Trans>}</p>
      {rows.map((row, at) => (
        <fieldset key={at} className="bank-row">
          <legend className="hidden-field">{t`Place ${at + 1}`}</legend>
          <div className="row">
            <NativeSelect label={t`What it is`} value={row.kind} onChange={(event) => set(at, { kind: event.currentTarget.value as Row['kind'] })}
              data={[...(out ? [] : [{ value: 'payment', label: t`A payment of a payer` }]), { value: 'account', label: t`Nobody’s: charges, interest, other` }, { value: 'own', label: t`Between our own accounts` }]} />
            {!several && <TextInput required inputMode="decimal" label={t`Amount in ${open.currency}`} value={row.amount} onChange={(event) => set(at, { amount: event.currentTarget.value })} error={amounts[at] ? undefined : t`Write it like 12.50`} />}
          </div>
          {row.kind === 'payment'
            ? <PayerChoice q={row.q} payerId={row.payerId} change={(change) => set(at, change)} />
            : <div className="row">
              {row.kind === 'account' && <NativeSelect label={t`Account`} value={row.account} onChange={(event) => set(at, { account: event.currentTarget.value })}
                data={[{ value: 'bank-charges', label: t`Bank charges` }, { value: 'cost-other', label: t`Other costs` }, { value: 'vat', label: t`VAT owed` }, { value: 'income-other', label: t`Other income` }, { value: 'cash', label: t`Till` }, { value: 'reserve', label: t`Reserve` }, { value: 'clearing-stripe', label: t`Payout by Stripe` }, { value: 'clearing-gocardless', label: t`Payout by GoCardless` }, { value: 'clearing-btcpay', label: t`Bitcoin that was sold` }]} />}
              <TextInput required label={t`Reason`} maxLength={500} value={row.reason} onChange={(event) => set(at, { reason: event.currentTarget.value })} />
            </div>}
        </fieldset>
      ))}
      {!several && <div className="split"><Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} />} disabled={rows.length >= 20} onClick={() => setRows([...rows, fresh(left && !left.startsWith('-') ? left : '')])}><Trans>One more part</Trans></Button>
        <span role="status">{left !== null && <Trans>Left over: <Amount of={{ amount: left, currency: open.currency }} /></Trans>}</span></div>}
      {left?.startsWith('-') && !several && <Notice tone="warn" title={t`The parts are more than the entry`} />}
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!ready}><Trans>Put it there</Trans></Button></div>
    </form>
  );
}

function PayerChoice({ q, payerId, change }: { q: string; payerId: string; change: (change: Partial<Row>) => void }) {
  const { t } = useLingui();
  const payers = useQuery({ ...payersQuery(q.trim()), enabled: q.trim().length > 1 });
  return (
    <div className="row">
      <TextInput label={t`Find the payer`} description={t`Name or e-mail address`} value={q} onChange={(event) => change({ q: event.currentTarget.value, payerId: '' })} />
      <NativeSelect label={t`Payer`} description={t`Their oldest invoice is paid first; the rest is credit.`} value={payerId} onChange={(event) => change({ payerId: event.currentTarget.value })}
        data={[{ value: '', label: t`Choose` }, ...(payers.data ?? []).map((payer) => ({ value: payer.id, label: payer.name }))]} />
    </div>
  );
}
