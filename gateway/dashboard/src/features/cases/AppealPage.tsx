import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useSession } from '@/shared/session';
import { ReasonButton } from '@/shared/ui/action';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { AppealStatePill } from './appeal-words';
import { appealQuery, decisionsQuery, grantAppeal, refuseAppeal, type Appeal } from './cases-api';
import { MeasureText } from './MeasureText';

/** The decision beside the appeal against it, and the two ways to answer. */
export default function AppealPage() {
  const { t } = useLingui();
  const { appealId } = useParams({ strict: false });
  const query = useQuery(appealQuery(appealId!));
  const crumb = { to: '/cases/appeals' as const, label: t`Appeals` };
  const appeal = query.data;
  if (!appeal) return <Page title={t`Appeal`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  return (
    <Page title={t`Appeal`} crumb={crumb} lead={<AppealStatePill state={appeal.state} overdue={appeal.overdue} />} actions={<Acts appeal={appeal} />}>
      {appeal.state === 'lodged' && !appeal.mayHear && <Notice tone="quiet" title={t`Others hear this appeal`}><Trans>You had a part in the decision, or have spoken already.</Trans></Notice>}
      {appeal.state === 'lodged' && appeal.needed > 1 && <Notice tone="info" title={t`${appeal.found} of ${appeal.needed} found for the member`}><Trans>{appeal.needed} moderators decided this, so {appeal.needed} others grant the appeal. Until the last of them has, all holds.</Trans></Notice>}
      <div className="columns even">
        <Decided appeal={appeal} />
        <Panel title={t`What the member says`}>
          <p className="prose">{appeal.text}</p>
          <Facts items={[
            [t`Lodged`, <When key="l" at={appeal.lodgedAt} />],
            [t`Answer due`, appeal.state === 'lodged' ? <When key="d" at={appeal.dueAt} /> : null],
            [t`Decided`, appeal.decidedAt ? <When key="e" at={appeal.decidedAt} /> : null],
          ]} />
          {appeal.reason && <p className="prose">“{appeal.reason}”</p>}
        </Panel>
      </div>
    </Page>
  );
}

function Decided({ appeal }: { appeal: Appeal }) {
  const { t } = useLingui();
  const query = useQuery(decisionsQuery(appeal.caseId));
  return (
    <Panel title={t`What was decided`} actions={<Link to="/cases/$caseId" params={{ caseId: appeal.caseId }} className="quiet-link"><Trans>The case</Trans></Link>}>
      <Loaded query={query} lines={4}>
        {(decisions) => <>
          {decisions.filter((one) => one.id === appeal.decisionId).map((one) => (
            <div key={one.id}>
              <p className="prose"><b>{one.rule}</b><br />{one.reason}</p>
              <ul className="plain">{one.measures.map((measure) => <li key={measure.id}><MeasureText measure={measure} /></li>)}</ul>
              <small className="soft"><When at={one.inForceAt} /></small>
            </div>
          ))}
        </>}
      </Loaded>
    </Panel>
  );
}

function Acts({ appeal }: { appeal: Appeal }) {
  const { t } = useLingui();
  const { has } = useSession();
  if (!appeal.mayHear) return null;
  const refresh = [['appeal', appeal.id], ['appeals'], ['case', appeal.caseId], ['cases'], ['bans'], ['home']];
  const last = appeal.found + 1 >= appeal.needed;
  return <>
    {has('moderator') && <ReasonButton label={<Trans>Refuse</Trans>} title={t`Refuse the appeal`} confirm={t`Refuse`} said={t`Refused; the decision stands`} explain={<Trans>The decision stands for good. The member reads your reasons; leave out who reported.</Trans>} run={(reason) => refuseAppeal(appeal.id, reason)} refresh={refresh} />}
    {(has('moderator') || appeal.found > 0) && <ReasonButton label={<Trans>Grant</Trans>} variant="filled" title={t`Grant the appeal`} confirm={t`Grant`} said={last ? t`Granted: every measure has ended` : t`Noted; it takes others too`} explain={last ? <Trans>Every measure ends now, access comes back on every node, and the strike counts no more. The member reads your reasons.</Trans> : <Trans>It is noted that you found for the member. Nothing ends until others have too.</Trans>} run={(reason) => grantAppeal(appeal.id, reason)} refresh={refresh} />}
  </>;
}
