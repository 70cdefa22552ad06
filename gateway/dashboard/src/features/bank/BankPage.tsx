import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBuildingBank, IconFileImport } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { newKey } from '@/shared/api';
import { isZero } from '@/shared/money';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { absolute, today } from '@/shared/time';
import { DialogButton, ReasonButton, useAction } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Figure, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { accountsQuery, bringForward, entriesQuery, filesQuery, forget, learnedQuery, reportQuery, undo, type BankAccount, type Booking, type Report } from './bank-api';
import { Desk } from './Desk';
import { DeclareForm, Gaps, ImportButton } from './Imports';
import { AccountName, KindName, PlaceText } from './words';
import './bank.css';

/** What the bank says and what the book says, brought together. */
export default function BankPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const navigate = useNavigate();
  const { view } = useSearch({ strict: false });
  const shown = view ?? 'waiting';
  const accounts = useQuery(accountsQuery);
  return (
    <Page title={t`Reconciliation`} lead={<Trans>What the bank says, and where it stands in the book. What a reference makes certain is posted by itself; you say the rest.</Trans>}
      actions={has('treasurer') && accounts.data && accounts.data.length > 0 ? <ImportButton accounts={accounts.data} /> : undefined}>
      <Loaded query={accounts} lines={6}>{(all) => all.length === 0
        ? <div className="panel"><div className="body"><Empty icon={<IconBuildingBank size={32} />} title={t`No bank account yet`} actions={<DialogButton label={<Trans>Declare an account</Trans>} title={t`An account of the co-op`} variant="filled">{(close) => <DeclareForm close={close} />}</DialogButton>}><Trans>Declare the co-op’s account; then hand in what its bank lets you download: camt, MT940 or CSV.</Trans></Empty></div></div>
        : <>
          <div className="toolbar"><Filters label={t`Show`} value={shown} onPick={(value) => void navigate({ to: '/bank', search: { view: value === 'waiting' ? undefined : value } })} items={[{ value: 'waiting', label: t`Waiting` }, { value: 'placed', label: t`In the book` }, { value: 'report', label: t`Report` }, { value: 'files', label: t`Files and accounts` }]} /></div>
          {shown === 'placed' ? <Placed /> : shown === 'report' ? <ReportPanel accounts={all} /> : shown === 'files' ? <Files accounts={all} /> : <Desk />}
        </>}</Loaded>
    </Page>
  );
}

function Placed() {
  const { t, i18n } = useLingui();
  const [text, setText] = useState('');
  const query = useInfiniteQuery(entriesQuery('placed', text.trim()));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  return (
    <Panel title={t`In the book`} actions={<TextInput size="sm" aria-label={t`Search names, texts and references`} placeholder={t`Search`} value={text} onChange={(event) => setText(event.currentTarget.value)} />} flush>
      <DataTable caption={t`Entries in the book`} rows={rows} id={(row) => row.id} query={query}
        columns={[
          { id: 'day', head: t`Booked`, by: (row) => row.bookedOn, cell: (row) => absolute(row.bookedOn, i18n.locale) },
          { id: 'who', head: t`Who`, by: (row) => row.name ?? '', cell: (row) => <>{row.name}<small>{row.text ?? row.information}</small></> },
          { id: 'amount', head: t`Amount`, end: true, cell: (row) => <Amount of={row.amount} signed /> },
          { id: 'place', head: t`Where it stands`, cell: (row) => <ul className="plain">{row.bookings.map((one) => <Stands key={one.id} booking={one} />)}</ul> },
        ]}
        empty={<Empty title={t`Nothing yet`}><Trans>What you confirm, and what is posted by its reference, comes here.</Trans></Empty>} />
    </Panel>
  );
}

