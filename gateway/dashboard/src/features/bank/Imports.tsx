import { Button, FileInput, NativeSelect, TextInput } from '@mantine/core';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { absolute } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { DataTable } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { declareAccount, keepMapping, preview, take, type BankAccount, type CsvMapping, type Gap, type Imported, type Preview } from './bank-api';

const STALE = [['bank'], ['invoices'], ['treasury']];

export function ImportButton({ accounts }: { accounts: BankAccount[] }) {
  const { t } = useLingui();
  return <DialogButton label={<Trans>Hand in a file</Trans>} title={t`A file of the bank`} icon={<IconUpload size={16} />} variant="filled" wide>{(close) => <ImportForm accounts={accounts} close={close} />}</DialogButton>;
}

function ImportForm({ accounts, close }: { accounts: BankAccount[]; close: () => void }) {
  const { t } = useLingui();
  const [file, setFile] = useState<File | null>(null);
  const [accountId, setAccountId] = useState(accounts[0]?.id ?? '');
  const [mapping, setMapping] = useState<CsvMapping>();
  const look = useAction({ run: ({ of, how }: { of: File; how?: CsvMapping }) => preview(of, accountId || undefined, how), done: (seen: Preview) => { if (seen.mapping) setMapping(seen.mapping); } });
  const action = useAction({
    run: async (of: File) => {
      if (look.output?.format === 'csv' && mapping && accountId) await keepMapping(accountId, mapping);
      return take(of, accountId || undefined);
    },
    refresh: STALE,
  });
  const pick = (of: File | null) => { setFile(of); setMapping(undefined); action.reset(); if (of) look.run({ of }); };
  if (action.output) return <div className="form"><Outcome of={action.output} /><div className="end"><Button onClick={close}><Trans>Done</Trans></Button></div></div>;
  return (
    <form className="form" onSubmit={onSubmit(() => file && action.run(file))}>
      <FileInput required label={t`File`} description={t`camt.053, camt.054, MT940 or CSV. All of it is taken, or nothing.`} value={file} onChange={pick} accept=".xml,.sta,.mt940,.940,.txt,.csv" clearable clearButtonProps={{ 'aria-label': t`Take the file away` }} />
      {accounts.length > 1 && <NativeSelect label={t`Account, where the file does not say`} value={accountId} onChange={(event) => setAccountId(event.currentTarget.value)} data={accounts.map((one) => ({ value: one.id, label: `${one.name} · ${one.iban}` }))} />}
      {look.output && <Seen of={look.output} />}
      {look.output?.format === 'csv' && mapping && file && <MappingFields of={mapping} change={setMapping} again={() => look.run({ of: file, how: mapping })} busy={look.busy} />}
      <ProblemNotice error={look.error ?? action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!file || look.busy}><Trans>Take it in</Trans></Button></div>
    </form>
  );
}

function Outcome({ of }: { of: Imported }) {
  const { t } = useLingui();
  if (of.again) return <Notice tone="info" live title={t`This very file was taken before`}><p><Trans>Nothing has changed.</Trans></p></Notice>;
  return (
    <>
      <Notice tone="ok" live title={t`Taken in`}><p>
        <Plural value={of.added} one="# new entry" other="# new entries" />, <Plural value={of.known} one="# was known" other="# were known" />, <Plural value={of.posted} one="# posted by its reference" other="# posted by their references" />.
      </p></Notice>
      <Gaps of={of.gaps} />
    </>
  );
}

/** Holes between statements, each with its days. */
export function Gaps({ of }: { of: Gap[] }) {
  const { t, i18n } = useLingui();
  return of.length === 0 ? null : (
    <Notice tone="warn" title={t`A statement is missing`}>
      <ul>{of.map((gap) => <li key={gap.after + gap.before}>{gap.rule === 'balance'
        ? <Trans>Between {absolute(gap.after, i18n.locale)} and {absolute(gap.before, i18n.locale)}: <Amount of={gap.missing} signed /> is not told.</Trans>
        : <Trans>Between {absolute(gap.after, i18n.locale)} and {absolute(gap.before, i18n.locale)} the bank’s count leaves out a number.</Trans>}</li>)}</ul>
    </Notice>
  );
}

function Seen({ of }: { of: Preview }) {
  const { t, i18n } = useLingui();
  const { error } = of;
  if (error) return <Notice tone="bad" live title={error.line > 0 ? t`Line ${error.line}: ${error.rule}` : t`The file: ${error.rule}`}><p><Told of={error.detail} /></p></Notice>;
  const first = of.statements.flatMap((one) => one.first).slice(0, 8);
  return (
    <div>
      {of.statements.slice(0, 5).map((one, at) => <p key={at}><span className="mono">{one.iban}</span>: <Plural value={one.entries} one="# entry" other="# entries" />{one.opening && one.closing && <> · <Amount of={one.opening} /> → <Amount of={one.closing} /></>}</p>)}
      <DataTable caption={t`The first entries`} rows={first} id={(row) => `${row.line} ${row.bookedOn} ${row.amount.amount}`}
        columns={[{ id: 'day', head: t`Booked`, cell: (row) => absolute(row.bookedOn, i18n.locale) }, { id: 'who', head: t`Who`, cell: (row) => <>{row.name}<small>{row.text}</small></> }, { id: 'amount', head: t`Amount`, end: true, cell: (row) => <Amount of={row.amount} signed /> }]} />
    </div>
  );
}

function MappingFields({ of, change, again, busy }: { of: CsvMapping; change: (mapping: CsvMapping) => void; again: () => void; busy: boolean }) {
  const { t } = useLingui();
  const field = (name: keyof CsvMapping, label: string, required = false) => <TextInput key={name} size="xs" label={label} required={required} value={String(of[name] ?? '')} onChange={(event) => change({ ...of, [name]: name === 'headLines' ? Number(event.currentTarget.value) || 0 : event.currentTarget.value || (required ? '' : null) })} />;
  return (
    <details>
      <summary><Trans>Which column is which</Trans></summary>
      <div className="row">
        {field('bookedOn', t`Booked`, true)}{field('amount', t`Amount`)}{field('credit', t`Money in`)}{field('debit', t`Money out`)}{field('name', t`Name`)}{field('iban', t`IBAN`)}{field('text', t`Text`)}{field('reference', t`Reference`)}{field('currency', t`Currency`)}{field('bankReference', t`The bank’s reference`)}
        {field('delimiter', t`Between columns`, true)}{field('decimal', t`Before the cents`, true)}{field('dateFormat', t`Form of a day`, true)}{field('headLines', t`Head lines`, true)}
        <NativeSelect size="xs" label={t`Letters`} value={of.charset} onChange={(event) => change({ ...of, charset: event.currentTarget.value })} data={['UTF-8', 'windows-1252', 'ISO-8859-1', 'UTF-16']} />
      </div>
      <Button size="compact-sm" variant="default" loading={busy} onClick={again}><Trans>Read it again</Trans></Button>
    </details>
  );
}

export function DeclareForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ name: '', iban: '' });
  const action = useAction({ run: () => declareAccount({ name: form.values.name.trim(), iban: form.values.iban }), refresh: [['bank']], said: (account) => t`${account.name} is declared`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput required label={t`Name`} description={t`Such as: current account`} maxLength={100} data-autofocus {...form.text('name', action)} />
      <TextInput required label={t`IBAN`} maxLength={50} {...form.text('iban', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Declare</Trans></Button></div>
    </form>
  );
}
