import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { monthName } from '@/shared/time';
import { Lines } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Page } from '@/shared/ui/page';
import { Amount, When } from '@/shared/ui/values';
import { outageCreditQuery } from './costs-api';
import { Explained } from './derivation';

/** What an outage gave back, drawn. */
export default function OutageCreditPage() {
  const { t, i18n } = useLingui();
  const { creditId } = useParams({ strict: false });
  const query = useQuery(outageCreditQuery(creditId!));
  const credit = query.data;
  const crumb = { to: '/my', label: t`My connection` };
  if (!credit) return <Page title={t`Given back for an outage`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const month = monthName(credit.month, i18n.locale);
  return (
    <Page title={t`Given back for an outage`} crumb={crumb}
      lead={<Trans>{month}: you get back <Amount of={{ ...credit.amount, amount: credit.amount.amount.slice(1) }} />. It was out from <When at={credit.beganAt} first="absolute" plain /> to <When at={credit.endedAt} first="absolute" plain />.</Trans>}>
      <Explained of={credit.explanation} />
    </Page>
  );
}
