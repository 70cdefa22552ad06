import { Button } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { useLingui } from '@lingui/react';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { problemHeading, problemOf, slugOf } from '../problem';
import { fieldText, problemText } from '../problem-texts';
import { SIGN_IN } from '../session';
import type { Tone } from './tokens';

export function Notice({ tone, title, children, live, actions }: { tone: Tone; title: ReactNode; children?: ReactNode; live?: boolean; actions?: ReactNode }) {
  const Icon = tone === 'ok' ? IconCircleCheck : tone === 'info' || tone === 'quiet' ? IconInfoCircle : IconAlertTriangle;
  return (
    <div className={`notice ${tone}`} role={live ? 'alert' : undefined}>
      <Icon size={20} aria-hidden="true" />
      <div><strong>{title}</strong>{children}{actions && <div className="actions">{actions}</div>}</div>
    </div>
  );
}

/** What went wrong, in a plain sentence, with the service's own words and every field that is concerned. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const { i18n } = useLingui();
  if (!error) return null;
  const problem = problemOf(error);
  if (slugOf(problem) === 'not-in-view') return <Notice tone="quiet" title={<Trans>Only the member sees this.</Trans>} />;
  const told = problemText(problem);
  const signedOut = problem.status === 401 && slugOf(problem) !== 'step-up-required';
  return (
    <div className={`notice ${problem.status === 0 || problem.status >= 500 ? 'warn' : 'bad'}`} role="alert">
      {problem.status === 0 || problem.status >= 502 ? <IconPlugConnectedX size={20} aria-hidden="true" /> : <IconAlertTriangle size={20} aria-hidden="true" />}
      <div>
        <strong>{i18n._(problemHeading(problem))}</strong>
        {told ? <>{told}{problem.detail && <small className="soft" lang="en" dir="ltr">{problem.detail}</small>}</> : problem.detail && <span lang="en" dir="auto">{problem.detail}</span>}
        {problem.errors && <ul>{problem.errors.map((error) => <li key={error.field + error.message}><span className="mono">{error.field}</span> {fieldText(error)}</li>)}</ul>}
        <div className="actions">
          {signedOut && <Button component="a" href={SIGN_IN} size="xs"><Trans>Sign in again</Trans></Button>}
          {!signedOut && retry && <Button size="xs" variant="default" onClick={retry}><Trans>Try again</Trans></Button>}
        </div>
      </div>
    </div>
  );
}
