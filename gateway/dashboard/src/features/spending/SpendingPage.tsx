import { Button, Switch, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconReceipt2, IconWallet } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { csv, save } from '@/shared/csv';
import { isZero, readAmount, toMicro } from '@/shared/money';
import { monthName, today } from '@/shared/time';
import { DialogButton, onSubmit, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, Nothing, When } from '@/shared/ui/values';
import { payersQuery, setSpending, spendingQuery, type Spending, type SpendingChoice } from './spending-api';
import './spending.css';

/** What I let a month cost, and whether I pay ahead: told before it is a surprise. */
export default function SpendingPage() {
  const { t } = useLingui();
  const query = useQuery(payersQuery);
  return (
    <Page title={t`Cap and wallet`} crumb={{ to: '/my', label: t`My connection` }} lead={<Trans>Two ways never to be surprised by a bill: a cap on what a month may cost, and a wallet that you fill yourself.</Trans>}>
      <Loaded query={query} lines={8}>
        {(payers) => payers.length === 0
          ? <div className="panel"><div className="body"><Empty icon={<IconReceipt2 size={32} />} title={t`Nobody pays through you`} actions={<Button component={Link} to="/my" variant="default" size="xs"><Trans>My connection</Trans></Button>}><Trans>When you have a site of your own, its cap and its wallet are set here.</Trans></Empty></div></div>
          : <>{payers.map((payerId) => <OfPayer key={payerId} payerId={payerId} />)}</>}
      </Loaded>
    </Page>
  );
}

function OfPayer({ payerId }: { payerId: string }) {
  const query = useQuery(spendingQuery(payerId));
  return <Loaded query={query} lines={6}>{(spending) => <><Cap payerId={payerId} spending={spending} /><Wallet payerId={payerId} spending={spending} /></>}</Loaded>;
}

const choiceOf = (spending: Spending): SpendingChoice => ({ cap: spending.cap ? { amount: spending.cap.amount } : null, prepaid: spending.prepaid });

function Cap({ payerId, spending }: { payerId: string; spending: Spending }) {
  const { t, i18n } = useLingui();
  const { cap, spent } = spending;
  const share = cap && !isZero(cap) ? Math.min(1, Number(toMicro(spent.amount)) / Number(toMicro(cap.amount))) : cap ? 1 : 0;
  const lift = useAction<void, Spending>({ run: () => setSpending(payerId, { ...choiceOf(spending), cap: null }), refresh: [['me', 'spending', payerId]], said: () => t`There is no cap any more` });
  return (
    <>
      {spending.capReached && <Notice tone="warn" live title={t`Your cap is reached`}><Trans>Your connection is in the slow lane until the month is over, so that the bill stays below the cap. Raise the cap, and full speed is back within seconds.</Trans></Notice>}
      <Panel title={t`Spend cap`} lead={t`A month costs no more than this: before it does, your connection goes into the slow lane.`}
        actions={<>{cap && <Button size="compact-sm" variant="subtle" color="gray" loading={lift.busy} onClick={() => lift.run()}><Trans>No cap</Trans></Button>}<DialogButton label={cap ? <Trans>Change</Trans> : <Trans>Set a cap</Trans>} size="compact-sm" title={t`What may a month cost?`}>{(close) => <CapForm payerId={payerId} spending={spending} close={close} />}</DialogButton></>}>
        <ProblemNotice error={lift.error} />
        {cap ? (
          <>
            <p><Trans><b className="spent"><Amount of={spent} cents /></b> of <Amount of={cap} /> in {monthName(spending.month, i18n.locale)}, dues included</Trans></p>
            <div className="cap-bar" role="meter" aria-label={t`Spent of the cap`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}><span className={share >= 1 ? 'full' : share > 0.8 ? 'near' : ''} style={{ width: `${share * 100}%` }} /></div>
          </>
        ) : <p><Trans><b className="spent"><Amount of={spent} cents /></b> in {monthName(spending.month, i18n.locale)} so far, dues included. There is no cap.</Trans></p>}
      </Panel>
    </>
  );
}

function CapForm({ payerId, spending, close }: { payerId: string; spending: Spending; close: () => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(spending.cap?.amount ?? '');
  const [wrong, setWrong] = useState<string>();
  const action = useAction<SpendingChoice, Spending>({ run: (choice) => setSpending(payerId, choice), refresh: [['me', 'spending', payerId]], said: () => t`The cap is set`, done: close });
  const send = () => {
    const amount = readAmount(typed);
    setWrong(amount ? undefined : t`Write it like 12.50`);
    if (amount) action.run({ ...choiceOf(spending), cap: { amount } });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <TextInput required inputMode="decimal" label={t`${spending.spent.currency} a month, dues included`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} error={wrong ?? action.fieldError('cap.amount')} data-autofocus />
      <p className="soft"><Trans>It holds at once and for every month to come. The local mesh stays at full speed: it is free.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Set the cap</Trans></Button></div>
    </form>
  );
}

type Hour = Spending['hours'][number];

function Wallet({ payerId, spending }: { payerId: string; spending: Spending }) {
  const { t } = useLingui();
  const action = useAction<boolean, Spending>({ run: (prepaid) => setSpending(payerId, { ...choiceOf(spending), prepaid }), refresh: [['me', 'spending', payerId]], said: (now) => (now?.prepaid ? t`You pay ahead now` : t`You pay by invoice again`) });
  const columns = useMemo((): Column<Hour>[] => [
    { id: 'hour', head: t`Hour`, by: (row) => row.hour, cell: (row) => <When at={row.hour} first="absolute" plain /> },
    { id: 'amount', head: t`Paid from the wallet`, end: true, cell: (row) => <Amount of={row.amount} /> },
    { id: 'missing', head: t`Missing`, end: true, cell: (row) => (isZero(row.missing) ? <Nothing /> : <Pill tone="warn"><Amount of={row.missing} /></Pill>) },
  ], [t]);
  const download = () => save(`wallet-${today()}.csv`, csv([t`Hour`, t`Paid from the wallet`, t`Missing`, t`Currency`], spending.hours.map((hour) => [hour.hour, hour.amount.amount, hour.missing.amount, hour.amount.currency])));
  return (
    <>
      {spending.walletEmpty && <Notice tone="bad" live title={t`Your wallet is empty`}><Trans>Your connection is in the slow lane until there is money in it. A payment that the treasurer records opens it within seconds.</Trans></Notice>}
      <Panel title={t`Wallet`} lead={t`What the co-op holds for you. Who pays ahead pays each hour when it is over, and gets no surprise at the end of the month.`}
        actions={<Switch label={t`Pay ahead`} checked={spending.prepaid} disabled={action.busy} onChange={(event) => action.run(event.currentTarget.checked)} />}>
        <ProblemNotice error={action.error} />
        <div className="wallet"><IconWallet size={28} aria-hidden="true" /><div><b className="spent"><Amount of={spending.wallet} cents /></b><div className="soft"><Trans>Fill it by transfer with your name as reference, or in cash at the treasurer’s.</Trans></div></div></div>
      </Panel>
      {spending.prepaid && (
        <Panel title={t`Hours that the wallet paid`} flush actions={spending.hours.length > 0 && <Button size="compact-sm" variant="default" onClick={download}><Trans>Download CSV</Trans></Button>}>
          <DataTable caption={t`Hours that the wallet paid`} columns={columns} rows={spending.hours} id={(row) => row.hour}
            empty={<Empty title={t`No hour was paid yet`}><Trans>An hour is paid when it is over and your node has told what it carried. Hours on the local mesh cost nothing.</Trans></Empty>} />
        </Panel>
      )}
    </>
  );
}
