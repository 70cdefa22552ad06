import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCalendarDollar, IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { InstalmentPlan } from '@/shared/instalments';
import { PayerName, payerQuery } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { absolute } from '@/shared/time';
import { DialogButton, ReasonButton, useAction } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Loaded } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, Nothing } from '@/shared/ui/values';
import { agree, agreeTo, end, openQuery, plansQuery, refuse } from './parts-api';
import { PlanDetails, PlanState } from './PlanDetails';
import { PlanForm, REFRESH } from './PlanForm';

/** Who pays in parts, who asks to, and what became of it. */
export default function PartsPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const navigate = useNavigate();
  const { state, payerId } = useSearch({ strict: false });
  const query = useInfiniteQuery(plansQuery({ state, payerId }));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const payer = useQuery({ ...payerQuery(payerId ?? ''), enabled: Boolean(payerId), retry: false }).data;
  const treasurer = has('treasurer');
  const columns = useMemo((): Column<InstalmentPlan>[] => [
    { id: 'payer', head: t`Payer`, cell: (row) => <PayerName id={row.payerId} /> },
    { id: 'state', head: t`State`, cell: (row) => <PlanState state={row.state} /> },
    { id: 'next', head: t`Next part`, cell: (row) => (row.next ? <><Trans>{row.next.number} of {row.next.of}</Trans><small><Trans>by {absolute(row.next.dueOn, i18n.locale)}</Trans>: <Amount of={row.next.open} /></small></> : <Nothing />) },
    { id: 'total', head: t`Agreed`, end: true, cell: (row) => <Amount of={row.total} /> },
    { id: 'open', head: t`Open`, end: true, cell: (row) => <Amount of={row.open} /> },
    { id: 'acts', head: '', end: true, cell: (row) => <span className="toolbar"><DialogButton size="compact-sm" label={<Trans>Parts</Trans>} title={t`Paid in parts`}>{() => <PlanDetails plan={row} />}</DialogButton>{treasurer && <Acts plan={row} />}</span> },
  ], [t, i18n, treasurer]);
  return (
    <Page title={t`Paying in parts`} crumb={{ to: '/invoices', label: t`Invoices` }} lead={<Trans>What is open is paid by agreed days. While that is kept, nothing is overdue, reminded of or collected; a part that is missed after the days of grace ends it.</Trans>}
      actions={treasurer && payerId && <DialogButton label={<Trans>Agree on parts</Trans>} variant="filled" icon={<IconCalendarDollar size={16} />} title={t`Pay in parts`} wide>{(close) => <AgreeForm payerId={payerId} close={close} />}</DialogButton>}>
      <div className="toolbar">
        <Filters label={t`Show`} value={state ?? ''} onPick={(value) => void navigate({ to: '/parts', search: { payerId, state: value || undefined } })} items={[{ value: '', label: t`All` }, { value: 'asked', label: t`Asked for` }, { value: 'running', label: t`Running` }, { value: 'missed', label: t`Missed` }, { value: 'kept', label: t`Paid` }]} />
      </div>
      {payerId && <div><Button size="compact-sm" variant="light" rightSection={<IconX size={14} />} onClick={() => void navigate({ to: '/parts', search: { state } })}><Trans>Only of {payer?.name ?? t`one payer`}</Trans></Button></div>}
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Plans of parts`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconCalendarDollar size={32} />} title={t`Nobody pays in parts`}><Trans>A payer asks on their own page, or you agree with one from the page of an open invoice.</Trans></Empty>} />
      </div></div>
    </Page>
  );
}

function Acts({ plan }: { plan: InstalmentPlan }) {
  const { t } = useLingui();
  const action = useAction<void, InstalmentPlan>({ run: () => agreeTo(plan.id), refresh: REFRESH, said: () => t`Agreed` });
  switch (plan.state) {
    case 'asked': return <>
      <Button size="compact-sm" variant="filled" loading={action.busy} onClick={() => action.run()}><Trans>Agree</Trans></Button>
      <ReasonButton size="compact-sm" label={<Trans>Refuse</Trans>} title={t`Do not agree`} confirm={t`Do not agree`} said={t`Not agreed`} run={(reason) => refuse(plan.id, reason)} refresh={REFRESH} explain={<Trans>The payer reads why. Nothing changes: what is open is owed by its day.</Trans>} />
      <ProblemNotice error={action.error} />
    </>;
    case 'running': return <ReasonButton size="compact-sm" color="red" label={<Trans>End</Trans>} title={t`End this plan`} confirm={t`End it`} said={t`Ended`} run={(reason) => end(plan.id, reason)} refresh={REFRESH} explain={<Trans>What is left is owed from today; reminders and grace begin anew. What was paid stays paid.</Trans>} />;
    default: return null;
  }
}

function AgreeForm({ payerId, close }: { payerId: string; close: () => void }) {
  const { t } = useLingui();
  const query = useQuery(openQuery(payerId));
  return (
    <Loaded query={query} lines={4}>
      {(invoices) => invoices.length === 0 ? <Empty title={t`Nothing is open`} /> : <PlanForm payerId={payerId} invoices={invoices} run={agree} submit={t`Agree`} said={t`Agreed`} close={close} />}
    </Loaded>
  );
}
