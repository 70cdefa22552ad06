import { Button, Checkbox, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBellOff, IconMoodSmile } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { absolute, today } from '@/shared/time';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { dayQuery, endHold, hold, holdsQuery, policyQuery, sayPolicy, type Coming, type Hold, type ReminderPolicy } from './reminders-api';

const REFRESH = [['dunning']];

/** Who is reminded, and what is called overdue tomorrow, by the co-op's policy. */
export default function RemindersPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const policy = useQuery(policyQuery);
  return (
    <Page title={t`Reminders`} lead={<Trans>When payers are reminded, and from when on an invoice is called overdue. What follows from being overdue is the membership’s policy.</Trans>}
      actions={policy.data && has('treasurer', 'board') && <DialogButton label={<Trans>Change the policy</Trans>} title={t`The policy from today on`}>{(close) => <PolicyForm policy={policy.data} close={close} />}</DialogButton>}>
      <Loaded query={policy} lines={3}>{(now) => <Policy policy={now} />}</Loaded>
      <Board />
      <Holds />
    </Page>
  );
}

function Days({ after }: { after: number | null | undefined }) {
  if (after === null || after === undefined) return <Trans>None</Trans>;
  const days = Math.abs(after);
  return after < 0 ? <Trans>{days} days before</Trans> : <Trans>{days} days after</Trans>;
}

function Policy({ policy }: { policy: ReminderPolicy }) {
  const { t } = useLingui();
  return (
    <>
      {!policy.saidOn && <Notice tone="info" title={t`No policy yet`}><Trans>Nobody is reminded, and an invoice is overdue on the day after its last day to pay.</Trans></Notice>}
      <div className="figures">
        <Figure what={t`Reminder`} value={<Days after={policy.reminderAfter} />} note={t`The last day to pay`} />
        <Figure what={t`Last reminder`} value={<Days after={policy.lastAfter} />} note={t`The last day to pay`} />
        <Figure what={t`Grace`} value={t`${policy.graceDays} days`} note={t`Then it is called overdue`} />
        <Figure what={t`Waits for the bank`} value={policy.waitForBank ? t`Yes` : t`No`} note={t`Steps wait for a file of that day`} />
      </div>
    </>
  );
}

