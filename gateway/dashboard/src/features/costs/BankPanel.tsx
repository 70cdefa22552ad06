import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newKey } from '@/shared/api';
import { isZero, readAmount } from '@/shared/money';
import { useSession } from '@/shared/session';
import { absolute, today } from '@/shared/time';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Facts, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { Amount } from '@/shared/ui/values';
import { accountQuery, payPool, reversePayment, type CostAccount, type CostPayment, type CostPool, type NewCostPayment } from './costs-api';

/** What was charged for a cost and what the bank paid of it. */
export function BankPanel({ pool }: { pool: CostPool }) {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(accountQuery(pool.id));
  const laidOut = Boolean(pool.payeeId) || pool.policy.kind === 'clearing';
  return (
    <Panel title={t`Paid from the bank`}>
      <Loaded query={query} lines={3}>{(account) => laidOut ? <p className="soft"><Trans>Members laid it out. They are credited on their bills; the bank pays nothing.</Trans></p> : <>
        <Facts items={[[t`Charged so far`, <Amount key="charged" of={account.charged} />], [t`Paid`, <Amount key="paid" of={account.paid} />], [t`Open`, <Amount key="open" of={account.open} />]]} />
        {account.items.length > 0 && <ul className="plain" style={{ marginTop: '0.6rem' }}>{account.items.map((one) => <Payment key={one.id} pool={pool} payment={one} />)}</ul>}
        {has('treasurer') && !isZero(account.open) && <div style={{ marginTop: '0.7rem' }}><DialogButton label={<Trans>Record a payment</Trans>} size="compact-sm" title={t`Paid from the bank`}>{(close) => <PayForm pool={pool} account={account} close={close} />}</DialogButton></div>}
      </>}</Loaded>
    </Panel>
  );
}

function Payment({ pool, payment }: { pool: CostPool; payment: CostPayment }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const [key] = useState(newKey);
  return (
    <li className="split">
      <span>{absolute(payment.paidOn, i18n.locale)}{payment.reference && <small> {payment.reference}</small>}{payment.reversal && <> <Pill tone="quiet"><Trans>Reversed</Trans></Pill><small> {payment.reversal.reason}</small></>}</span>
      <span className="toolbar"><Amount of={payment.amount} />
        {has('treasurer') && !payment.reversal && <ReasonButton label={<Trans>Reverse</Trans>} size="compact-sm" title={t`Reverse this payment`} confirm={t`Reverse`} said={t`Reversed`} explain={<Trans>For a mistake, or money that came back. Both stay in the book.</Trans>} run={(reason) => reversePayment(pool.id, payment.id, reason, key)} refresh={[['cost-pool', pool.id], ['treasury']]} />}
      </span>
    </li>
  );
}

function PayForm({ pool, account, close }: { pool: CostPool; account: CostAccount; close: () => void }) {
  const { t } = useLingui();
  const [key] = useState(newKey);
  const { currency } = account.open;
  const form = useFields({ amount: account.open.amount, paidOn: today(), reference: '' });
  const [wrong, setWrong] = useState<string>();
  const action = useAction<NewCostPayment, CostPayment>({ run: (payment) => payPool(pool.id, payment, key), refresh: [['cost-pool', pool.id], ['treasury']], said: () => t`Written down`, done: close });
  const send = () => {
    const amount = readAmount(form.values.amount);
    setWrong(amount ? undefined : t`Write it like 12.50`);
    if (amount) action.run({ amount: { amount, currency }, paidOn: form.values.paidOn, reference: form.values.reference.trim() || null });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <div className="row">
        <TextInput required inputMode="decimal" label={t`Amount in ${currency}`} {...form.text('amount')} error={wrong ?? action.fieldError('amount.amount')} data-autofocus />
        <TextInput required type="date" max={today()} label={t`Paid on`} {...form.text('paidOn', action)} />
      </div>
      <TextInput label={t`Reference on the statement`} description={t`Every member can read it.`} maxLength={140} {...form.text('reference', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Write down</Trans></Button></div>
    </form>
  );
}
