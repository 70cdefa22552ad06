import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCoins } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { coopQuery } from '@/shared/coop';
import { csv, save } from '@/shared/csv';
import { readAmount, toMicro } from '@/shared/money';
import { useSession } from '@/shared/session';
import { month, monthName, today } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { hours, percent, readPercent, RunState } from './amounts';
import { figuresQuery, prepare, runsQuery, setRates, type NewRateCard, type PayFigures, type PayRun, type RateCard } from './payroll-api';

const BACK = [-1, -2, -3, -4, -5, -6];
const AHEAD = [0, 1, 2, 3];

/** What moderators are paid, open to every member: dues in, pool, who was paid what by number, what was carried. */
export default function PayrollPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const query = useQuery(figuresQuery);
  const latest = query.data?.months[0];
  return (
    <Page title={t`Moderators’ pay`} lead={<Trans>A share of the dues that came in forms a pool. Hours and closed cases draw on it by published rates; what is left is carried. Two people sign each month, and nobody approves their own pay.</Trans>}
      actions={<>{has('moderator') && <Button component={Link} to="/my/hours" variant="default"><Trans>My hours and pay</Trans></Button>}{has('board') && <DialogButton label={<Trans>Set the rates</Trans>} title={t`Rates from a month on`}>{(close) => <RatesForm current={query.data?.current} close={close} />}</DialogButton>}</>}>
      {has('treasurer', 'board') && <Runs />}
      <Loaded query={query} lines={8}>
        {(figures) => <>
          <div className="figures">
            <Figure what={t`Of the dues`} value={figures.current ? percent(figures.current.share, i18n.locale) : '–'} note={figures.current ? t`From ${monthName(figures.current.firstMonth, i18n.locale)} on` : t`No rates were set yet`} />
            <Figure what={t`For an hour`} value={<Amount of={figures.current?.perHour} />} note={t`Rounded down to the cent`} />
            <Figure what={t`For a closed case`} value={<Amount of={figures.current?.perCase} />} note={t`Upheld or dismissed alike`} />
            <Figure what={t`Left in the pool`} value={<Amount of={latest?.carriedOut} />} note={latest ? t`After ${monthName(latest.month, i18n.locale)}` : t`Nobody was paid yet`} />
          </div>
          <Months months={figures.months} />
        </>}
      </Loaded>
    </Page>
  );
}

function Months({ months }: { months: PayFigures[] }) {
  const { t, i18n } = useLingui();
  const columns = useMemo((): Column<PayFigures>[] => [
    { id: 'month', head: t`Month`, by: (row) => row.month, cell: (row) => monthName(row.month, i18n.locale) },
    { id: 'collected', head: t`Dues that came in`, end: true, by: (row) => Number(toMicro(row.collected.amount)), cell: (row) => <Amount of={row.collected} /> },
    { id: 'pool', head: t`Into the pool`, end: true, cell: (row) => <><Amount of={row.added} /><small>{percent(row.share, i18n.locale)}</small></> },
    { id: 'paid', head: t`Paid to moderators`, cell: (row) => row.moderators.length === 0 ? <span className="soft"><Trans>Nobody</Trans></span> : <ul className="plain">{row.moderators.map((one) => <li key={one.moderator}><Trans>Moderator {one.moderator}</Trans>: <Amount of={one.pay} /> <small><Trans>{hours(one.minutes)} h, {one.cases} cases</Trans></small></li>)}</ul> },
    { id: 'carried', head: t`Carried on`, end: true, cell: (row) => <Amount of={row.carriedOut} /> },
  ], [t, i18n]);
  const download = () => save(`moderators-pay-${today()}.csv`, csv(
    [t`Month`, t`Moderator`, t`Minutes`, t`Cases`, t`By the rates`, t`Paid`, t`Currency`],
    months.flatMap((one) => one.moderators.map((line) => [one.month, line.moderator, line.minutes, line.cases, line.claim.amount, line.pay.amount, line.pay.currency])),
  ));
  return (
    <Panel title={t`Month by month`} lead={t`Each moderator keeps the same number.`} flush actions={months.length > 0 && <Button size="compact-sm" variant="default" onClick={download}><Trans>Download CSV</Trans></Button>}>
      <DataTable caption={t`Moderators’ pay by month`} columns={columns} rows={months} id={(row) => row.month}
        empty={<Empty icon={<IconCoins size={30} />} title={t`No month was paid yet`}><Trans>When a month is over, the treasurer draws it up and another person approves it. Then its figures stand here for everybody.</Trans></Empty>} />
    </Panel>
  );
}

