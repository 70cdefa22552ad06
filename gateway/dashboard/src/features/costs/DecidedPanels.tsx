import { Button, NumberInput, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconGavel, IconPlugConnectedX, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSession } from '@/shared/session';
import { monthName, today } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { budgetsQuery, outageRulesQuery, resolutionsQuery, setOutageRule, type CostBudget, type MoneyResolution, type OutageRule } from './costs-api';

const DAY_MS = 86_400_000;

/** What outages give back: for all to see, for the board or the assembly to set. */
export function OutageRules() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(outageRulesQuery);
  const rows = useMemo(() => query.data && [...query.data.items].sort((a, b) => b.effectiveOn.localeCompare(a.effectiveOn)), [query.data]);
  const current = rows?.find((row) => row.effectiveOn <= today());
  const columns = useMemo((): Column<OutageRule>[] => [
    { id: 'from', head: t`Outages that begin from`, cell: (row) => <><When at={row.effectiveOn} plain /><small>{row.effectiveOn > today() ? <Pill tone="info"><Trans>Coming</Trans></Pill> : row === current && <Pill tone="ok"><Trans>In force</Trans></Pill>}</small></> },
    { id: 'hours', head: t`And last`, cell: (row) => <Trans>{row.afterHours} h or longer</Trans> },
    { id: 'percent', head: t`Give back of the dues of that time`, end: true, cell: (row) => (row.percent === 0 ? <span className="soft"><Trans>nothing</Trans></span> : <span className="num">{row.percent} %</span>) },
    { id: 'by', head: t`Set by`, cell: (row) => (row.resolution ? <Trans>Resolution {row.resolution}</Trans> : <Trans>the board</Trans>) },
  ], [t, current]);
  return (
    <Panel title={t`What outages give back`} lead={t`Not where the member’s own node broke, nor while work was announced. It is a line of the month’s bill.`} flush
      actions={has('board') && <DialogButton label={<Trans>Set a rule</Trans>} size="compact-sm" icon={<IconPlus size={14} />} title={t`What outages give back`}>{(close) => <RuleForm current={current} close={close} />}</DialogButton>}>
      <DataTable caption={t`What outages give back`} columns={columns} rows={rows} id={(row) => row.effectiveOn} query={query} empty={<Empty icon={<IconPlugConnectedX size={30} />} title={t`Outages give nothing back`}><Trans>Until the board sets a rule, or the assembly adopts one.</Trans></Empty>} />
    </Panel>
  );
}

function RuleForm({ current, close }: { current?: OutageRule; close: () => void }) {
  const { t } = useLingui();
  const tomorrow = new Date(Date.parse(today()) + DAY_MS).toISOString().slice(0, 10);
  const form = useFields({ effectiveOn: tomorrow, afterHours: current?.afterHours ?? 4, percent: current?.percent ?? 100 });
  const action = useAction({ run: () => setOutageRule(form.values), refresh: [['outage-rules']], said: () => t`The rule is set`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput required type="date" min={tomorrow} label={t`For outages that begin from`} {...form.text('effectiveOn', action)} data-autofocus />
      <NumberInput required min={1} max={720} allowDecimal={false} label={t`And last at least (hours)`} value={form.values.afterHours} onChange={(value) => form.set('afterHours', Number(value))} error={action.fieldError('afterHours')} />
      <NumberInput required min={0} max={100} allowDecimal={false} label={t`Percent of the dues of that time`} description={t`0 gives nothing back.`} value={form.values.percent} onChange={(value) => form.set('percent', Number(value))} error={action.fieldError('percent')} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Set it</Trans></Button></div>
    </form>
  );
}

/** What may be spent, as the assembly decided. */
export function Budgets() {
  const { t, i18n } = useLingui();
  const query = useQuery(budgetsQuery);
  const columns = useMemo((): Column<CostBudget>[] => [
    { id: 'purpose', head: t`For what`, cell: (row) => <>{row.purpose}<small><Trans>from {monthName(row.firstMonth, i18n.locale)}, resolution {row.resolution}</Trans></small></> },
    { id: 'declared', head: t`Declared this month`, end: true, cell: (row) => <Amount of={row.declared} /> },
    { id: 'monthly', head: t`At most, a month`, end: true, cell: (row) => <Amount of={row.monthly} /> },
  ], [t, i18n]);
  return (
    <Panel title={t`Budgets`} lead={t`What the assembly lets be spent. A cost beyond it cannot be declared; what has no budget has no ceiling.`} flush>
      <DataTable caption={t`Budgets`} columns={columns} rows={query.data?.items} id={(row) => `${row.purpose} ${row.firstMonth}`} query={query} empty={<Empty title={t`No budgets`}><Trans>The assembly adopts one as a proposal.</Trans></Empty>} />
    </Panel>
  );
}

/** What the assembly decided about money, and whether it was carried out. */
export function Resolutions() {
  const { t } = useLingui();
  const query = useInfiniteQuery(resolutionsQuery);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<MoneyResolution>[] => [
    { id: 'number', head: t`Resolution`, cell: (row) => <Link to="/assembly/$proposalId" params={{ proposalId: row.proposalId }}><Trans>Number {row.number}</Trans></Link> },
    { id: 'what', head: t`What it changes`, cell: (row) => <><Kind of={row.kind} /><small>{row.what}</small></> },
    { id: 'from', head: t`From`, cell: (row) => <When at={row.effectiveOn} plain /> },
    { id: 'state', head: t`State`, cell: (row) => (row.carriedOutAt ? <Pill tone="ok"><Trans>Carried out</Trans></Pill> : <><Pill tone="bad"><Trans>Not carried out</Trans></Pill><small>{row.why}</small></>) },
  ], [t]);
  return (
    <Panel title={t`Decided by the assembly`} lead={t`Carried out by itself, from its day on.`} flush>
      <DataTable caption={t`Decided by the assembly`} columns={columns} rows={rows} id={(row) => row.proposalId} query={query} empty={<Empty icon={<IconGavel size={30} />} title={t`Nothing about money was decided yet`}><Trans>Dues, budgets and what outages give back appear here once they are adopted.</Trans></Empty>} />
    </Panel>
  );
}

function Kind({ of }: { of: string }) {
  switch (of) {
    case 'dues': return <Trans>dues</Trans>;
    case 'budget': return <Trans>a budget</Trans>;
    case 'outage-credit': return <Trans>what outages give back</Trans>;
    default: return <>{of}</>;
  }
}
