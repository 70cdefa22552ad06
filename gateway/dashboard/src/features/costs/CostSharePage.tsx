import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { formatMoney, isNegative, toMicro } from '@/shared/money';
import { monthName } from '@/shared/time';
import { Lines } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Amount } from '@/shared/ui/values';
import { shareQuery } from './costs-api';
import { Explained } from './derivation';

/** Why is my share this? The rule with one's own figures, drawn. */
export default function CostSharePage() {
  const { t, i18n } = useLingui();
  const { shareId } = useParams({ strict: false });
  const query = useQuery(shareQuery(shareId!));
  const reason = query.data;
  if (!reason) return <Page title={t`Why is my share this?`} crumb={{ to: '/cost-pools', label: t`Shared costs` }}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const { share, month } = reason;
  const part = Number(toMicro(share.amount.amount)) / Math.max(1, Number(toMicro(month.amount.amount)));
  const shown = i18n.number(Math.abs(part), { style: 'percent', maximumFractionDigits: 2 });
  return (
    <Page title={t`Why is my share this?`} crumb={{ to: `/cost-pools/${reason.costPoolId}`, label: reason.purpose }} lead={<Trans>{reason.purpose}, {monthName(month.month, i18n.locale)}: <Amount of={share.amount} /> of <Amount of={month.amount} /></Trans>}>
      <Panel title={isNegative(share.amount) ? t`What comes back` : t`The share`}>
        <div className="bar" role="img" aria-label={t`${shown} of ${formatMoney(month.amount, i18n.locale)}`}><span className="bar-own" style={{ flexGrow: Math.abs(part) }} /><span style={{ flexGrow: Math.max(0, 1 - Math.abs(part)) }} /></div>
        <p style={{ marginTop: '0.5rem' }}><Trans><b>{shown}</b> of the whole</Trans></p>
      </Panel>
      {reason.explanation ? <Explained of={reason.explanation} /> : <Panel title={t`How it came about`}><Empty title={t`It is the whole amount`}><Trans>Who paid the cost first gets it back from those who share it.</Trans></Empty></Panel>}
    </Page>
  );
}
