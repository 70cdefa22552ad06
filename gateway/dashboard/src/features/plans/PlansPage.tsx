import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowsDiff, IconPlus, IconStack2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { planHistoryQuery, type Plan } from '@/shared/coop';
import { useSession } from '@/shared/session';
import { today } from '@/shared/time';
import { DialogButton } from '@/shared/ui/action';
import { Empty, Page } from '@/shared/ui/page';
import { PlanParts } from '@/shared/ui/plan-parts';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { PlanForm } from './PlanForm';

/** What a connection costs: now, before and soon. */
export default function PlansPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(planHistoryQuery);
  const may = has('treasurer', 'board');
  const rows = useMemo(() => query.data && [...query.data].sort((a, b) => a.code.localeCompare(b.code) || b.effectiveOn.localeCompare(a.effectiveOn)), [query.data]);
  const columns = useMemo((): Column<Plan>[] => [
    { id: 'name', head: t`Plan`, by: (row) => row.name, cell: (row) => <><b>{row.name}</b> <span className="mono soft">{row.code}</span><small>{row.description}</small></> },
    { id: 'holds', head: t`Holds`, cell: (row) => <Holds plan={row} plans={query.data ?? []} /> },
    { id: 'from', head: t`From`, by: (row) => row.effectiveOn, cell: (row) => <When at={row.effectiveOn} plain /> },
    { id: 'parts', head: t`What it costs`, cell: (row) => <PlanParts plan={row} /> },
    { id: 'acts', head: '', end: true, cell: (row) => (may && newest(row, query.data ?? []) ? <DialogButton label={<Trans>Change</Trans>} size="compact-sm" title={t`Change ${row.name}`} wide>{(close) => <PlanForm from={row} close={close} />}</DialogButton> : <span className="nothing" />) },
  ], [t, may, query.data]);
  return (
    <Page title={t`Plans`} lead={<Trans>What a connection costs. A change holds from a date on and never backwards.</Trans>} actions={<><Button component={Link} to="/simulations" variant="default" leftSection={<IconArrowsDiff size={16} />}><Trans>Try a proposal</Trans></Button>{may && <DialogButton label={<Trans>New plan</Trans>} variant="filled" icon={<IconPlus size={16} />} title={t`A new plan`} wide>{(close) => <PlanForm close={close} />}</DialogButton>}</>}>
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