function Runs() {
  const { t, i18n } = useLingui();
  const query = useQuery(runsQuery);
  const columns = useMemo((): Column<PayRun>[] => [
    { id: 'month', head: t`Month`, by: (row) => row.month, cell: (row) => <Link to="/payroll/$runId" params={{ runId: row.id }}>{monthName(row.month, i18n.locale)}</Link> },
    { id: 'state', head: t`State`, by: (row) => row.state, cell: (row) => <RunState state={row.state} /> },
    { id: 'moderators', head: t`Moderators`, end: true, cell: (row) => row.lines.length },
    { id: 'drawn', head: t`Pay`, end: true, by: (row) => Number(toMicro(row.drawn.amount)), cell: (row) => <Amount of={row.drawn} /> },
  ], [t, i18n]);
  return (
    <Panel title={t`Pay runs`} lead={t`Draw a month up when it is over; somebody else approves it.`} flush actions={<DialogButton label={<Trans>Draw up a month</Trans>} size="compact-sm" title={t`Draw up a month`}>{(close) => <PrepareForm close={close} />}</DialogButton>}>
      <DataTable caption={t`Pay runs`} columns={columns} rows={query.data?.items} id={(row) => row.id} query={query}
        empty={<Empty icon={<IconCoins size={30} />} title={t`No pay run yet`}><Trans>The board sets the rates first. Hours come from moderators, closed cases by themselves.</Trans></Empty>} />
    </Panel>
  );
}

function PrepareForm({ close }: { close: () => void }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const form = useFields({ month: month(-1) });
  const action = useAction<string, PayRun>({ run: prepare, refresh: [['payroll']], said: () => t`Drawn up. Somebody else approves it.`, done: (made) => { close(); void navigate({ to: '/payroll/$runId', params: { runId: made.id } }); } });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(form.values.month))}>
      <NativeSelect label={t`Month`} data={BACK.map((back) => ({ value: month(back), label: monthName(month(back), i18n.locale) }))} {...form.text('month', action)} data-autofocus />
      <p className="soft"><Trans>All work until its end that was not paid yet is in it. Nothing is owed before somebody else has approved it.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Draw up</Trans></Button></div>
    </form>
  );
}

function RatesForm({ current, close }: { current?: RateCard | null; close: () => void }) {
  const { t, i18n } = useLingui();
  const currency = useQuery(coopQuery).data?.currency ?? 'EUR';
  const form = useFields({ firstMonth: month(current ? 1 : 0), share: current ? percent(current.share, 'en').replace('%', '') : '', perHour: current?.perHour.amount ?? '', perCase: current?.perCase.amount ?? '0' });
  const [wrong, setWrong] = useState<{ share?: string; perHour?: string; perCase?: string }>({});
  const action = useAction<NewRateCard, RateCard>({ run: setRates, refresh: [['payroll']], said: () => t`The rates are set`, done: close });
  const send = () => {
    const share = readPercent(form.values.share);
    const perHour = readAmount(form.values.perHour);
    const perCase = readAmount(form.values.perCase);
    const hint = t`Write it like 12.50`;
    setWrong({ share: share ? undefined : t`0 to 100`, perHour: perHour ? undefined : hint, perCase: perCase ? undefined : hint });
    if (share && perHour && perCase) action.run({ firstMonth: form.values.firstMonth, share, perHour: { amount: perHour, currency }, perCase: { amount: perCase, currency } });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <NativeSelect label={t`From`} data={AHEAD.map((on) => ({ value: month(on), label: monthName(month(on), i18n.locale) }))} {...form.text('firstMonth', action)} data-autofocus />
      <div className="row">
        <TextInput required inputMode="decimal" label={t`Percent of the dues`} {...form.text('share')} error={wrong.share ?? action.fieldError('share')} />
        <TextInput required inputMode="decimal" label={t`${currency} an hour`} {...form.text('perHour')} error={wrong.perHour ?? action.fieldError('perHour.amount')} />
        <TextInput required inputMode="decimal" label={t`${currency} a closed case`} {...form.text('perCase')} error={wrong.perCase ?? action.fieldError('perCase.amount')} />
      </div>
      <p className="soft"><Trans>Every member can read them. Rates never change backwards; where the pool does not suffice, each gets the same part of what the rates come to.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Set the rates</Trans></Button></div>
    </form>
  );
}
