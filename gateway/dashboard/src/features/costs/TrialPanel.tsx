import { Button, NativeSelect } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { coopQuery, currentPlans, plansQuery } from '@/shared/coop';
import { isNegative, isZero, toMicro, type Money } from '@/shared/money';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { monthName, today } from '@/shared/time';
import { onSubmit, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Panel } from '@/shared/ui/page';
import { Progress } from '@/shared/ui/progress';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { trialQuery, tryPolicy, type CostDifference, type CostPool, type CostTrial, type NewCostTrial } from './costs-api';
import { newPolicy, PolicyFields, policyOf } from './PolicyFields';

const MONTHS_MAX = 12;

/** Months that were shared, under another rule: who would have borne more or less. Nothing is written. */
export function TrialPanel({ pool, shared }: { pool: CostPool; shared: string[] }) {
  const { t, i18n } = useLingui();
  const currency = useQuery(coopQuery).data?.currency ?? 'EUR';
  const plans = currentPlans(useQuery(plansQuery).data ?? [], today());
  const [draft, setDraft] = useState({ ...newPolicy, kind: pool.policy.kind === 'equal' ? 'usage' as const : 'equal' as const });
  const [wrongFee, setWrongFee] = useState<string>();
  const { trial } = useSearch({ strict: false });
  const navigate = useNavigate();
  // In the address, so that it is found again: it goes on without the page.
  const action = useAction<NewCostTrial, CostTrial>({ run: (asked) => tryPolicy(pool.id, asked), done: ({ id }) => void navigate({ to: '/cost-pools/$poolId', params: { poolId: pool.id }, search: { trial: id }, resetScroll: false }) });
  const last = shared.length - 1;
  const [picked, setPicked] = useState({ from: Math.max(0, shared.length - MONTHS_MAX), to: last });
  const to = Math.min(picked.to, last);
  // No longer than a trial may be, and not the wrong way round.
  const from = Math.min(Math.max(picked.from, to - MONTHS_MAX + 1), to);
  const choices = shared.map((value, at) => ({ value: String(at), label: monthName(value, i18n.locale) }));
  const send = () => {
    const policy = policyOf(draft, plans, currency);
    setWrongFee(policy ? undefined : t`Write it like 12.50`);
    if (policy) action.run({ from: shared[from]!, to: shared[to]!, policy });
  };
  return (
    <>
      <Panel title={t`Under another rule`} lead={t`Nothing is charged by trying. At most ${MONTHS_MAX} months at once.`}>
        <form className="form" onSubmit={onSubmit(send)}>
          <div className="row">
            <NativeSelect label={t`From month`} data={choices} value={String(from)} onChange={(event) => setPicked({ from: Number(event.currentTarget.value), to: Math.min(last, Math.max(to, Number(event.currentTarget.value)), Number(event.currentTarget.value) + MONTHS_MAX - 1) })} error={action.fieldError('from')} />
            <NativeSelect label={t`To month`} data={choices} value={String(to)} onChange={(event) => setPicked({ from, to: Number(event.currentTarget.value) })} error={action.fieldError('to')} />
          </div>
          <PolicyFields draft={draft} change={(next) => setDraft(next as typeof draft)} plans={plans} currency={currency} wrongFee={wrongFee} fieldError={action.fieldError} />
          <ProblemNotice error={action.error} />
          <div className="end"><Button type="submit" loading={action.busy}><Trans>Try it</Trans></Button></div>
        </form>
      </Panel>
      {trial && <Trial key={trial} pool={pool.id} id={trial} />}
    </>
  );
}

/** A trial while it runs, then what came of it. */
function Trial({ pool, id }: { pool: string; id: string }) {
  const { t } = useLingui();
  return (
    <Loaded query={useQuery(trialQuery(pool, id))}>
      {(trial) => trial.state === 'failed' ? <Notice live tone="bad" title={t`It could not be tried`}><Told of={trial.why} /></Notice>
        : trial.spread ? <Result of={trial} spread={trial.spread} />
        : (
          <Panel title={t`Being tried`}>
            <Progress label={t`Months looked at`} done={trial.done} of={trial.asked} />
            <p className="soft" aria-live="polite" style={{ marginTop: '0.5rem' }}><Trans>{trial.done} of {trial.asked} months. This page follows by itself; it goes on without you, too.</Trans></p>
          </Panel>
        )}
    </Loaded>
  );
}

function Result({ of, spread }: { of: CostTrial; spread: NonNullable<CostTrial['spread']> }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const office = has('treasurer', 'board');
  const right = of.months.filter((month) => month.reproduced).length;
  const columns = useMemo((): Column<CostDifference>[] => [
    { id: 'who', head: t`Who`, cell: (row) => (office ? <PayerName id={row.payerId} /> : t`You`) },
    { id: 'current', head: t`As it was`, end: true, by: (row) => Number(toMicro(row.current.amount)), cell: (row) => <Amount of={row.current} /> },
    { id: 'proposed', head: t`As proposed`, end: true, by: (row) => Number(toMicro(row.proposed.amount)), cell: (row) => <Amount of={row.proposed} /> },
    { id: 'difference', head: t`Difference`, end: true, by: (row) => Number(toMicro(row.difference.amount)), cell: (row) => <><Difference of={row.difference} /><small>{isZero(row.difference) ? t`the same` : isNegative(row.difference) ? t`cheaper` : t`dearer`}</small></> },
  ], [t, office]);
  return (
    <Panel title={t`What it would have meant`} lead={office ? undefined : t`Yours. The others’ are theirs.`} flush>
      <div className="stack" style={{ padding: '0 1.1rem 0.8rem' }}>
        {of.months.length > 0 && <Notice live tone={right === of.months.length ? 'ok' : 'bad'} title={right === of.months.length ? t`The trial can be trusted here` : t`The trial is off: do not decide by it`}><Trans>As declared, {right} of {of.months.length} months came out the same to the cent.</Trans></Notice>}
        {of.problems.map((one) => <Notice key={one.month} tone="warn" title={t`${monthName(one.month, i18n.locale)} could not be shared like that`}><Told of={one.message} /></Notice>)}
        {spread.members > 0 && <p><Plural value={spread.members} one="Of # member:" other="Of # members:" /> <Trans>{spread.cheaper} cheaper, {spread.same} the same, {spread.dearer} dearer.</Trans>{spread.median && <> <Trans>Half of them by at most <Difference of={spread.median} />.</Trans></>}</p>}
      </div>
      <DataTable caption={t`What it would have meant`} columns={columns} rows={of.items} id={(row) => `${row.memberId ?? ''} ${row.payerId}`} empty={<Empty title={t`No share of yours`}><Trans>You take no part in this cost in these months.</Trans></Empty>} />
    </Panel>
  );
}

const Difference = ({ of }: { of: Money }) => <span className={isZero(of) ? undefined : isNegative(of) ? 'coming' : 'going'}><Amount of={of} signed /></span>;
