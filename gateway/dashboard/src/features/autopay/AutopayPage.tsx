import { Button, NativeSelect, Radio, TextInput } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconRefreshDot } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Way as ProviderWay, type ProviderCode } from '@/shared/checkout';
import { readAmount } from '@/shared/money';
import { PayerName } from '@/shared/payers';
import { absolute } from '@/shared/time';
import { DialogButton, onSubmit, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { choose, end, forget, mineQuery, save, type Choice, type Coming, type Mine, type NewChoice, type Saving, type Try, type Way } from './autopay-api';

const REFRESH = [['autopay']];

/** How a member's bills are paid by themselves: by mandate, by what is saved at a provider, or out of a wallet that it fills. */
export default function AutopayPage() {
  const { t } = useLingui();
  const { came } = useSearch({ strict: false }) as { came?: boolean };
  const query = useQuery(mineQuery(came === true));
  return (
    <Page title={t`Pay by itself`} crumb={{ to: '/my', label: t`My connection` }} lead={<Trans>Choose once how your bills are paid, and change it any day. If it fails you are told, and nothing else happens before it would to somebody who pays by hand.</Trans>}>
      <Loaded query={query} lines={8}>{(mine) => <>
        {mine.payerIds.length === 0 && <Empty icon={<IconRefreshDot size={30} />} title={t`You pay for nothing`}><Trans>Who pays for a connection chooses here.</Trans></Empty>}
        {mine.payerIds.map((payer) => <OfPayer key={payer} mine={mine} payer={payer} />)}
        <Next rows={mine.coming} />
        {mine.payerIds.length > 0 && <HowItGoes mine={mine} />}
        <Tries rows={mine.tries} />
      </>}</Loaded>
    </Page>
  );
}

function OfPayer({ mine, payer }: { mine: Mine; payer: string }) {
  const { t } = useLingui();
  const choice = mine.choices.find((one) => one.payerId === payer);
  const savings = mine.savings.filter((one) => one.payerId === payer);
  const stop = useAction<void, void>({ run: () => end(payer), refresh: REFRESH, said: () => t`Nothing is charged by itself any more` });
  return (
    <Panel title={<PayerName id={payer} />}
      actions={<>{choice && <Button size="compact-sm" variant="subtle" color="gray" loading={stop.busy} onClick={() => stop.run()}><Trans>Stop</Trans></Button>}<DialogButton label={choice ? <Trans>Change</Trans> : <Trans>Choose</Trans>} size="compact-sm" variant={choice ? 'default' : 'filled'} title={t`How are these bills paid?`} wide>{(close) => <ChoiceForm payer={payer} choice={choice} savings={savings} close={close} />}</DialogButton></>}>
      <ProblemNotice error={stop.error} />
      {choice?.stoppedAt && <Notice tone="bad" title={t`It stopped: nothing is charged any more`}>{choice.stoppedWhy} <Trans>Save another card, or choose again to have it tried again. Until then pay by hand; you are reminded as anybody else.</Trans></Notice>}
      <p>{choice ? <Chosen choice={choice} saving={savings.find((one) => one.id === choice.savingId)} /> : <Trans>Paid by hand: nothing is charged by itself.</Trans>}</p>
      <Saved savings={savings} payer={payer} offered={mine.offered} />
    </Panel>
  );
}

function Chosen({ choice, saving }: { choice: Choice; saving?: Saving }) {
  const by = <b>{saving?.label ?? '…'}</b>;
  switch (choice.way) {
    case 'direct-debit': return <Trans>By the co-op’s direct debit: <Link to="/my/direct-debit">your mandate</Link></Trans>;
    case 'saved': return <Trans>Each invoice is charged to {by}</Trans>;
    case 'wallet': return <Trans>Out of the wallet. When it falls below <Amount of={choice.floor!} />, <Amount of={choice.topUp!} /> are charged to {by}</Trans>;
    default: return <>{choice.way}</>;
  }
}

function Next({ rows }: { rows: Coming[] }) {
  const { t, i18n } = useLingui();
  if (rows.length === 0) return null;
  return <Panel title={t`What comes next`}><ul className="plain">{rows.map((row) => <li key={row.invoiceId} className="split"><span><Link to="/invoices/$invoiceId" params={{ invoiceId: row.invoiceId } as never}>{row.invoiceNumber}</Link><br /><small className="soft">{row.state === 'coming' ? <Trans>charged on {absolute(row.on!, i18n.locale)}</Trans> : row.state === 'asked' ? <Trans>being charged</Trans> : <GivenUp why={row.why} />}</small></span><b><Amount of={row.amount} /></b></li>)}</ul></Panel>;
}

function GivenUp({ why }: { why?: string | null }) {
  switch (why) {
    case 'payer': return <b><Trans>your bank wants you to confirm it: pay it on its page</Trans></b>;
    case 'useless': return <b><Trans>what you saved cannot be charged: pay it on its page</Trans></b>;
    case 'went-back': return <b><Trans>it was paid and went back: pay it on its page</Trans></b>;
    default: return <b><Trans>tried as often as it is: pay it on its page</Trans></b>;
  }
}

function Saved({ savings, payer, offered }: { savings: Saving[]; payer: string; offered: ProviderCode[] }) {
  const { t } = useLingui();
  const go = useAction<ProviderCode, { page: string }>({ run: (provider) => save(payer, provider), done: ({ page }) => window.location.assign(page) });
  const drop = useAction<Saving, void>({ run: (one) => forget(one.id), refresh: REFRESH, said: () => t`Taken back. Nothing is charged by it any more.` });
  if (offered.length === 0 && savings.length === 0) return <p className="soft"><Trans>The co-op has no payment provider that keeps cards. A mandate for direct debit works without one.</Trans></p>;
  return (
    <div className="stack" style={{ gap: '0.5rem', marginTop: '0.75rem' }}>
      <b><Trans>Saved to pay by</Trans></b>
      {savings.length > 0 && <ul className="plain">{savings.map((one) => <li key={one.id} className="split"><span>{one.label} <small className="soft"><ProviderWay of={one.provider} /></small></span><Button size="compact-xs" variant="subtle" color="gray" loading={drop.busy} onClick={() => drop.run(one)} aria-label={t`Take ${one.label} back`}><Trans>Take back</Trans></Button></li>)}</ul>}
      {offered.length > 0 && <div className="toolbar">{offered.map((provider) => <Button key={provider} size="compact-sm" variant="default" loading={go.busy} onClick={() => go.run(provider)}>{provider === 'stripe' ? <Trans>Save a card</Trans> : <Trans>Save a bank account</Trans>}</Button>)}</div>}
      <p className="soft" style={{ margin: 0 }}><Trans>You give it on the provider’s own page. The co-op sees its last figures only.</Trans></p>
      <ProblemNotice error={go.error ?? drop.error} />
    </div>
  );
}

function ChoiceForm({ payer, choice, savings, close }: { payer: string; choice?: Choice; savings: Saving[]; close: () => void }) {
  const { t } = useLingui();
  const [way, setWay] = useState<Way>((choice?.way as Way | undefined) ?? (savings.length > 0 ? 'saved' : 'direct-debit'));
  const [saving, setSaving] = useState(choice?.savingId ?? savings[0]?.id ?? '');
  const [floor, setFloor] = useState(choice?.floor?.amount ?? '10.00');
  const [topUp, setTopUp] = useState(choice?.topUp?.amount ?? '30.00');
  const [wrong, setWrong] = useState<string>();
  const action = useAction<NewChoice, Choice>({ run: (made) => choose(payer, made), refresh: REFRESH, said: () => t`From now on it is paid so`, done: close });
  const wallet = way === 'wallet';
  const send = () => {
    const amounts = { floor: readAmount(floor), topUp: readAmount(topUp) };
    const unreadable = wallet && !(amounts.floor && amounts.topUp);
    setWrong(unreadable ? t`Write it like 12.50` : undefined);
    if (!unreadable) action.run({ way, savingId: way === 'direct-debit' ? null : saving || null, floor: wallet ? amounts.floor! : null, topUp: wallet ? amounts.topUp! : null });
  };
  const nothing = savings.length === 0;
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <Radio.Group label={t`Way`} value={way} onChange={(value) => setWay(value as Way)} error={action.fieldError('way')}>
        <Radio value="direct-debit" label={t`By the co-op’s direct debit`} description={t`Needs a mandate, which you sign on a page of its own`} />
        <Radio value="saved" disabled={nothing} label={t`Each invoice by what I saved`} description={nothing ? t`Save a card or an account first` : t`Charged a few days before its last day to pay`} />
        <Radio value="wallet" disabled={nothing} label={t`Out of my wallet, filled by what I saved`} description={t`So that there is always something in it`} />
      </Radio.Group>
      {way !== 'direct-debit' && !nothing && <NativeSelect label={t`Charged to`} data={savings.map((one) => ({ value: one.id, label: one.label }))} value={saving} onChange={(event) => setSaving(event.currentTarget.value)} error={action.fieldError('savingId')} />}
      {wallet && <div className="row">
        <TextInput required inputMode="decimal" label={t`When it falls below`} value={floor} onChange={(event) => setFloor(event.currentTarget.value)} error={wrong ?? action.fieldError('floor')} />
        <TextInput required inputMode="decimal" label={t`charge`} value={topUp} onChange={(event) => setTopUp(event.currentTarget.value)} error={action.fieldError('topUp')} />
      </div>}
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Pay it so</Trans></Button></div>
    </form>
  );
}

