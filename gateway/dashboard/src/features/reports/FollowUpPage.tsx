import { Button, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCheck, IconEye, IconMailOpened } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { categoryName } from '@/shared/abuse';
import { onSubmit, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { addToReport, reportQuery, type ReportState } from './reports-api';

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
      {query.data && query.data.category !== 'child_safety' && <Additions report={query.data} token={token} />}
    </Page>
  );
}

function Additions({ report, token }: { report: ReportState; token: string }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const action = useAction({ run: () => addToReport(report.id, token, text.trim()), refresh: [['report', report.id, token]], said: () => t`Added`, done: () => setText('') });
  return (
    <Panel title={t`What you added`} lead={t`What you learn later goes to the same moderators.`}>
      <div className="stack">
        {report.additions.map((one, at) => <div key={at}><div className="prose">{one.text}</div><small className="soft"><When at={one.addedAt} /></small></div>)}
        <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
          <Textarea label={t`Something to add`} autosize minRows={2} maxLength={5_000} value={text} onChange={(event) => setText(event.currentTarget.value)} error={action.fieldError('text')} />
          <ProblemNotice error={action.error} />
          <div className="end"><Button type="submit" variant="default" loading={action.busy} disabled={text.trim() === ''}><Trans>Add it</Trans></Button></div>
        </form>
      </div>
    </Panel>
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