function Stands({ booking }: { booking: Booking }) {
  const { t } = useLingui();
  const { has } = useSession();
  const [key] = useState(newKey);
  return (
    <li className={booking.undone ? 'soft' : undefined}>
      <PlaceText of={booking} /> {booking.rule !== 'person' && <Pill tone="info"><Trans>By rule</Trans></Pill>}
      {booking.undone ? <small><Trans>Undone: {booking.undone.why}</Trans></small> : has('treasurer') && <div><ReasonButton label={<Trans>Undo</Trans>} size="compact-xs" title={t`Undo`} confirm={t`Undo`} said={t`Undone; it waits again`} explain={<Trans>What it had moved is reversed, what it had paid is owed again, and the entry waits.</Trans>} run={(reason) => undo(booking.id, reason, key)} refresh={[['bank'], ['invoices'], ['invoice'], ['treasury']]} /></div>}
    </li>
  );
}

function ReportPanel({ accounts }: { accounts: BankAccount[] }) {
  const { t } = useLingui();
  const [accountId, setAccountId] = useState(accounts[0]!.id);
  const [from, setFrom] = useState(`${today().slice(0, 8)}01`);
  const [to, setTo] = useState(today());
  const query = useQuery({ ...reportQuery(accountId, from, to), enabled: from !== '' && to !== '' && from <= to });
  return (
    <>
      <div className="toolbar">
        <NativeSelect label={t`Account`} value={accountId} onChange={(event) => setAccountId(event.currentTarget.value)} data={accounts.map((one) => ({ value: one.id, label: one.name }))} />
        <TextInput type="date" label={t`From`} value={from} max={to} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TextInput type="date" label={t`To`} value={to} min={from} onChange={(event) => setTo(event.currentTarget.value)} />
      </div>
      <Loaded query={query} lines={8}>{(report) => <ReportView of={report} />}</Loaded>
    </>
  );
}

function ReportView({ of }: { of: Report }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const { together } = of;
  const clean = isZero(together.unexplained);
  const [key] = useState(newKey);
  const forward = useAction({ run: () => bringForward(key), refresh: [['bank'], ['treasury']], said: () => t`Brought forward` });
  return (
    <>
      <Notice tone={clean ? 'ok' : 'warn'} title={clean ? t`Unexplained: nothing` : t`Something is unexplained`}>{!clean && <p><Amount of={together.unexplained} /> <Trans>in all, listed below.</Trans></p>}</Notice>
      <Gaps of={of.gaps} />
      <div className="figures">
        <Figure what={t`The banks say`} value={<Amount of={together.bank} />} note={of.vouchedUpTo ? t`a statement vouches up to ${absolute(of.vouchedUpTo, i18n.locale)}` : t`no statement vouches for it`} />
        <Figure what={t`The book says`} value={<Amount of={together.ledger} />} />
        <Figure what={t`Waiting`} value={<Amount of={together.open} signed />} note={String(together.openCount)} />
      </div>
      <div className="columns">
        <Panel title={t`This account`}>
          <Facts items={[[t`Opening`, of.opening && <Amount key="o" of={of.opening} />], [t`Entries`, <span key="e">{of.entries} · <Amount of={of.sum} signed /></span>], [t`Closing`, of.closing && <Amount key="c" of={of.closing} />]]} />
          <DataTable caption={t`Booked by kind`} rows={of.booked} id={(row) => row.kind + (row.account ?? '')}
            columns={[{ id: 'kind', head: t`Kind`, cell: (row) => (row.account ? <AccountName of={row.account} /> : <KindName of={row.kind} />) }, { id: 'count', head: t`Entries`, end: true, cell: (row) => <span className="num">{row.count}</span> }, { id: 'amount', head: t`Amount`, end: true, cell: (row) => <Amount of={row.amount} signed /> }]}
            empty={<p className="soft"><Trans>Nothing was booked in these days.</Trans></p>} />
        </Panel>
        <Panel title={t`Why bank and book differ`}>
          <Facts items={[
            [t`The book began with more or less`, !isZero(together.opening) && <Amount key="b" of={together.opening} signed />],
            [t`In the book, on no statement`, <Amount key="s" of={together.strays} signed />],
            [t`On a statement, not in the book`, <Amount key="w" of={together.open} signed />],
            [t`Between own accounts, under way`, !isZero(together.own) && <Amount key="t" of={together.own} signed />],
            [t`In both, on other days`, !isZero(together.timing) && <Amount key="d" of={together.timing} signed />],
          ]} />
          {!isZero(together.opening) && has('treasurer') && <div className="toolbar"><Button size="compact-sm" variant="default" loading={forward.busy} onClick={() => forward.run(undefined)}><Trans>Bring the balance forward</Trans></Button></div>}
          <ProblemNotice error={forward.error} />
          {together.listed.length > 0 && <ul className="plain">{together.listed.map((one) => <li key={one.transactionId} className="split"><span>{one.what}<small> <When at={one.effectiveAt} plain /></small></span><Amount of={one.amount} signed /></li>)}</ul>}
        </Panel>
      </div>
    </>
  );
}

