import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCalendarDollar } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { NextPart, type InstalmentPlan } from '@/shared/instalments';
import { PayerName } from '@/shared/payers';
import { DialogButton, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { ask, mineQuery, withdraw, type Mine } from './parts-api';
import { PlanDetails, PlanState } from './PlanDetails';
import { PlanForm, REFRESH } from './PlanForm';

/** A member's plans, and where they ask for one. */
export default function MyPartsPage() {
  const { t } = useLingui();
  const query = useQuery(mineQuery);
  return (
    <Page title={t`Pay in parts`} crumb={{ to: '/my', label: t`My connection` }} lead={<Trans>If it is hard to pay at once, ask to pay in parts. While you pay them in time, you are not overdue and your connection stays as it is.</Trans>}>
      <Loaded query={query} lines={6}>{(mine) => mine.payers.length === 0
        ? <Empty icon={<IconCalendarDollar size={30} />} title={t`You pay for nothing`}><Trans>Who pays for a connection asks here.</Trans></Empty>
        : <>{mine.payers.map((payer) => <OfPayer key={payer.payerId} payer={payer} plans={mine.plans.filter((plan) => plan.payerId === payer.payerId)} />)}</>}
      </Loaded>
    </Page>
  );
}

function OfPayer({ payer, plans }: { payer: Mine['payers'][number]; plans: InstalmentPlan[] }) {
  const { t } = useLingui();
  const current = plans.find((plan) => plan.state === 'running') ?? plans.find((plan) => plan.state === 'asked');
  const earlier = plans.filter((plan) => plan !== current);
  return (
    <Panel title={<PayerName id={payer.payerId} />}
      actions={!current && payer.invoices.length > 0 && <DialogButton size="compact-sm" variant="filled" icon={<IconCalendarDollar size={16} />} label={<Trans>Ask to pay in parts</Trans>} title={t`Ask to pay in parts`} wide>{(close) => <PlanForm payerId={payer.payerId} invoices={payer.invoices} run={ask} submit={t`Ask the treasurer`} said={t`Asked. The treasurer decides.`} close={close} />}</DialogButton>}>
      {current && <div className="stack">{current.state === 'asked' ? <Waiting plan={current} /> : <NextPart payerId={payer.payerId} own here />}<PlanDetails plan={current} /></div>}
      {!current && (payer.invoices.length > 0 ? <p className="soft"><Trans>What is open is to be paid at once, each invoice by its day.</Trans></p> : <p className="soft"><Trans>Nothing is open.</Trans></p>)}
      {earlier.length > 0 && <details className="twin"><summary><Trans>Earlier plans</Trans></summary><ul className="plain">{earlier.map((plan) => <li key={plan.id}><PlanState state={plan.state} /> <span className="soft"><When at={plan.history.at(-1)?.at} first="absolute" /></span><PlanDetails plan={plan} /></li>)}</ul></details>}
    </Panel>
  );
}

function Waiting({ plan }: { plan: InstalmentPlan }) {
  const { t } = useLingui();
  const action = useAction<void, InstalmentPlan>({ run: () => withdraw(plan.id), refresh: REFRESH, said: () => t`Taken back` });
  return (
    <>
      <Notice tone="info" title={t`The treasurer has not decided yet`}><Trans>Until then what is open is to be paid by its day.</Trans></Notice>
      <div><Button size="compact-sm" variant="default" loading={action.busy} onClick={() => action.run()}><Trans>Take it back</Trans></Button></div>
      <ProblemNotice error={action.error} />
    </>
  );
}
