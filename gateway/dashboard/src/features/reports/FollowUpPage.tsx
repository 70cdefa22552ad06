import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconEye, IconMailOpened } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams, useRouterState } from '@tanstack/react-router';
import { categoryName } from '@/shared/abuse';
import { Loaded } from '@/shared/ui/loaded';
import { Notice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { reportQuery, type ReportState } from './reports-api';

/** How a report stands, for whoever has its link. The token is in the fragment, which browsers do not send or log. */
export default function FollowUpPage() {
  const { t, i18n } = useLingui();
  const { reportId } = useParams({ strict: false });
  const token = useRouterState({ select: (state) => state.location.hash });
  const query = useQuery(reportQuery(reportId!, token));
  return (
    <Page title={t`Your report`} narrow lead={<Trans>This page renews itself. Keep its link.</Trans>}>
      <Panel title={t`How it stands`}>
        <Loaded query={query}>
          {(report) => <>
            <ol className="timeline">
              <Step icon={<IconMailOpened size={15} />} tone="ok"><b><Trans>Received</Trans></b><br /><small><When at={report.receivedAt} /></small></Step>
              <Step icon={<IconEye size={15} />} tone={report.state === 'received' ? 'quiet' : 'ok'}><b>{report.state === 'received' ? <Trans>Waiting for a moderator</Trans> : <Trans>Read by a moderator</Trans>}</b></Step>
              <Step icon={<IconCheck size={15} />} tone={report.state === 'answered' ? 'ok' : 'quiet'}><b>{report.state === 'answered' ? <Trans>Answered</Trans> : <Trans>Answer to come</Trans>}</b></Step>
            </ol>
            <Outcome report={report} />
            <Facts items={[[t`About`, i18n._(categoryName(report.category))], [t`Address`, report.address ? <span key="a" className="mono">{report.address}</span> : null]]} />
          </>}
        </Loaded>
      </Panel>
    </Page>
  );
}

function Step({ icon, tone, children }: { icon: React.ReactNode; tone: 'ok' | 'quiet'; children: React.ReactNode }) {
  return <li><span className={`dot ${tone}`} aria-hidden="true">{icon}</span><div>{children}</div></li>;
}

function Outcome({ report }: { report: ReportState }) {
  const { t } = useLingui();
  switch (report.outcome) {
    case 'upheld': return <div style={{ margin: '0.5rem 0 1rem' }}><Notice tone="ok" title={t`You were right`}><Trans>A rule was broken and the moderators acted on it. Thank you.</Trans></Notice></div>;
    case 'dismissed': return <div style={{ margin: '0.5rem 0 1rem' }}><Notice tone="quiet" title={t`No rule was broken`}><Trans>The moderators looked into it and found nothing against the rules, or nothing that can be shown.</Trans></Notice></div>;
    case 'overturned': return <div style={{ margin: '0.5rem 0 1rem' }}><Notice tone="info" title={t`The decision was reversed`}><Trans>Somebody appealed, and another moderator saw it differently.</Trans></Notice></div>;
    default: return null;
  }
}
