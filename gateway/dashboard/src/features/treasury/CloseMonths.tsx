import { Button, NativeSelect } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '@/shared/session';
import { month, monthName } from '@/shared/time';
import { onSubmit, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import { askToClose, bookMonthsQuery, closeMonth, type BookMonths } from './treasury-api';

const MONTHS_BACK = 12;
const STALE = [['treasury', 'months']];

/** Two people close a month: one asks, another agrees, and nothing takes effect in it any more. */
export function CloseMonths() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const query = useQuery(bookMonthsQuery);
  return (
    <Panel title={t`Close a month`} lead={t`The treasurer asks, somebody else agrees. It is for good: what comes late counts in the month after.`}>
      <Loaded query={query} lines={3}>{(months) => <>
        {months.asked.length > 0 && <ul className="plain">{months.asked.map((one) => <Asked key={one.month} of={one} />)}</ul>}
        {has('treasurer') && <AskForm months={months} />}
        {months.closed.length > 0 ? <ul className="plain" style={{ marginTop: '0.8rem' }}>{months.closed.map((one) => (
          <li key={one.month} className="split"><span>{monthName(one.month, i18n.locale)}<small> <When at={one.closedAt} first="absolute" plain /></small></span><Pill tone="ok"><Trans>Closed</Trans></Pill></li>))}</ul>
          : <p className="soft" style={{ marginTop: '0.8rem' }}><Trans>No month is closed yet.</Trans></p>}
      </>}</Loaded>
    </Panel>
  );
}

function AskForm({ months }: { months: BookMonths }) {
  const { t, i18n } = useLingui();
  const last = months.closed.map((one) => one.month).sort().at(-1) ?? '';
  const asked = new Set(months.asked.map((one) => one.month));
  const open = Array.from({ length: MONTHS_BACK }, (_, back) => month(-1 - back)).filter((one) => one > last && !asked.has(one));
  const [picked, setPicked] = useState<string>();
  const chosen = picked && open.includes(picked) ? picked : open[0];
  const action = useAction<string>({ run: askToClose, refresh: STALE, said: () => t`Asked. Somebody else has to agree.` });
  if (!chosen) return null;
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(chosen))}>
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <NativeSelect label={t`Month to close`} data={open.map((value) => ({ value, label: monthName(value, i18n.locale) }))} value={chosen} onChange={(event) => setPicked(event.currentTarget.value)} />
        <Button type="submit" variant="default" loading={action.busy}><Trans>Ask to close it</Trans></Button>
      </div>
      <ProblemNotice error={action.error} />
    </form>
  );
}

/** What was asked for; agreeing unfolds in place what it means. */
function Asked({ of }: { of: BookMonths['asked'][number] }) {
  const { t, i18n } = useLingui();
  const { memberId } = useSession();
  const [sure, setSure] = useState(false);
  const action = useAction<string>({ run: closeMonth, refresh: STALE, said: () => t`Closed` });
  const mine = of.askedBy === memberId;
  return (
    <li>
      <div className="split">
        <span>{monthName(of.month, i18n.locale)}<small> {mine ? <Trans>asked by you <When at={of.askedAt} /></Trans> : <Trans>asked <When at={of.askedAt} /></Trans>}</small></span>
        {mine ? <Pill tone="info"><Trans>Waits for a second person</Trans></Pill> : !sure && <Button size="compact-sm" variant="default" onClick={() => setSure(true)}><Trans>Agree</Trans></Button>}
      </div>
      {sure && (
        <form className="form" onSubmit={onSubmit(() => action.run(of.month))}>
          <Notice tone="warn" title={t`For good`}><Trans>This month and all before it take no posting any more. Nobody can open them again.</Trans></Notice>
          <ProblemNotice error={action.error} />
          <div className="end"><Button variant="default" onClick={() => setSure(false)}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Close it for good</Trans></Button></div>
        </form>
      )}
    </li>
  );
}
