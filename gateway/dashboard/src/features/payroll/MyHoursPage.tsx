import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { month, monthName, absolute, plusDays, today } from '@/shared/time';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { hours, readHours } from './amounts';
import { hoursQuery, logHours, mineQuery, sayAccount, withdrawHours, type Hours, type OwnPay } from './payroll-api';

const BACK = [0, -1, -2];
const DAYS_BACK = 62;

/** What a moderator worked, where they are paid, and what they were paid. */
export default function MyHoursPage() {
  const { t } = useLingui();
  return (
    <Page title={t`My hours and pay`} crumb={{ to: '/payroll', label: t`Moderators’ pay` }} lead={<Trans>Cases you close count by themselves. Log the rest of your work here: the queue, talks, looking things up. Write nothing about members.</Trans>}>
      <MyHours />
      <div className="columns even"><MyPay /><Account /></div>
    </Page>
  );
}

function MyHours() {
  const { t, i18n } = useLingui();
  const [of, setOf] = useState(month());
  const query = useQuery(hoursQuery(of));
  const counted = (query.data?.items ?? []).filter((one) => !one.withdrawnAt).reduce((sum, one) => sum + one.minutes, 0);
  const columns = useMemo((): Column<Hours>[] => [
    { id: 'day', head: t`Day`, by: (row) => row.workedOn, cell: (row) => absolute(row.workedOn, i18n.locale) },
    { id: 'what', head: t`What`, cell: (row) => <span className="wrap">{row.what}{row.withdrawnAt && <> <Pill tone="quiet"><Trans>Withdrawn</Trans></Pill><small>{row.withdrawnWhy}</small></>}</span> },
    { id: 'time', head: t`Hours`, end: true, by: (row) => row.minutes, cell: (row) => <span className="num">{hours(row.minutes)}</span> },
    { id: 'act', head: t`Act`, cell: (row) => !row.withdrawnAt && <ReasonButton label={<Trans>Withdraw</Trans>} size="compact-sm" title={t`Withdraw these hours`} confirm={t`Withdraw`} said={t`Withdrawn`} explain={<Trans>They no longer count. If they were paid already, they come off the next month.</Trans>} run={(reason) => withdrawHours(row.id, reason)} refresh={[['hours']]} /> },
  ], [t, i18n]);
  return (
    <Panel title={t`Hours`} lead={<Trans>{hours(counted)} h in {monthName(of, i18n.locale)}</Trans>} flush
      actions={<><NativeSelect size="xs" aria-label={t`Month`} data={BACK.map((back) => ({ value: month(back), label: monthName(month(back), i18n.locale) }))} value={of} onChange={(event) => setOf(event.currentTarget.value)} /><DialogButton label={<Trans>Log hours</Trans>} size="compact-sm" variant="filled" title={t`Log hours`}>{(close) => <LogForm close={close} />}</DialogButton></>}>
      <DataTable caption={t`My hours`} columns={columns} rows={query.data?.items} id={(row) => row.id} query={query}
        empty={<Empty icon={<IconClock size={30} />} title={t`No hours in this month`}><Trans>Log them within two months; they are paid with the next pay run.</Trans></Empty>} />
    </Panel>
  );
}

function LogForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const [id] = useState(() => crypto.randomUUID());
  const form = useFields({ workedOn: today(), time: '', what: '' });
  const [wrong, setWrong] = useState<string>();
  const action = useAction<{ workedOn: string; minutes: number; what: string }, Hours>({ run: (entry) => logHours(id, entry), refresh: [['hours']], said: () => t`Logged`, done: close });
  const send = () => {
    const minutes = readHours(form.values.time);
    setWrong(minutes ? undefined : t`Write it like 1:30`);
    if (minutes) action.run({ workedOn: form.values.workedOn, minutes, what: form.values.what.trim() });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <div className="row">
        <TextInput required type="date" label={t`Day`} min={plusDays(today(), -DAYS_BACK)} max={today()} {...form.text('workedOn', action)} />
        <TextInput required label={t`How long`} placeholder="1:30" {...form.text('time')} error={wrong ?? action.fieldError('minutes')} data-autofocus />
      </div>
      <TextInput required label={t`What`} description={t`Whoever approves your pay reads it.`} maxLength={500} {...form.text('what', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Log</Trans></Button></div>
    </form>
  );
}

function MyPay() {
  const { t, i18n } = useLingui();
  const query = useQuery(mineQuery);
  const columns = useMemo((): Column<OwnPay>[] => [
    { id: 'month', head: t`Month`, by: (row) => row.month, cell: (row) => <>{monthName(row.month, i18n.locale)}<small><Trans>{hours(row.minutes)} h, {row.cases} cases</Trans></small></> },
    { id: 'pay', head: t`Pay`, end: true, cell: (row) => <><Amount of={row.pay} />{row.pay.amount !== row.claim.amount && <small><Trans>of <Amount of={row.claim} /></Trans></small>}</> },
    { id: 'paid', head: t`Paid`, cell: (row) => row.paid ? absolute(row.paid.on, i18n.locale) : <span className="soft"><Trans>Not yet</Trans></span> },
  ], [t, i18n]);
  return <Panel title={t`My pay`} flush><DataTable caption={t`My pay`} columns={columns} rows={query.data?.items} id={(row) => row.month} query={query} empty={<p className="soft" style={{ padding: '1rem' }}><Trans>No month of yours was approved yet.</Trans></p>} /></Panel>;
}

function Account() {
  const { t } = useLingui();
  const query = useQuery(mineQuery);
  return (
    <Panel title={t`Where I am paid`} actions={<DialogButton label={query.data?.account ? <Trans>Change</Trans> : <Trans>Say where</Trans>} size="compact-sm" title={t`Where I am paid`}>{(close) => <AccountForm close={close} />}</DialogButton>}>
      <Loaded query={query} lines={2}>{(mine) => mine.account ? <p><b>{mine.account.name}</b> <span className="mono">{mine.account.iban}</span></p> : <p className="soft"><Trans>Without an account you are paid in cash.</Trans></p>}</Loaded>
    </Panel>
  );
}

function AccountForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ name: '', iban: '' });
  const action = useAction<{ name: string; iban: string }, unknown>({ run: sayAccount, refresh: [['payroll', 'mine']], said: () => t`Kept`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run({ name: form.values.name.trim(), iban: form.values.iban }))}>
      <TextInput required label={t`Name on the account`} autoComplete="name" maxLength={70} {...form.text('name', action)} data-autofocus />
      <TextInput required label={t`IBAN`} maxLength={42} {...form.text('iban', action)} />
      <p className="soft"><Trans>Only the file for the bank shows it whole.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Keep</Trans></Button></div>
    </form>
  );
}
