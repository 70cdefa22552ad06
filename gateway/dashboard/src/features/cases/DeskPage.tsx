import { Button, Checkbox, NumberInput, PasswordInput, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatBytes } from '@/shared/bytes';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import { addPartner, admitKey, changeKey, endPartner, keysQuery, liftMute, makeKey, mutesQuery, partnersQuery, refusalsQuery, retireKey, type EvidenceKey, type Partner } from './evidence-api';

/** Who can open evidence, whose programs report, who is not heard for a while. */
export default function DeskPage() {
  const { t } = useLingui();
  const { has } = useSession();
  return (
    <Page title={t`Evidence and reporters`} crumb={{ to: '/cases', label: t`Cases` }} lead={<Trans>Who can open what came with reports, and who reports.</Trans>}>
      <div className="stack">
        <Keys />
        <Partners />
        <Mutes />
        {has('moderator') && <Refusals />}
      </div>
    </Page>
  );
}

function Keys() {
  const { t } = useLingui();
  const { has, memberId } = useSession();
  const query = useQuery(keysQuery);
  const own = query.data?.find((key) => key.moderatorId === memberId && !key.retiredAt);
  return (
    <Panel title={t`Keys to the evidence`} lead={t`Files are sealed to these. A passphrase opens its key and is kept nowhere: who forgets it asks a colleague for the files.`}
      actions={has('moderator') && query.data && (own
        ? own.admittedAt && <DialogButton size="compact-sm" label={<Trans>Change my key</Trans>} title={t`A new key and passphrase`}>{(close) => <PassphraseForm changes close={close} run={(old, next) => changeKey(old, next)} confirm={t`Change`} />}</DialogButton>
        : <DialogButton size="compact-sm" icon={<IconKey size={15} />} label={<Trans>Make my key</Trans>} title={t`Your key to the evidence`}>{(close) => <PassphraseForm fresh close={close} run={(passphrase) => makeKey(passphrase)} confirm={t`Make the key`} />}</DialogButton>)}>
      <Loaded query={query}>
        {(keys) => keys.length === 0
          ? <Notice tone="warn" title={t`There is no key yet`}><Trans>Evidence is stored as it came until a moderator makes the first key.</Trans></Notice>
          : <ul className="plain">{keys.map((key) => <KeyRow key={key.id} row={key} mine={key.moderatorId === memberId} mayAdmit={!!own?.admittedAt} />)}</ul>}
      </Loaded>
    </Panel>
  );
}

function KeyRow({ row, mine, mayAdmit }: { row: EvidenceKey; mine: boolean; mayAdmit: boolean }) {
  const { t } = useLingui();
  const retiring = useAction({ run: () => retireKey(row.id), refresh: [['evidence-keys']], said: () => t`The key is retired` });
  return (
    <li className="split">
      <span><span className="mono">{row.fingerprint}</span> {mine ? <Trans>yours</Trans> : <Trans>a colleague’s</Trans>} <small className="soft"><When at={row.madeAt} /></small><ProblemNotice error={retiring.error} /></span>
      <span className="toolbar">
        {row.retiredAt ? <Pill tone="quiet"><Trans>retired</Trans></Pill> : row.admittedAt ? <Pill tone="ok"><Trans>counts</Trans></Pill> : <Pill tone="warn"><Trans>to be let in</Trans></Pill>}
        {!row.retiredAt && !row.admittedAt && !mine && mayAdmit && <DialogButton size="compact-sm" label={<Trans>Let in</Trans>} title={t`Let this key in`}>{(close) => <PassphraseForm close={close} run={(passphrase) => admitKey(row.id, passphrase)} confirm={t`Let in`} />}</DialogButton>}
        {!row.retiredAt && <Button size="compact-sm" variant="default" loading={retiring.busy} aria-label={t`Retire the key ${row.fingerprint}`} onClick={() => retiring.run(undefined)}><Trans>Retire</Trans></Button>}
      </span>
    </li>
  );
}

function PassphraseForm({ fresh, changes, run, confirm, close }: { fresh?: boolean; changes?: boolean; run: (passphrase: string, next: string) => Promise<unknown>; confirm: string; close: () => void }) {
  const { t } = useLingui();
  const { values, text } = useFields({ passphrase: '', newPassphrase: '' });
  const action = useAction({ run: () => run(values.passphrase, values.newPassphrase), refresh: [['evidence-keys']], done: close });
  const eye = { visibilityToggleButtonProps: { 'aria-label': t`Show or hide the passphrase` }, maxLength: 200, required: true };
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <PasswordInput {...eye} label={fresh ? t`A passphrase` : t`Your passphrase`} description={fresh ? t`12 characters or more. Nobody can tell it to you again.` : undefined} minLength={fresh ? 12 : undefined} autoComplete="off" data-autofocus {...text('passphrase', action)} />
      {changes && <PasswordInput {...eye} label={t`The new passphrase`} description={t`12 characters or more.`} minLength={12} autoComplete="off" {...text('newPassphrase', action)} />}
      <ProblemNotice error={action.error} />
      <div className="end"><Button type="submit" loading={action.busy}>{confirm}</Button></div>
    </form>
  );
}