function HowItGoes({ mine }: { mine: Mine }) {
  const { t } = useLingui();
  const { days, graceDays, topUpDays, topUpsADay } = mine.schedule;
  return (
    <Panel title={t`When it is charged, and what if it fails`}>
      <ul>
        <li><Trans>An invoice is charged <Day of={days[0] ?? 0} />. If your bank says no, it is tried again {days.slice(1).map((day, at) => <span key={day}>{at > 0 && ', '}<Day of={day} /></span>)}, then given up.</Trans></li>
        <li><Trans>While it is tried, and <Plural value={graceDays} one="one day" other="# days" /> after it gave up, you are neither reminded nor late. You get a mail each time, with a link to pay.</Trans></li>
        <li><Trans>A wallet is filled at most <Plural value={topUpsADay} one="once" other="# times" /> a day; after a no it is tried again after {topUpDays.join(', ')} days, then it stops. What you have stays as it is.</Trans></li>
        <li><Trans>What you pay in another way is not charged: it is looked again before each charge.</Trans></li>
      </ul>
    </Panel>
  );
}

function Day({ of }: { of: number }) {
  if (of < 0) return <Plural value={-of} one="one day before its last day to pay" other="# days before its last day to pay" />;
  if (of === 0) return <Trans>on its last day to pay</Trans>;
  return <Plural value={of} one="one day after" other="# days after" />;
}

