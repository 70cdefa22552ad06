import { Button, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { onSubmit, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Page, Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { appealByLink, appealLinkQuery, type AppealLink } from './reports-api';

/** Where a mailed link leads: the ban of an address, and the one appeal against it. The token is in the fragment, which browsers do not send or log. */
export default function AppealPage() {
  const { t } = useLingui();
  const { pleaId } = useParams({ strict: false });
  const token = useRouterState({ select: (state) => state.location.hash });
  const query = useQuery(appealLinkQuery(pleaId!, token));
  return (
    <Page title={t`Your appeal`} narrow lead={<Trans>Somebody who had no part in the ban looks at it again. The answer comes by mail.</Trans>}>
      <Panel title={t`The ban`}>
        <Loaded query={query}>
          {(link) => <Facts items={[
            [t`Address`, <span key="a" className="mono">{link.address}</span>],
            [t`Banned`, link.prefix ? <span key="p" className="mono">{link.prefix}</span> : t`no`],
            [t`Since`, link.since ? <When key="s" at={link.since} /> : null],
            [t`Until`, link.prefix ? link.permanent ? t`permanent` : <When key="u" at={link.until} first="absolute" /> : null],
          ]} />}
        </Loaded>
        {query.isError && <p className="soft"><Link to="/appeal" className="quiet-link"><Trans>Ask for another link</Trans></Link></p>}
      </Panel>
      {query.data && <Standing id={pleaId!} token={token} link={query.data} />}
    </Page>
  );
}

function Standing({ id, token, link }: { id: string; token: string; link: AppealLink }) {
  const { t } = useLingui();
  switch (link.state) {
    case 'lodged': return <Notice tone="ok" live title={t`Your appeal is lodged`}><Trans>You hear from us by mail, by <When at={link.dueAt} first="absolute" />. There is nothing else to do.</Trans></Notice>;
    case 'granted': return <Notice tone="ok" title={t`Your appeal was granted`}><Trans>The ban has ended. The reasons are in your mail.</Trans></Notice>;
    case 'refused': return <Notice tone="quiet" title={t`Your appeal was refused`}><Trans>The reasons are in your mail.</Trans></Notice>;
    default: return link.prefix
      ? <Write id={id} token={token} link={link} />
      : <Notice tone="info" title={t`Nothing decided here bans this address now`}><Trans>The ban has ended, or another has taken its place since you asked.</Trans></Notice>;
  }
}

function Write({ id, token, link }: { id: string; token: string; link: AppealLink }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const action = useAction({ run: () => appealByLink(id, token, text.trim()), refresh: [['appeal-link', id, token]] });
  return (
    <Panel title={t`Say why`} lead={t`Once. Say what happened, and what you did about it.`}>
      <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
        <Textarea required label={t`Why is the ban wrong?`} autosize minRows={5} maxLength={5_000} value={text} onChange={(event) => setText(event.currentTarget.value)} error={action.fieldError('text')} />
        <p className="soft"><Trans>The link works until <When at={link.linkUntil} first="absolute" />.</Trans></p>
        <ProblemNotice error={action.error} />
        <div className="end"><Button type="submit" loading={action.busy} disabled={text.trim() === ''}><Trans>Appeal</Trans></Button></div>
      </form>
    </Panel>
  );
}