function Partners() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(partnersQuery);
  return (
    <Panel title={t`Partners`} lead={t`Programs of other networks that report with a key.`} actions={has('moderator') && <DialogButton size="compact-sm" icon={<IconPlus size={15} />} label={<Trans>New partner</Trans>} title={t`A new partner`}>{(close) => <PartnerForm close={close} />}</DialogButton>}>
      <Loaded query={query}>
        {(partners) => partners.length === 0 ? <p className="soft"><Trans>None yet.</Trans></p> : <ul className="plain">{partners.map((one) => <PartnerRow key={one.id} row={one} />)}</ul>}
      </Loaded>
    </Panel>
  );
}

function PartnerRow({ row }: { row: Partner }) {
  const { t } = useLingui();
  const { has } = useSession();
  const ending = useAction({ run: () => endPartner(row.id), refresh: [['partners']], said: () => t`The key of ${row.name} counts no more` });
  return (
    <li className="split">
      <span><b>{row.name}</b> <span className="soft num"><Trans>{row.reportsPerHour} an hour</Trans></span> {row.trusted && <Pill tone="ok"><Trans>trusted</Trans></Pill>}</span>
      {row.endedAt ? <Pill tone="quiet"><Trans>ended</Trans></Pill> : has('moderator') && <Button size="compact-sm" variant="default" loading={ending.busy} aria-label={t`End the key of ${row.name}`} onClick={() => ending.run(undefined)}><Trans>End</Trans></Button>}
    </li>
  );
}

function PartnerForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const { values, set, text } = useFields({ name: '', trusted: false, reportsPerHour: 1_000 });
  const [key, setKey] = useState<string | null>(null);
  const action = useAction({ run: () => addPartner(values), refresh: [['partners']], done: (added) => setKey(added.key) });
  if (key) {
    return (
      <div className="stack">
        <Notice tone="warn" title={t`Shown this once`}><Trans>Give it to the partner on a safe way; their programs send it as X-API-Key.</Trans></Notice>
        <p className="mono" style={{ overflowWrap: 'anywhere' }}>{key}</p>
        <div className="end"><Button onClick={close}><Trans>Done</Trans></Button></div>
      </div>
    );
  }
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput required label={t`Name`} maxLength={100} data-autofocus {...text('name', action)} />
      <NumberInput required label={t`Reports an hour`} min={1} max={100_000} value={values.reportsPerHour} onChange={(value) => set('reportsPerHour', Number(value))} />
      <Checkbox label={t`We vouch for them`} checked={values.trusted} onChange={(event) => set('trusted', event.currentTarget.checked)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button type="submit" loading={action.busy} disabled={values.name.trim() === ''}><Trans>Make a key</Trans></Button></div>
    </form>
  );
}

function Mutes() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(mutesQuery);
  return (
    <Panel title={t`Muted reporters`} lead={t`What they send is kept and opens no case, for a time. Nobody is named.`}>
      <Loaded query={query}>
        {(mutes) => mutes.length === 0 ? <p className="soft"><Trans>Nobody is muted.</Trans></p> : (
          <ul className="plain">
            {mutes.map((one) => (
              <li key={one.id} className="split">
                <span>{one.reason} <small className="soft"><Trans>until</Trans> <When at={one.until} first="absolute" /></small></span>
                {one.liftedAt ? <Pill tone="quiet"><Trans>lifted</Trans></Pill> : has('moderator') && <ReasonButton size="compact-sm" label={<Trans>Lift</Trans>} title={t`Hear them again`} confirm={t`Lift`} explain={<Trans>What they send opens cases again.</Trans>} run={(reason) => liftMute(one.id, reason)} refresh={[['mutes']]} />}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function Refusals() {
  const { t, i18n } = useLingui();
  const query = useQuery(refusalsQuery);
  return (
    <Panel title={t`Could not be taken in`} lead={t`What partners and mails sent that is no valid report, and why.`}>
      <Loaded query={query}>
        {(refusals) => refusals.length === 0 ? <p className="soft"><Trans>Nothing.</Trans></p> : (
          <ul className="plain">{refusals.map((one) => <li key={one.sha256} className="split"><span><span style={{ whiteSpace: 'pre-line' }}>{one.reason}</span><br /><small className="soft"><span className="mono">{one.format}</span> {formatBytes(one.sizeBytes, i18n.locale)} <span className="mono" title={one.sha256}><Trans>SHA-256 {one.sha256.slice(0, 16)}…</Trans></span></small></span><small className="soft"><When at={one.at} /></small></li>)}</ul>
        )}
      </Loaded>
    </Panel>
  );
}
