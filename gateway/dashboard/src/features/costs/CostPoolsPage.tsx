import { Button, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { newKey } from '@/shared/api';
import { coopQuery, currentPlans, plansQuery } from '@/shared/coop';
import { readAmount, toMicro } from '@/shared/money';
import { month, monthName, today } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { declarePool, poolsQuery, type CostPool, type NewCostPool } from './costs-api';
import { newPolicy, PolicyFields, policyOf } from './PolicyFields';
import { PolicyName, PoolState } from './policies';

/** Costs that members carry together: declared with a document, looked at by two others, shared by a rule. */
export default function CostPoolsPage() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const { state } = useSearch({ strict: false });
  const query = useInfiniteQuery(poolsQuery(state));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<CostPool>[] => [
    { id: 'purpose', head: t`Cost`, by: (row) => row.purpose, cell: (row) => <><Link to="/cost-pools/$poolId" params={{ poolId: row.id }}>{row.purpose}</Link><small>{monthName(row.firstMonth, i18n.locale)}{row.lastMonth !== row.firstMonth && <> – {monthName(row.lastMonth, i18n.locale)}</>}</small></> },
    { id: 'state', head: t`State`, by: (row) => row.state, cell: (row) => <><PoolState state={row.state} />{row.state === 'declared' && <small><Trans>{row.validations.length} of {row.validationsNeeded} looked at it</Trans></small>}</> },
    { id: 'rule', head: t`Shared`, cell: (row) => <PolicyName kind={row.policy.kind} /> },
    { id: 'amount', head: t`Amount`, end: true, by: (row) => Number(toMicro(row.amount.amount)), cell: (row) => <Amount of={row.amount} /> },
  ], [t, i18n]);
  const views = [{ value: '', label: t`All` }, { value: 'declared', label: t`Waiting` }, { value: 'validated', label: t`Validated` }, { value: 'refused', label: t`Refused` }];
  return (
    <Page title={t`Shared costs`} lead={<Trans>What we carry together: the line to the Internet, the tower’s rent, insurance. Two members other than who declared it look at the document; then it is shared by its rule.</Trans>}
      actions={<DialogButton label={<Trans>Declare a cost</Trans>} variant="filled" icon={<IconPlus size={16} />} title={t`Declare a shared cost`} wide>{(close) => <DeclareForm close={close} />}</DialogButton>}>
      <div className="toolbar"><Filters label={t`Show`} value={state ?? ''} onPick={(value) => void navigate({ to: '/cost-pools', search: { state: value || undefined } })} items={views} /><Link to="/settlement-terms" className="quiet-link"><Trans>Settling between members</Trans></Link></div>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Shared costs`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconUsersGroup size={32} />} title={state ? t`No such cost` : t`No shared costs yet`}><Trans>Declare one with its invoice. When two others have found it right, the next bill run shares it, and every share says how it came about.</Trans></Empty>} />
      </div></div>
    </Page>
  );
}

function DeclareForm({ close }: { close: () => void }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const [key] = useState(newKey);
  const currency = useQuery(coopQuery).data?.currency ?? 'EUR';
  const plans = currentPlans(useQuery(plansQuery).data ?? [], today());
  const form = useFields({ purpose: '', amount: '', firstMonth: month(), months: 1 });
  const [draft, setDraft] = useState(newPolicy);
  const [wrong, setWrong] = useState<{ amount?: string; fee?: string }>({});
  const action = useAction<NewCostPool, CostPool>({ run: (pool) => declarePool(pool, key), refresh: [['cost-pools']], said: () => t`Declared. Now bring its document.`, done: (pool) => { close(); void navigate({ to: '/cost-pools/$poolId', params: { poolId: pool.id } }); } });
  const { values } = form;
  const months = [-2, -1, 0, 1, 2, 3].map((back) => month(back));
  const send = () => {
    const amount = readAmount(values.amount);
    const policy = policyOf(draft, plans, currency);
    const hint = t`Write it like 12.50`;
    setWrong({ amount: amount ? undefined : hint, fee: policy ? undefined : hint });
    if (!amount || !policy) return;
    const last = values.months > 1 ? plusMonths(values.firstMonth, values.months - 1) : null;
    action.run({ purpose: values.purpose.trim(), amount: { amount, currency }, firstMonth: values.firstMonth, lastMonth: last, policy });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <TextInput required label={t`What for`} placeholder={t`Transit, invoice 4711 of the carrier`} maxLength={200} {...form.text('purpose', action)} data-autofocus />
      <div className="row">
        <TextInput required inputMode="decimal" label={t`Amount in ${currency}`} {...form.text('amount', action, 'amount.amount')} error={wrong.amount ?? action.fieldError('amount.amount')} />
        <NativeSelect label={t`First month`} data={months.map((value) => ({ value, label: monthName(value, i18n.locale) }))} {...form.text('firstMonth', action)} />
        <NumberInput label={t`Over how many months`} min={1} max={60} value={values.months} onChange={(value) => form.set('months', Number(value) || 1)} error={action.fieldError('lastMonth')} />
      </div>
      <PolicyFields draft={draft} change={setDraft} plans={plans} currency={currency} wrongFee={wrong.fee} fieldError={action.fieldError} />
      <Notice tone="info" title={t`What follows`}><Trans>Bring the document on the next page. Two members other than you look at it. Until then nobody is charged.</Trans></Notice>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Declare</Trans></Button></div>
    </form>
  );
}

/** A month so many months later. */
function plusMonths(from: string, months: number): string {
  const [year, number] = from.split('-').map(Number);
  const at = new Date(Date.UTC(year!, number! - 1 + months, 1));
  return at.toISOString().slice(0, 7);
}
