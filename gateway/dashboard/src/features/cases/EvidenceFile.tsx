import { Button, PasswordInput, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { formatBytes } from '@/shared/bytes';
import { postForFile } from '@/shared/api';
import { saveAs } from '@/shared/download';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import type { Reported } from './cases-api';
import { consent, evidencePath, standingQuery, type Standing } from './evidence-api';

/** A file that came with a report: never shown here, saved by whoever has the case, and each time written down. */
export function EvidenceFile({ caseId, file, mine }: { caseId: string; file: Reported['evidence'][number]; mine: boolean }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  return (
    <li className="split">
      <span>
        {file.contentType} <span className="soft num">{formatBytes(file.sizeBytes, i18n.locale)}</span>
        <br /><span className="mono soft" title={file.sha256}><Trans>SHA-256 {file.sha256.slice(0, 16)}…</Trans></span>
        {file.differs && <><br /><Pill tone="warn"><Trans>not what the sender declared</Trans></Pill></>}
      </span>
      {file.contentKept
        ? has('moderator') && <DialogButton size="compact-sm" icon={<IconLock size={15} />} label={mine ? <Trans>Open the file</Trans> : <Trans>Who opened it</Trans>} title={t`A file of the report`}>{(close) => <Opening caseId={caseId} id={file.id} mine={mine} close={close} />}</DialogButton>
        : <Pill tone="quiet"><Trans>only the hash is kept</Trans></Pill>}
    </li>
  );
}

function Opening({ caseId, id, mine, close }: { caseId: string; id: string; mine: boolean; close: () => void }) {
  const query = useQuery(standingQuery(caseId, id));
  return (
    <Loaded query={query}>
      {(standing) => <div className="stack">
        {standing.erased ? <Notice tone="quiet" title={<Trans>This file is gone</Trans>}><Trans>It was erased on its day; its hash stays.</Trans> <When at={standing.erased.at} /></Notice> : <Ask caseId={caseId} id={id} mine={mine} standing={standing} close={close} />}
        <Readings standing={standing} />
      </div>}
    </Loaded>
  );
}

function Ask({ caseId, id, mine, standing, close }: { caseId: string; id: string; mine: boolean; standing: Standing; close: () => void }) {
  const { t } = useLingui();
  const { values, text } = useFields({ reason: '', passphrase: '' });
  const refresh = [['case', caseId, 'evidence', id]];
  const others = standing.quorum > 1;
  const waits = others && standing.consents + 1 < standing.quorum;
  const opening = useAction({ run: () => postForFile(`${evidencePath(caseId, id)}/reading`, { reason: values.reason.trim(), passphrase: values.passphrase || null }), refresh, said: () => t`Saved as ${id}.bin`, done: (file) => { saveAs(file, `${id}.bin`); close(); } });
  const consenting = useAction({ run: () => consent(caseId, id, values.reason.trim(), values.passphrase), refresh, said: () => t`The other moderators may open it for a day`, done: close });
  const action = mine ? opening : consenting;
  if (!mine && !others) return <p className="soft"><Trans>Only the moderator who claimed the case opens it.</Trans></p>;
  if (standing.sealed && !standing.mine) return <Notice tone="warn" title={<Trans>Not sealed to your key</Trans>}><Trans>Make a key under Evidence and reporters, or let a colleague open this file.</Trans></Notice>;
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      {mine && waits && <Notice tone="info" title={t`${standing.quorum} moderators open this together`}><Trans>Ask a colleague to agree on this page first; then it opens for you.</Trans></Notice>}
      {!standing.sealed && <Notice tone="warn" title={t`Not sealed yet`}><Trans>No moderator has a key. Make one, and all files are sealed to it.</Trans></Notice>}
      <Textarea required label={t`Reason`} description={t`Kept for good beside your name.`} autosize minRows={2} maxLength={500} data-autofocus {...text('reason', action)} />
      {standing.sealed && <PasswordInput required label={t`Passphrase of your key`} autoComplete="off" maxLength={200} visibilityToggleButtonProps={{ 'aria-label': t`Show or hide the passphrase` }} {...text('passphrase', action)} />}
      <p className="soft"><Trans>It is saved as bytes and never shown here. It may be harmful: open it in a place meant for that.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button type="submit" loading={action.busy} disabled={values.reason.trim() === ''} leftSection={<IconLockOpen size={16} />}>{mine ? <Trans>Open and save</Trans> : <Trans>Agree to its opening</Trans>}</Button></div>
    </form>
  );
}

function Readings({ standing }: { standing: Standing }) {
  const { memberId } = useSession();
  if (standing.readings.length === 0) return <p className="soft"><Trans>Nobody has opened it.</Trans></p>;
  return (
    <ul className="plain">
      {standing.readings.map((one, at) => (
        <li key={at}>
          {one.moderatorId === memberId ? <Trans>you</Trans> : <Trans>a colleague</Trans>}: {one.what === 'read' ? <Trans>opened it</Trans> : one.what === 'consented' ? <Trans>agreed</Trans> : <Trans>wrong passphrase</Trans>} — “{one.reason}” <small className="soft"><When at={one.at} /></small>
        </li>
      ))}
    </ul>
  );
}
