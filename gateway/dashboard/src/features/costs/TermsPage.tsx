import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowsExchange, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { coopQuery } from '@/shared/coop';
import { isZero, readPrice, type Money } from '@/shared/money';
import { useSession } from '@/shared/session';
import { month, monthName } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { Budgets, OutageRules, Resolutions } from './DecidedPanels';
import { declareTerms, pricesQuery, termsQuery, type CarriagePrice, type SettlementTerms } from './costs-api';

const MONTHS_AHEAD = 12;

/** By what members settle carriage with one another: for all to see, for the board to declare. */
export default function TermsPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const query = useQuery(termsQuery);
  const rows = useMemo(() => query.data && [...query.data.items].sort((a, b) => b.firstMonth.localeCompare(a.firstMonth)), [query.data]);
  const current = rows?.find((row) => row.firstMonth <= month());
  const columns = useMemo((): Column<SettlementTerms>[] => [
    { id: 'from', head: t`From`, cell: (row) => <>{monthName(row.firstMonth, i18n.locale)}<small>{row.firstMonth > month() ? <Pill tone="info"><Trans>Coming</Trans></Pill> : row === current && <Pill tone="ok"><Trans>In force</Trans></Pill>}</small></> },
    { id: 'reciprocity', head: t`Reciprocity, per GB`, end: true, cell: (row) => <PerGb of={row.reciprocityPerGb} /> },
    { id: 'carriage', head: t`Ceiling for carriage, per GB`, end: true, cell: (row) => <PerGb of={row.carriageCeilingPerGb} /> },
  ], [t, i18n, current]);
  return (
    <Page title={t`Settling between members`} crumb={{ to: '/cost-pools', label: t`Shared costs` }} lead={<Trans>Who carries more for others than others carry for them receives; who carries less pays. Together it is always zero.</Trans>}
      actions={has('board') && <DialogButton label={<Trans>Declare terms</Trans>} variant="filled" icon={<IconPlus size={16} />} title={t`Declare terms`}>{(close) => <DeclareTerms current={current} close={close} />}</DialogButton>}>
      <Panel title={t`Terms`} lead={t`They take effect with a month to come, never backwards.`} flush>
        <DataTable caption={t`Terms`} columns={columns} rows={rows} id={(row) => row.firstMonth} query={query} empty={<Empty icon={<IconArrowsExchange size={30} />} title={t`Nothing is settled between members`}><Trans>Both are off until the board declares terms, best after a vote.</Trans></Empty>} />
      </Panel>
      <Prices />
      <OutageRules />
      <Budgets />
      <Resolutions />
    </Page>
  );
}

const PerGb = ({ of }: { of: Money }) => (isZero(of) ? <span className="soft"><Trans>off</Trans></span> : <Amount of={of} />);

function Prices() {
  const { t } = useLingui();
  const query = useInfiniteQuery(pricesQuery);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<CarriagePrice>[] => [
    { id: 'node', head: t`Node`, cell: (row) => <span className="mono">{row.nodeId.slice(0, 12)}</span> },
    { id: 'from', head: t`From`, cell: (row) => <When at={row.from} first="absolute" plain /> },
    { id: 'price', head: t`Asks per GB`, end: true, cell: (row) => <Amount of={row.perGb} /> },
  ], [t]);
  return (
    <Panel title={t`What nodes ask for carrying`} lead={t`Never more than the ceiling.`} flush>
      <DataTable caption={t`What nodes ask for carrying`} columns={columns} rows={rows} id={(row) => row.nodeId} query={query} empty={<Empty title={t`No node asks anything`}><Trans>Where a ceiling is declared, the owner of a node may ask for up to that.</Trans></Empty>} />
    </Panel>
  );
}

function DeclareTerms({ current, close }: { current?: SettlementTerms; close: () => void }) {
  const { t, i18n } = useLingui();
  const currency = useQuery(coopQuery).data?.currency ?? 'EUR';
  const months = Array.from({ length: MONTHS_AHEAD }, (_, ahead) => month(1 + ahead));
  const form = useFields({ firstMonth: months[0]!, reciprocity: current?.reciprocityPerGb.amount ?? '0', ceiling: current?.carriageCeilingPerGb.amount ?? '0' });
  const [wrong, setWrong] = useState<{ reciprocity?: string; ceiling?: string }>({});
  const action = useAction<SettlementTerms, SettlementTerms>({ run: declareTerms, refresh: [['settlement-terms']], said: () => t`Declared`, done: close });
  const send = () => {
    const reciprocity = readPrice(form.values.reciprocity);
    const ceiling = readPrice(form.values.ceiling);
    const hint = t`Write it like 0.10; 0 is off`;
    setWrong({ reciprocity: reciprocity ? undefined : hint, ceiling: ceiling ? undefined : hint });
    if (reciprocity && ceiling) action.run({ firstMonth: form.values.firstMonth, reciprocityPerGb: { amount: reciprocity, currency }, carriageCeilingPerGb: { amount: ceiling, currency } });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <NativeSelect label={t`First month`} data={months.map((value) => ({ value, label: monthName(value, i18n.locale) }))} {...form.text('firstMonth', action)} data-autofocus />
      <TextInput required inputMode="decimal" label={t`Reciprocity: ${currency} per GB`} description={t`What each GB is worth that somebody carries beyond what others carry for them. 0 is off.`} {...form.text('reciprocity')} error={wrong.reciprocity ?? action.fieldError('reciprocityPerGb.amount')} />
      <TextInput required inputMode="decimal" label={t`Carriage: ${currency} per GB at most`} description={t`The most that the owner of a node may ask for carrying. 0 is off.`} {...form.text('ceiling')} error={wrong.ceiling ?? action.fieldError('carriageCeilingPerGb.amount')} />
      <Notice tone="info" title={t`What follows`}><Trans>From that month on members settle by these terms until others are declared. What was settled before stays.</Trans></Notice>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Declare</Trans></Button></div>
    </form>
  );
}
