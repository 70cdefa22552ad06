import { Button, FileInput, TextInput } from '@mantine/core';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconBuildingBank, IconUpload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { pagesQuery } from '@/shared/lists';
import { toMicro } from '@/shared/money';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { absolute, today } from '@/shared/time';
import { DialogButton, onSubmit, useAction } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { hear, previewQuery, propose, reportsQuery, resume, revoke, runsQuery, type Mandate, type Run } from './direct-debit-api';
import { MandateState, RunState } from './states';

const REFRESH = [['direct-debit'], ['invoices'], ['treasury']];

/** Collecting from payers' accounts: runs that two people sign, what banks answered, and everybody's mandates. */
export default function DirectDebitPage() {
  const { t } = useLingui();
  const { has } = useSession();
  return (
    <Page title={t`Direct debit`} lead={<Trans>Who signed a mandate has their invoices collected. One proposes, another approves; the file goes to the bank, and payers are told before. What a bank refuses or takes back is owed again.</Trans>}
      actions={<>{has('treasurer') && <DialogButton label={<Trans>The bank’s answer</Trans>} title={t`What the bank says of a file`} icon={<IconUpload size={16} />} variant="default">{(close) => <ReportForm close={close} />}</DialogButton>}<DialogButton label={<Trans>Propose a run</Trans>} title={t`Collect what is owed`} variant="filled" wide>{(close) => <ProposeForm close={close} />}</DialogButton></>}>
      <Runs />
      <Mandates />
      <Reports />
    </Page>
  );
}

function Runs() {
  const { t, i18n } = useLingui();
  const query = useQuery(runsQuery);
  const columns = useMemo((): Column<Run>[] => [
    { id: 'on', head: t`Collected on`, by: (row) => row.collectOn, cell: (row) => <Link to={'/direct-debit/$runId' as never} params={{ runId: row.id } as never}>{absolute(row.collectOn, i18n.locale)}</Link> },
    { id: 'file', head: t`File`, cell: (row) => <span className="mono">{row.messageId}</span> },
    { id: 'count', head: t`Invoices`, end: true, by: (row) => row.items.length, cell: (row) => row.items.filter((one) => one.state !== 'left').length },
    { id: 'total', head: t`Together`, end: true, by: (row) => Number(toMicro(row.total.amount)), cell: (row) => <Amount of={row.total} /> },
    { id: 'open', head: t`Not yet at the bank`, end: true, cell: (row) => <Amount of={row.open} /> },
    { id: 'state', head: t`State`, cell: (row) => <><RunState state={row.state} />{row.state === 'approved' && row.untold > 0 && <small><Plural value={row.untold} one="one payer not told" other="# payers not told" /></small>}</> },
  ], [t, i18n]);
  return <Panel title={t`Runs`} flush><DataTable caption={t`Runs of direct debits`} columns={columns} rows={query.data} id={(row) => row.id} query={query} empty={<Empty icon={<IconBuildingBank size={30} />} title={t`Nothing was collected yet`}><Trans>Say who the co-op is, with its account and creditor identifier, on its details for invoices first.</Trans></Empty>} /></Panel>;
}

function ProposeForm({ close }: { close: () => void }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const [on, setOn] = useState('');
  const query = useQuery(previewQuery(on || undefined));
  const day = on || query.data?.collectOn || '';
  const action = useAction<string, Run>({ run: propose, refresh: REFRESH, said: () => t`Proposed. Somebody else approves it.`, done: (run) => { close(); void navigate({ to: '/direct-debit/$runId', params: { runId: run.id } } as never); } });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(day))}>
      <TextInput required type="date" label={t`Collected on`} min={today()} value={day} onChange={(event) => setOn(event.currentTarget.value)} error={action.fieldError('collectOn')} />
      {query.data && <Notice tone={query.data.items.length > 0 ? 'info' : 'warn'} title={query.data.items.length > 0 ? t`What would be collected` : t`Nothing to collect by then`}>
        <p><Plural value={query.data.items.length} one="# invoice" other="# invoices" />, <Amount of={query.data.total} />. <Trans>Payers are told in time from {absolute(query.data.earliest, i18n.locale)} on.</Trans></p>
      </Notice>}
      <ProblemNotice error={query.error ?? action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!query.data || query.data.items.length === 0}><Trans>Propose</Trans></Button></div>
    </form>
  );
}

function ReportForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const [file, setFile] = useState<File | null>(null);
  const action = useAction({ run: hear, refresh: REFRESH });
  if (action.output) {
    return (
      <div className="form">
        <Notice tone="ok" live title={action.output.again ? t`This very file was taken before` : t`Taken in`}><p>{action.output.again ? <Trans>Nothing has changed.</Trans> : <Plural value={action.output.rejected} one="# collection was refused" other="# collections were refused" />}</p></Notice>
        <div className="end"><Button onClick={close}><Trans>Done</Trans></Button></div>
      </div>
    );
  }
  return (
    <form className="form" onSubmit={onSubmit(() => file && action.run(file))}>
      <FileInput required label={t`File`} description={t`A status report (pain.002). What it refuses is owed again.`} value={file} onChange={setFile} accept=".xml" clearable clearButtonProps={{ 'aria-label': t`Take the file away` }} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!file}><Trans>Take it in</Trans></Button></div>
    </form>
  );
}

function Mandates() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const treasurer = has('treasurer');
  const query = useInfiniteQuery(pagesQuery<Mandate>(['direct-debit', 'mandates'], '/api/direct-debit/mandates'));
  const rows = query.data?.pages.flatMap((page) => page.items);
  const columns = useMemo((): Column<Mandate>[] => [
    { id: 'payer', head: t`Payer`, cell: (row) => <PayerName id={row.payerId} /> },
    { id: 'reference', head: t`Mandate`, by: (row) => row.reference, cell: (row) => <><span className="mono">{row.reference}</span><small><Trans>signed {absolute(row.signedOn, i18n.locale)}</Trans></small></> },
    { id: 'account', head: t`Account`, cell: (row) => <>{row.debtorName}<small className="mono">{row.iban}</small></> },
    { id: 'state', head: t`State`, cell: (row) => <><MandateState state={row.state} />{row.reason && <small className="mono">{row.reason}</small>}</> },
    ...(treasurer ? [{ id: 'act', head: t`Act`, cell: (row: Mandate) => <MandateAct mandate={row} /> }] : []),
  ], [t, i18n, treasurer]);
  return <Panel title={t`Mandates`} lead={<Trans>Members sign them on their own page. A mandate that nobody used for 36 months is void.</Trans>} flush><DataTable caption={t`Mandates`} columns={columns} rows={rows} id={(row) => row.id} query={query} empty={<p className="soft" style={{ padding: '1rem' }}><Trans>Nobody has signed one yet.</Trans></p>} /></Panel>;
}

function MandateAct({ mandate }: { mandate: Mandate }) {
  const { t } = useLingui();
  const again = useAction<void, Mandate>({ run: () => resume(mandate.id), refresh: REFRESH, said: () => t`It is used again` });
  const end = useAction<void, Mandate>({ run: () => revoke(mandate.id), refresh: REFRESH, said: () => t`Revoked` });
  if (mandate.state !== 'active' && mandate.state !== 'suspended') return null;
  return (
    <span className="toolbar">
      {mandate.state === 'suspended' && <Button size="compact-sm" variant="default" loading={again.busy} onClick={() => again.run()}><Trans>Use it again</Trans></Button>}
      <Button size="compact-sm" variant="subtle" color="gray" loading={end.busy} onClick={() => end.run()}><Trans>Revoke</Trans></Button>
      <ProblemNotice error={again.error ?? end.error} />
    </span>
  );
}

function Reports() {
  const { t } = useLingui();
  const query = useQuery(reportsQuery);
  if (!query.data || query.data.length === 0) return null;
  return (
    <Panel title={t`What banks answered`}>
      <ul className="plain">{query.data.map((one) => <li key={one.id}><b className="mono">{one.name}</b> <small><When at={one.handedAt} /></small>{' '}
        {one.error ? <span className="wrap">{one.error}</span> : <Plural value={one.rejected} _0="Nothing was refused" one="# collection was refused" other="# collections were refused" />}</li>)}</ul>
    </Panel>
  );
}
