import { NativeSelect, Textarea, Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconScale } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { categoryName } from '@/shared/abuse';
import { LANGUAGE_CHOICES } from '@/shared/languages';
import { coopNow } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import { AppealStatePill } from './appeal-words';
import { lodgeAppeal, ownAppealsQuery, statementsQuery, type OwnAppeal, type Statement } from './cases-api';
import { MeasureText } from './MeasureText';
import { PolicyPanel } from './PolicyPanel';

/** What moderators decided about me, why, and what I say against it. */
export default function MyCasesPage() {
  const { t, i18n } = useLingui();
  const [chosen, setChosen] = useState<string | null>(null);
  const language = chosen ?? i18n.locale;
  const statements = useQuery(statementsQuery(language));
  const appeals = useQuery(ownAppealsQuery);
  return (
    <Page title={t`My cases`} crumb={{ to: '/my', label: t`My connection` }} lead={<Trans>What moderators decided about you. Nobody else can read it here.</Trans>}
      actions={<NativeSelect aria-label={t`Language of the statements`} data={LANGUAGE_CHOICES} value={language} onChange={(event) => setChosen(event.currentTarget.value)} />}>
      <div className="columns">
        <div className="stack">
          <Loaded query={statements} lines={6}>
            {(page) => page.items.length === 0
              ? <Panel title={t`Nothing was decided about you`}><Empty icon={<IconScale size={30} />} title={t`No cases`}><Trans>Should moderators ever decide something about you, you read here what, why, and how to appeal.</Trans></Empty></Panel>
              : <div className="stack">{page.items.map((one) => <StatementPanel key={one.id} told={one} language={language} appeal={appeals.data?.items.find((appeal) => appeal.decisionId === one.id)} known={appeals.isSuccess} />)}</div>}
          </Loaded>
        </div>
        <PolicyPanel />
      </div>
    </Page>
  );
}

function StatementPanel({ told, language, appeal, known }: { told: Statement; language: string; appeal?: OwnAppeal; known: boolean }) {
  const { t, i18n } = useLingui();
  const mayAppeal = known && !appeal && told.state === 'inForce' && Date.parse(told.appealUntil) > coopNow();
  return (
    <Panel title={t`Case ${told.caseNumber}`} lead={i18n._(categoryName(told.category))}
      actions={mayAppeal ? <DialogButton label={<Trans>Appeal</Trans>} variant="filled" title={t`Appeal in case ${told.caseNumber}`} wide>{(close) => <AppealForm told={told} close={close} />}</DialogButton> : undefined}>
      <div className="stack" style={{ gap: '0.9rem' }}>
        <div className="split">{told.state === 'reversed' ? <Pill tone="ok"><Trans>Taken back</Trans></Pill> : <Pill tone="warn"><Trans>Upheld</Trans></Pill>}<small className="soft"><When at={told.inForceAt} /></small></div>
        {told.state === 'reversed' ? <p><Trans>Every measure of it has ended, and it does not count against you.</Trans></p> : <ul className="plain">{told.measures.map((measure) => <li key={measure.id}><MeasureText measure={measure} /></li>)}</ul>}
        <details className="twin" open={told.state === 'inForce'}><summary><Trans>The statement of reasons</Trans></summary><p className="prose" lang={language} style={{ whiteSpace: 'pre-line' }}>{told.statement}</p></details>
        {appeal ? <OwnAppealView appeal={appeal} /> : told.state === 'inForce' && <p className="soft">{mayAppeal ? <Trans>You can appeal until <When at={told.appealUntil} first="absolute" />.</Trans> : <Trans>The time to appeal ended on <When at={told.appealUntil} first="absolute" />.</Trans>}</p>}
      </div>
    </Panel>
  );
}

function OwnAppealView({ appeal }: { appeal: OwnAppeal }) {
  return (
    <div>
      <div className="split"><b><Trans>My appeal</Trans></b><AppealStatePill state={appeal.state} /></div>
      <p className="prose">{appeal.text}</p>
      {appeal.state === 'lodged' ? <p className="soft"><Trans>Another moderator answers by <When at={appeal.dueAt} first="absolute" />.</Trans></p>
        : <p className="prose"><b><Trans>The answer:</Trans></b> {appeal.reason}</p>}
    </div>
  );
}

function AppealForm({ told, close }: { told: Statement; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ text: '' });
  const action = useAction({ run: () => lodgeAppeal(told.id, form.values.text.trim()), refresh: [['my-cases']], said: () => t`Your appeal is lodged`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p className="soft"><Trans>You can appeal once. A moderator who had no part in the decision hears it. All holds until then.</Trans></p>
      <Textarea required label={t`Why is it wrong?`} description={t`What happened as you see it, and what shows it.`} autosize minRows={5} maxLength={5000} {...form.text('text', action)} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={form.values.text.trim() === ''}><Trans>Lodge the appeal</Trans></Button></div>
    </form>
  );
}
