import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowsDiff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { coopQuery, currentPlans, partsOf, plansQuery } from '@/shared/coop';
import { readAmount } from '@/shared/money';
import { useSession } from '@/shared/session';
import { month, monthName, today } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { draftOf, toParts, type PartDraft } from './part-drafts';
import { PartsEditor } from './PlanForm';
import { beginSimulation, simulationsQuery, type NewSimulation, type SimulationRow } from './simulations-api';

/** Proposals tried on months that are over: no vote in the dark. */
export default function SimulationsPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const query = useQuery(simulationsQuery);
  const columns = useMemo((): Column<SimulationRow>[] => [
    { id: 'months', head: t`Months`, cell: (row) => <Link to="/simulations/$simulationId" params={{ simulationId: row.id }}>{monthName(row.from, i18n.locale)}{row.to !== row.from && <> – {monthName(row.to, i18n.locale)}</>}</Link> },
    { id: 'state', head: t`State`, cell: (row) => <SimulationState row={row} /> },
    { id: 'when', head: t`Begun`, by: (row) => row.requestedAt, cell: (row) => <When at={row.requestedAt} /> },
  ], [t, i18n]);
  return (
    <Page title={t`Proposals, tried`} crumb={{ to: '/plans', label: t`Plans` }} lead={<Trans>Months that are over, computed again under other plans. Each member sees what it would have meant for them, and how it spreads.</Trans>}
      actions={has('treasurer', 'board') && <DialogButton label={<Trans>Try a proposal</Trans>} variant="filled" icon={<IconArrowsDiff size={16} />} title={t`Try a proposal`} wide>{(close) => <SimulationForm close={close} />}</DialogButton>}>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Proposals, tried`} columns={columns} rows={query.data} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconArrowsDiff size={32} />} title={t`Nothing was tried yet`}><Trans>The board or the treasurer tries a proposal before you vote on it. The result stands here for every member.</Trans></Empty>} />
      </div></div>
    </Page>
  );
}

export function SimulationState({ row }: { row: SimulationRow }) {
  switch (row.state) {
    case 'done': return <Pill tone="ok"><Trans>Done</Trans></Pill>;
    case 'failed': return <Pill tone="bad"><Trans>Failed</Trans></Pill>;
    default: return <Pill tone="info"><Trans>Computing, {row.done} of {row.payers}</Trans></Pill>;
  }
}

function SimulationForm({ close }: { close: () => void }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const currency = useQuery(coopQuery).data?.currency ?? 'EUR';
  const plans = currentPlans(useQuery(plansQuery).data ?? [], today());
  const months = [-1, -2, -3, -4, -5, -6].map((back) => month(back));
  const form = useFields({ from: months[0]!, to: months[0]!, code: '', alone: '' });
  const [drafts, setDrafts] = useState<PartDraft[]>([]);
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const [aloneWrong, setAloneWrong] = useState<string>();
  const action = useAction<NewSimulation, SimulationRow>({ run: beginSimulation, refresh: [['simulations']], done: (begun) => { close(); void navigate({ to: '/simulations/$simulationId', params: { simulationId: begun.id } }); } });
  const plan = plans.find((one) => one.code === form.values.code);
  const choose = (code: string) => {
    form.set('code', code);
    const chosen = plans.find((one) => one.code === code);
    setDrafts(chosen ? partsOf(chosen).map(draftOf) : []);
  };
  const send = () => {
    const read = toParts(drafts, currency);
    const alone = form.values.alone.trim() === '' ? '' : readAmount(form.values.alone);
    setWrong(read.wrong);
    setAloneWrong(alone === null ? t`Write it like 12.50` : undefined);
    if (!read.parts || alone === null) return;
    action.run({ from: form.values.from, to: form.values.to, alone: alone ? { amount: alone } : null, plans: plan ? [{ code: plan.code, name: plan.name, description: plan.description ?? null, effectiveOn: `${form.values.from}-01`, currency, parts: read.parts }] : [] });
  };
  const options = months.map((value) => ({ value, label: monthName(value, i18n.locale) }));
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <div className="row">
        <NativeSelect label={t`First month`} data={options} {...form.text('from', action)} />
        <NativeSelect label={t`Last month`} data={options} {...form.text('to', action)} />
      </div>
      <NativeSelect label={t`What would change`} value={form.values.code} onChange={(event) => choose(event.currentTarget.value)}
        data={[{ value: '', label: t`Nothing: today’s plans` }, ...plans.map((one) => ({ value: one.code, label: one.name }))]} />
      {plan ? <PartsEditor drafts={drafts} change={setDrafts} currency={currency} wrong={wrong} fieldError={(field) => action.fieldError(`plans.${field}`) ?? action.fieldError(`plans[0].${field}`)} />
        : <Notice tone="info" title={t`A check of the simulator itself`}><Trans>Today’s plans on closed months must give exactly the bills that were issued.</Trans></Notice>}
      <TextInput inputMode="decimal" label={t`A line of one’s own costs, in ${currency} a month (optional)`} description={t`Tells who would be better off leaving.`} {...form.text('alone', action, 'alone.amount')} error={aloneWrong ?? action.fieldError('alone.amount')} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Begin</Trans></Button></div>
    </form>
  );
}
