import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { isNegative } from '@/shared/money';
import { monthName } from '@/shared/time';
import { Lines } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Page } from '@/shared/ui/page';
import { Amount } from '@/shared/ui/values';
import { settlementQuery } from './costs-api';
import { Explained } from './derivation';

/** What one pays or receives for carriage between members, drawn. */
export default function SettlementPage() {
  const { t, i18n } = useLingui();
  const { entryId } = useParams({ strict: false });
  const query = useQuery(settlementQuery(entryId!));
  const reason = query.data;
  const crumb = { to: '/my', label: t`My connection` };
  if (!reason) return <Page title={t`Between members`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const { entry } = reason;
  const month = monthName(entry.month, i18n.locale);
  return (
    <Page title={entry.kind === 'reciprocity' ? t`Reciprocity` : t`Carriage`} crumb={crumb}
      lead={isNegative(entry.amount) ? <Trans>{month}: others paid you <Amount of={{ ...entry.amount, amount: entry.amount.amount.slice(1) }} /></Trans> : <Trans>{month}: you paid others <Amount of={entry.amount} /></Trans>}>
      <Explained of={reason.explanation} />
    </Page>
  );
}