function Files({ accounts }: { accounts: BankAccount[] }) {
  const { t } = useLingui();
  const { has } = useSession();
  const files = useInfiniteQuery(filesQuery);
  const learned = useInfiniteQuery(learnedQuery);
  const rows = useMemo(() => files.data?.pages.flatMap((page) => page.items), [files.data]);
  const known = useMemo(() => learned.data?.pages.flatMap((page) => page.items), [learned.data]);
  const drop = useAction({ run: (iban: string) => forget(iban), refresh: [['bank']], said: () => t`Forgotten` });
  return (
    <>
      <Panel title={t`Accounts`} actions={<DialogButton label={<Trans>Declare an account</Trans>} size="compact-sm" title={t`An account of the co-op`}>{(close) => <DeclareForm close={close} />}</DialogButton>}>
        <ul className="plain">{accounts.map((one) => <li key={one.id} className="split"><strong>{one.name}</strong><span className="mono">{one.iban}</span></li>)}</ul>
      </Panel>
      <Panel title={t`Files`} lead={<Trans>Each as it was handed in, also those that were refused.</Trans>} flush>
        <DataTable caption={t`Files`} rows={rows} id={(row) => row.id} query={files}
          columns={[
            { id: 'name', head: t`File`, cell: (row) => <>{has('treasurer') ? <a href={`/api/bank/files/${row.id}/content`} download>{row.name}</a> : row.name}<small>{row.format}</small></> },
            { id: 'state', head: t`State`, cell: (row) => (row.state === 'taken' ? <Pill tone="ok"><Trans>Taken</Trans></Pill> : <><Pill tone="bad"><Trans>Refused</Trans></Pill><small>{row.error && (row.error.line > 0 ? <Trans>Line {row.error.line}, {row.error.rule}: {row.error.detail}</Trans> : <>{row.error.rule}: {row.error.detail}</>)}</small></>) },
            { id: 'at', head: t`Handed in`, by: (row) => row.handedAt, cell: (row) => <When at={row.handedAt} /> },
          ]}
          empty={<Empty icon={<IconFileImport size={32} />} title={t`No file yet`}><Trans>Download a statement from your bank and hand it in here.</Trans></Empty>} />
      </Panel>
      <Panel title={t`Whose account is it`} lead={<Trans>Learned when somebody confirmed; it suggests, it never posts.</Trans>} flush>
        <ProblemNotice error={drop.error} />
        <DataTable caption={t`Learned accounts`} rows={known} id={(row) => row.iban} query={learned}
          columns={[
            { id: 'iban', head: t`Account`, cell: (row) => <span className="mono">{row.iban}</span> },
            { id: 'payer', head: t`Payer`, cell: (row) => <PayerName id={row.payerId} /> },
            { id: 'acts', head: '', end: true, cell: (row) => has('treasurer') && <Button size="compact-xs" variant="default" onClick={() => drop.run(row.iban)} aria-label={t`Forget ${row.iban}`}><Trans>Forget</Trans></Button> },
          ]}
          empty={<Empty title={t`Nothing learned yet`}><Trans>Confirm an entry, and its account is remembered.</Trans></Empty>} />
      </Panel>
    </>
  );
}
