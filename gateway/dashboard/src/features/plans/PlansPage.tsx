import { Button, NumberInput, TextInput, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { coopQuery, planHistoryQuery, type Plan } from '@/shared/coop';
import { readAmount, readPrice } from '@/shared/money';
import { useSession } from '@/shared/session';
import { today } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { addPlan } from './plans-api';

/** What a connection costs: now, before and soon. */
export default function PlansPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const query = useQuery(planHistoryQuery);
  const may = has('treasurer', 'board');
  const rows = useMemo(() => query.data && [...query.data].sort((a, b) => a.code.localeCompare(b.code) || b.effectiveOn.localeCompare(a.effectiveOn)), [query.data]);
  const columns = useMemo((): Column<Plan>[] => [
    { id: 'name', head: t`Plan`, by: (row) => row.name, cell: (row) => <><b>{row.name}</b> <span className="mono soft">{row.code}</span><small>{row.description}</small></> },
    { id: 'holds', head: t`Holds`, cell: (row) => <Holds plan={row} plans={query.data ?? []} /> },
    { id: 'from', head: t`From`, by: (row) => row.effectiveOn, cell: (row) => <When at={row.effectiveOn} plain /> },
    { id: 'flat', head: t`A month`, end: true, by: (row) => Number(row.flat.amount), cell: (row) => <Amount of={row.flat} /> },
    { id: 'gb', head: t`Included`, end: true, by: (row) => Number(row.includedGb), cell: (row) => <span className="num"><Trans>{i18n.number(Number(row.includedGb))} GB</Trans></span> },
    { id: 'per', head: t`Each GB more`, end: true, by: (row) => Number(row.perGb.amount), cell: (row) => <Amount of={row.perGb} /> },
    { id: 'acts', head: '', end: true, cell: (row) => (may && newest(row, query.data ?? []) ? <DialogButton label={<Trans>Change</Trans>} size="compact-sm" title={t`Change ${row.name}`}>{(close) => <PlanForm from={row} close={close} />}</DialogButton> : <span className="nothing" />) },
  ], [t, i18n, may, query.data]);
  return (
    <Page title={t`Plans`} lead={<Trans>What a connection costs. A change holds from a date on and never backwards.</Trans>} actions={may && <DialogButton label={<Trans>New plan</Trans>} variant="filled" icon={<IconPlus size={16} />} title={t`A new plan`}>{(close) => <PlanForm close={close} />}</DialogButton>}>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Plans`} columns={columns} rows={rows} id={(row) => `${row.code} ${row.effectiveOn}`} query={query} empty={<Empty icon={<IconStack2 size={32} />} title={t`No plans yet`}><Trans>People choose a plan when they join, so the first one comes before the first member.</Trans></Empty>} />
      </div></div>
    </Page>
  );
}

const newest = (plan: Plan, plans: Plan[]) => !plans.some((other) => other.code === plan.code && other.effectiveOn > plan.effectiveOn);

function Holds({ plan, plans }: { plan: Plan; plans: Plan[] }) {
  const now = today();
  if (plan.effectiveOn > now) return <Pill tone="info"><Trans>Coming</Trans></Pill>;
  const replaced = plans.some((other) => other.code === plan.code && other.effectiveOn > plan.effectiveOn && other.effectiveOn <= now);
  return replaced ? <Pill tone="quiet"><Trans>Past</Trans></Pill> : <Pill tone="ok"><Trans>Now</Trans></Pill>;
}

function PlanForm({ from, close }: { from?: Plan; close: () => void }) {
  const { t } = useLingui();
  const currency = useQuery(coopQuery).data?.currency ?? from?.currency ?? 'EUR';
  const form = useFields({ code: from?.code ?? '', name: from?.name ?? '', description: from?.description ?? '', effectiveOn: today(from ? 1 : 0), flat: from?.flat.amount ?? '', includedGb: Number(from?.includedGb ?? 0), perGb: from?.perGb.amount ?? '' });
  const [wrong, setWrong] = useState<{ flat?: string; perGb?: string }>({});
  const action = useAction<Plan, Plan>({ run: addPlan, refresh: [['plans']], said: (plan) => t`${plan?.name ?? form.values.name} is written down`, done: close });
  const send = () => {
    const [flat, perGb] = [readAmount(form.values.flat), readPrice(form.values.perGb)];
    const hint = t`Write it like 12.50`;
    setWrong({ flat: flat ? undefined : hint, perGb: perGb ? undefined : hint });
    if (!flat || !perGb) return;
    const { code, name, description, effectiveOn, includedGb } = form.values;
    action.run({ code: code.trim(), name: name.trim(), description: description.trim() || null, effectiveOn, includedGb, currency, flat: { amount: flat, currency }, perGb: { amount: perGb, currency } });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <div className="row">
        <TextInput required label={t`Name`} maxLength={80} {...form.text('name', action)} data-autofocus />
        <TextInput required label={t`Code`} description={t`Short, small letters; stays the same.`} maxLength={40} pattern="[a-z0-9][a-z0-9\-]*" disabled={from !== undefined} {...form.text('code', action)} />
      </div>
      <Textarea label={t`In a sentence`} autosize maxLength={500} {...form.text('description', action)} />
      <div className="row">
        <TextInput required inputMode="decimal" label={t`${currency} a month`} {...form.text('flat', action)} error={wrong.flat ?? action.fieldError('flat')} />
        <NumberInput required min={0} max={1_000_000} label={t`GB included`} value={form.values.includedGb} onChange={(value) => form.set('includedGb', Number(value) || 0)} error={action.fieldError('includedGb')} />
        <TextInput required inputMode="decimal" label={t`${currency} for each GB more`} {...form.text('perGb', action)} error={wrong.perGb ?? action.fieldError('perGb')} />
      </div>
      <TextInput required type="date" label={t`Holds from`} description={t`What was used before is billed as before.`} {...form.text('effectiveOn', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}
