import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useSession } from '@/shared/session';
import { ReasonButton } from '@/shared/ui/action';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { AppealStatePill } from './appeal-words';
import { grantPlea, pleaQuery, refusePlea, type Plea } from './cases-api';

/** What somebody who is no member says against a ban of an address, beside the ban, and the two ways to answer. */
export default function PleaPage() {
  const { t } = useLingui();
  const { pleaId } = useParams({ strict: false });
  const query = useQuery(pleaQuery(pleaId!));
  const crumb = { to: '/cases/appeals' as const, label: t`Appeals` };
  const plea = query.data;
  if (!plea) return <Page title={t`Appeal from outside`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  return (
    <Page title={t`Appeal from outside`} crumb={crumb} lead={<AppealStatePill state={plea.state} overdue={plea.overdue} />} actions={<Acts plea={plea} />}>
      {plea.state === 'lodged' && !plea.mayHear && <Notice tone="quiet" title={t`Others hear this appeal`}><Trans>You ordered this ban, agreed to it or decided it.</Trans></Notice>}
      {plea.state === 'lodged' && <Notice tone="info" title={t`Nobody has shown that the address is theirs`}><Trans>They have shown that they read mail at the address that the answer goes to. Who they are is told to nobody.</Trans></Notice>}
      <div className="columns even">
        <Panel title={t`The ban`} actions={plea.caseId ? <Link to="/cases/$caseId" params={{ caseId: plea.caseId }} className="quiet-link"><Trans>The case</Trans></Link> : <Link to="/bans" search={{ why: plea.address }} className="quiet-link"><Trans>In the list of bans</Trans></Link>}>
          <Facts items={[
            [t`Banned`, <span key="p" className="mono">{plea.prefix}</span>],
            [t`Until`, plea.banPermanent ? t`permanent` : <When key="u" at={plea.banUntil} first="absolute" />],
          ]} />
          <p className="prose">{plea.banReason}</p>
        </Panel>
        <Panel title={t`What they say`}>
          {plea.text ? <p className="prose">{plea.text}</p> : <p className="soft"><Trans>Erased, 180 days after the answer.</Trans></p>}
          <Facts items={[
            [t`Address`, <span key="a" className="mono">{plea.address}</span>],
            [t`Lodged`, <When key="l" at={plea.lodgedAt} />],
            [t`Answer due`, plea.state === 'lodged' ? <When key="d" at={plea.dueAt} /> : null],
            [t`Decided`, plea.decidedAt ? <When key="e" at={plea.decidedAt} /> : null],
          ]} />
          {plea.reason && <p className="prose">“{plea.reason}”</p>}
        </Panel>
      </div>
    </Page>
  );
}

function Acts({ plea }: { plea: Plea }) {
  const { t } = useLingui();
  const { has } = useSession();
  if (!plea.mayHear) return null;
  const refresh = [['plea', plea.id], ['pleas'], ['bans'], ['cases'], ['home']];
  return <>
    {has('moderator') && <ReasonButton label={<Trans>Refuse</Trans>} title={t`Refuse the appeal`} confirm={t`Refuse`} said={t`Refused; the ban stands`} explain={<Trans>The ban stands. Your reasons go out by mail; leave out who reported.</Trans>} run={(reason) => refusePlea(plea.id, reason)} refresh={refresh} />}
    {(has('moderator') || plea.decisionId) && <ReasonButton label={<Trans>Grant</Trans>} variant="filled" title={t`Grant the appeal`} confirm={t`Grant`} said={t`Noted; the ban ends once nobody else is needed`} explain={plea.decisionId ? <Trans>The decision that imposed this ban is taken back with all its measures, by as many as made it. Your reasons go out by mail.</Trans> : <Trans>The ban ends now, on every node and firewall. Your reasons go out by mail.</Trans>} run={(reason) => grantPlea(plea.id, reason)} refresh={refresh} />}
  </>;
}