const ahead = (days: number) => {
  const day = new Date(`${today()}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
};

function Board() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const [days, setDays] = useState('1');
  const query = useQuery(dayQuery(days === '1' ? undefined : ahead(Number(days))));
  const treasurer = has('treasurer');
  const columns = useMemo((): Column<Coming>[] => [
    { id: 'number', head: t`Invoice`, by: (row) => row.number, cell: (row) => <><Link to="/invoices/$invoiceId" params={{ invoiceId: row.invoiceId }}>{row.number}</Link><small><Trans>due {absolute(row.dueOn, i18n.locale)}</Trans></small></> },
    { id: 'payer', head: t`Payer`, cell: (row) => <PayerName id={row.payerId} /> },
    { id: 'stage', head: t`What happens`, by: (row) => row.stage, cell: (row) => (row.held ? <Pill tone="quiet"><Trans>Let be until {absolute(row.held.until, i18n.locale)}</Trans></Pill> : <StagePill stage={row.stage} />) },
    { id: 'open', head: t`Open`, end: true, cell: (row) => <Amount of={row.open} /> },
    { id: 'acts', head: '', end: true, cell: (row) => (treasurer && !row.held ? <HoldButton payerId={row.payerId} /> : null) },
  ], [t, i18n, treasurer]);
  const day = query.data;
  return (
    <Panel title={t`Who is affected`} lead={t`If nobody pays until then.`} flush actions={<Filters label={t`Day`} value={days} onPick={setDays} items={[{ value: '0', label: t`Today` }, { value: '1', label: t`Tomorrow` }, { value: '7', label: t`In a week` }]} />}>
      {day?.waitsForBank && <Notice tone="warn" title={t`Steps of today wait for the bank`}><Trans>No file of the bank was handed in today. Who paid yesterday must not be reminded: <Link to="/bank">hand in today’s file</Link>.</Trans></Notice>}
      <DataTable caption={t`Who is affected`} columns={columns} rows={day?.items} id={(row) => row.invoiceId} query={query}
        empty={<Empty icon={<IconMoodSmile size={30} />} title={t`Nobody`}><Trans>No reminder is due that day, and nothing falls overdue.</Trans></Empty>} />
      {day?.more && <p className="soft" style={{ padding: '0.7rem 1.1rem', margin: 0 }}><Trans>The first {day.items.length} are shown.</Trans></p>}
    </Panel>
  );
}

function StagePill({ stage }: { stage: string }) {
  switch (stage) {
    case 'reminder': return <Pill tone="info"><Trans>Reminder</Trans></Pill>;
    case 'last-reminder': return <Pill tone="warn"><Trans>Last reminder</Trans></Pill>;
    case 'overdue': return <Pill tone="bad"><Trans>Overdue</Trans></Pill>;
    default: return <Pill tone="quiet">{stage}</Pill>;
  }
}

function HoldButton({ payerId }: { payerId: string }) {
  const { t } = useLingui();
  return <DialogButton size="compact-sm" label={<Trans>Let be</Trans>} title={t`Let this payer be`}>{(close) => <HoldForm payerId={payerId} close={close} />}</DialogButton>;
}

function HoldForm({ payerId, close }: { payerId: string; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ until: ahead(30), reason: '' });
  const action = useAction<void, unknown>({ run: () => hold(payerId, form.values.until, form.values.reason.trim()), refresh: REFRESH, said: () => t`Let be`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <p><Trans>No reminder, and nothing of this payer’s is called overdue until the end of that day. What is overdue already stays so; membership’s hardship hold narrows what follows from it.</Trans></p>
      <TextInput required type="date" label={t`Until the end of`} min={today()} max={ahead(365)} {...form.text('until', action)} />
      <Textarea required autosize minRows={2} maxLength={500} label={t`Reason`} {...form.text('reason', action)} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Let be</Trans></Button></div>
    </form>
  );
}

function Holds() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const treasurer = has('treasurer');
  const query = useQuery(holdsQuery);
  const columns = useMemo((): Column<Hold>[] => [
    { id: 'payer', head: t`Payer`, cell: (row) => <PayerName id={row.payerId} /> },
    { id: 'until', head: t`Until`, by: (row) => row.until, cell: (row) => absolute(row.until, i18n.locale) },
    { id: 'why', head: t`Reason`, cell: (row) => <>{row.reason}<small><When at={row.at} /></small></> },
    { id: 'acts', head: '', end: true, cell: (row) => (treasurer ? <ReasonButton label={<Trans>End</Trans>} size="compact-sm" title={t`Let reminders go on`} confirm={t`Let them go on`} said={t`Reminders go on`} run={(reason) => endHold(row.payerId, reason)} refresh={REFRESH} explain={<Trans>Steps go on from where they would be by now.</Trans>} /> : null) },
  ], [t, i18n, treasurer]);
  return (
    <Panel title={t`Let be`} lead={t`Hardship, a dispute, an agreement.`} flush>
      <DataTable caption={t`Payers who are let be`} columns={columns} rows={query.data} id={(row) => row.payerId} query={query} empty={<Empty icon={<IconBellOff size={30} />} title={t`Nobody is let be`} />} />
    </Panel>
  );
}

function PolicyForm({ policy, close }: { policy: ReminderPolicy; close: () => void }) {
  const { t } = useLingui();
  const shown = (days: number | null | undefined) => (days === null || days === undefined ? '' : String(days));
  const form = useFields({ reminder: policy.saidOn ? shown(policy.reminderAfter) : '-3', last: policy.saidOn ? shown(policy.lastAfter) : '7', grace: policy.saidOn ? String(policy.graceDays) : '14', wait: policy.saidOn ? policy.waitForBank : true });
  const action = useAction<void, ReminderPolicy>({
    run: () => sayPolicy({ reminderAfter: number(form.values.reminder), lastAfter: number(form.values.last), graceDays: Number(form.values.grace), waitForBank: form.values.wait }),
    refresh: REFRESH, said: () => t`The policy holds from today on`, done: close,
  });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <p><Trans>Days are counted from the last day to pay; below zero is before it. It works forward: nobody is reminded of what is past. Its words are under <Link to="/mail" search={{ view: 'words' }}>Mail</Link>.</Trans></p>
      <div className="row">
        <TextInput type="number" min={-30} max={90} label={t`Reminder`} description={t`Empty for none`} {...form.text('reminder', action, 'reminderAfter')} data-autofocus />
        <TextInput type="number" min={-30} max={90} label={t`Last reminder`} description={t`Empty for none`} {...form.text('last', action, 'lastAfter')} />
        <TextInput required type="number" min={0} max={90} label={t`Days of grace`} description={t`Then it is overdue`} {...form.text('grace', action, 'graceDays')} />
      </div>
      <Checkbox label={t`Wait for a file of the bank on the day of a step`} checked={form.values.wait} onChange={(event) => form.set('wait', event.currentTarget.checked)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}

const number = (typed: string): number | null => (typed.trim() === '' ? null : Number(typed));