function Tries({ rows }: { rows: Try[] }) {
  const { t, i18n } = useLingui();
  const columns = useMemo((): Column<Try>[] => [
    { id: 'on', head: t`Day`, by: (row) => row.askedOn, cell: (row) => absolute(row.askedOn, i18n.locale) },
    { id: 'for', head: t`For`, cell: (row) => row.invoiceId ? <><Link to="/invoices/$invoiceId" params={{ invoiceId: row.invoiceId } as never}>{row.invoiceNumber}</Link>{row.number > 1 && <small><Trans>try {row.number}</Trans></small>}</> : <Trans>Wallet</Trans> },
    { id: 'amount', head: t`Amount`, end: true, cell: (row) => <Amount of={row.amount} /> },
    { id: 'state', head: t`State`, cell: (row) => <><TryState state={row.state} />{row.why && row.state === 'failed' && <small className="wrap">{row.why}</small>}</> },
  ], [t, i18n]);
  return <Panel title={t`What was charged`} flush><DataTable caption={t`Charges`} columns={columns} rows={rows} id={(row) => row.id} empty={<p className="soft" style={{ padding: '1rem' }}><Trans>Nothing yet.</Trans></p>} /></Panel>;
}

function TryState({ state }: { state: string }) {
  switch (state) {
    case 'asked': return <Pill tone="info"><Trans>Asked for</Trans></Pill>;
    case 'taken': return <Pill tone="ok"><Trans>Paid</Trans></Pill>;
    case 'failed': return <Pill tone="bad"><Trans>Refused</Trans></Pill>;
    case 'void': return <Pill tone="quiet"><Trans>Not needed any more</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}
