import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDownload, IconFileText, IconUpload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { formatBytes } from '@/shared/bytes';
import { download } from '@/shared/download';
import { toMicro } from '@/shared/money';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { monthName } from '@/shared/time';
import { ReasonButton, useAction } from '@/shared/ui/action';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { BankPanel } from './BankPanel';
import { bringDocument, documentPath, monthsQuery, poolQuery, refusePool, sharesQuery, validatePool, withdrawPool, type CostMonth, type CostPool, type CostShare } from './costs-api';
import { PolicyName, PolicyText, PoolState } from './policies';
import { TrialPanel } from './TrialPanel';

const DOCUMENT_BYTES_MAX = 5 * 1024 * 1024;
const DOCUMENT_TYPES = ['application/pdf', 'image/png', 'image/jpeg'];

/** One shared cost: its document, who looked at it, and who pays what of it. */
export default function CostPoolPage() {
  const { t, i18n } = useLingui();
  const { has, memberId } = useSession();
  const { poolId } = useParams({ strict: false });
  const query = useQuery(poolQuery(poolId!));
  const pool = query.data;
  const crumb = { to: '/cost-pools', label: t`Shared costs` };
  if (!pool) return <Page title={t`Shared cost`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  const refresh = [['cost-pool', pool.id], ['cost-pools']];
  const open = pool.state === 'declared';
  return (
    <Page title={pool.purpose} crumb={crumb} lead={<span className="toolbar"><PoolState state={pool.state} /><Amount of={pool.amount} /><span>{monthName(pool.firstMonth, i18n.locale)}{pool.lastMonth !== pool.firstMonth && <> – {monthName(pool.lastMonth, i18n.locale)}</>}</span></span>}
      actions={open && <>
        {memberId === pool.declaredBy && <ReasonButton label={<Trans>Withdraw</Trans>} title={t`Withdraw this cost`} confirm={t`Withdraw`} said={t`Withdrawn`} explain={<Trans>Nobody is charged for it. It stays here to be read.</Trans>} run={(reason) => withdrawPool(pool.id, reason)} refresh={refresh} />}
        {has('treasurer', 'board') && <ReasonButton label={<Trans>Refuse</Trans>} color="red" title={t`Refuse this cost`} confirm={t`Refuse`} said={t`Refused`} explain={<Trans>Nobody is charged for it. Who declared it can read why.</Trans>} run={(reason) => refusePool(pool.id, reason)} refresh={refresh} />}
      </>}>
      {pool.end && <Notice tone="bad" title={pool.state === 'withdrawn' ? t`Withdrawn` : t`Refused`}>{pool.end.reason} <When at={pool.end.at} /></Notice>}
      <div className="columns">
        <div className="stack"><Months pool={pool} /></div>
        <div className="stack">
          <Document pool={pool} />
          {pool.state === 'validated' && <BankPanel pool={pool} />}
          <Panel title={t`How it is shared`}><p><b><PolicyName kind={pool.policy.kind} /></b></p><p className="soft"><PolicyText policy={pool.policy} /></p>
            {pool.policy.plans && <Facts items={Object.entries(pool.policy.plans).map(([plan, weight]) => [plan, <span key={plan} className="num">{i18n.number(weight)}</span>])} />}
          </Panel>
          <Panel title={t`Who looked at it`}>
            <ul className="plain">
              <li className="split"><span><Trans>Declared</Trans></span><When at={pool.declaredAt} /></li>
              {pool.validations.map((one) => <li key={one.by} className="split"><span>{one.by === memberId ? t`Found right by you` : t`Found right by a member`}</span><When at={one.at} /></li>)}
            </ul>
            {open && <p className="soft" style={{ marginTop: '0.6rem' }}><Trans>{pool.validations.length} of {pool.validationsNeeded} members other than who declared it.</Trans></p>}
          </Panel>
        </div>
      </div>
    </Page>
  );
}

function Document({ pool }: { pool: CostPool }) {
  const { t, i18n } = useLingui();
  const { memberId } = useSession();
  const picker = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string>();
  const [seen, setSeen] = useState(false);
  const refresh = [['cost-pool', pool.id], ['cost-pools']];
  const bring = useAction<File, CostPool>({ run: (file) => bringDocument(pool.id, file), refresh, said: () => t`The document is here` });
  const look = useAction<void, void>({ run: () => download(documentPath(pool.id), pool.document?.name ?? 'document'), done: () => setSeen(true) });
  const validate = useAction<string, CostPool>({ run: (sha256) => validatePool(pool.id, sha256), refresh, said: (now) => (now?.state === 'validated' ? t`Validated: it will be shared` : t`You found it right`) });
  const own = memberId === pool.declaredBy;
  const open = pool.state === 'declared';
  const pick = (file: File | undefined) => {
    if (!file) return;
    setWrong(!DOCUMENT_TYPES.includes(file.type) ? t`A PDF, a PNG or a JPEG, please` : file.size > DOCUMENT_BYTES_MAX ? t`At most 5 MiB; this one has ${formatBytes(file.size, i18n.locale)}` : undefined);
    if (DOCUMENT_TYPES.includes(file.type) && file.size <= DOCUMENT_BYTES_MAX) bring.run(file);
  };
  return (
    <Panel title={t`Its document`}>
      {pool.document ? (
        <div className="stack" style={{ gap: '0.7rem' }}>
          <p><span className="long">{pool.document.name}</span> <span className="soft num">{formatBytes(pool.document.bytes, i18n.locale)}</span></p>
          <div className="toolbar">
            <Button variant="default" size="compact-sm" leftSection={<IconDownload size={14} />} loading={look.busy} onClick={() => look.run()}><Trans>Look at the document</Trans></Button>
            {open && !own && !pool.validations.some((one) => one.by === memberId) && <Button size="compact-sm" disabled={!seen} loading={validate.busy} onClick={() => validate.run(pool.document!.sha256)}><Trans>I looked at it: it is right</Trans></Button>}
          </div>
          {open && !own && !seen && <p className="soft"><Trans>Look at it first; then say whether it is right.</Trans></p>}
        </div>
      ) : <Empty icon={<IconFileText size={28} />} title={t`No document yet`}>{own ? <Trans>Bring the invoice or the contract: a PDF or a picture. Nobody can find it right before.</Trans> : <Trans>Who declared it has to bring one.</Trans>}</Empty>}
      {own && open && pool.validations.length === 0 && (
        <div style={{ marginTop: '0.7rem' }}>
          <input ref={picker} type="file" className="hidden-field" tabIndex={-1} aria-label={t`Document`} accept={DOCUMENT_TYPES.join(',')} onChange={(event) => { pick(event.currentTarget.files?.[0]); event.currentTarget.value = ''; }} />
          <Button variant={pool.document ? 'default' : 'filled'} size="compact-sm" leftSection={<IconUpload size={14} />} loading={bring.busy} onClick={() => picker.current?.click()}>{pool.document ? <Trans>Bring another one</Trans> : <Trans>Bring the document</Trans>}</Button>
        </div>
      )}
      {wrong && <p className="going" role="alert" style={{ marginTop: '0.5rem' }}>{wrong}</p>}
      <ProblemNotice error={bring.error ?? look.error ?? validate.error} />
    </Panel>
  );
}

function Months({ pool }: { pool: CostPool }) {
  const { t, i18n } = useLingui();
  const query = useQuery(monthsQuery(pool.id));
  const [chosen, setChosen] = useState<string>();
  const shared = useMemo(() => [...new Set(query.data?.items.map((one) => one.month))].sort(), [query.data]);
  const columns = useMemo((): Column<CostMonth>[] => [
    { id: 'month', head: t`Month`, by: (row) => row.month, cell: (row) => <>{monthName(row.month, i18n.locale)}{row.revision > 1 && <small><Trans>computed {row.revision} times; the newest holds</Trans></small>}</> },
    { id: 'made', head: t`Shared`, cell: (row) => <When at={row.madeAt} /> },
    { id: 'amount', head: t`Amount`, end: true, cell: (row) => <Amount of={row.amount} /> },
    { id: 'acts', head: '', end: true, cell: (row) => <Button size="compact-sm" variant="default" aria-expanded={chosen === row.month} onClick={() => setChosen(chosen === row.month ? undefined : row.month)}><Trans>Shares</Trans></Button> },
  ], [t, i18n, chosen]);
  return (
    <>
      <Panel title={t`Months`} flush>
        <Loaded query={query} lines={4}>{(data) => <>
          {data.problems.map((one) => <div key={one.month} style={{ padding: '0 1.1rem 0.6rem' }}><Notice tone="warn" title={t`${monthName(one.month, i18n.locale)} could not be shared`}>{one.message}</Notice></div>)}
          <DataTable caption={t`Months`} columns={columns} rows={data.items} id={(row) => `${row.month} ${row.revision}`}
            empty={<Empty title={t`Not shared yet`}><Trans>A month is shared with its bill run, when the cost is validated and the month is over.</Trans></Empty>} />
        </>}</Loaded>
      </Panel>
      {chosen && <Shares pool={pool} month={chosen} />}
      {shared.length > 0 && pool.policy.kind !== 'clearing' && <TrialPanel pool={pool} shared={shared} />}
    </>
  );
}

function Shares({ pool, month }: { pool: CostPool; month: string }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const query = useInfiniteQuery(sharesQuery(pool.id, month));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const most = Math.max(1, ...(rows ?? []).map((row) => Math.abs(Number(toMicro(row.amount.amount)))));
  const columns = useMemo((): Column<CostShare>[] => [
    { id: 'who', head: t`Who`, cell: (row) => <>{has('treasurer', 'board') ? <PayerName id={row.payerId} /> : t`You`}{!row.memberId && <small><Trans>gets it back</Trans></small>}</> },
    { id: 'bar', head: t`Share`, cell: (row) => <span className="share" aria-hidden="true"><span style={{ width: `${(Math.abs(Number(toMicro(row.amount.amount))) / most) * 100}%` }} /></span> },
    { id: 'amount', head: t`Amount`, end: true, by: (row) => Number(toMicro(row.amount.amount)), cell: (row) => <Amount of={row.amount} /> },
    { id: 'why', head: '', end: true, cell: (row) => <Button component={Link} to="/cost-shares/$shareId" params={{ shareId: row.id } as never} size="compact-sm" variant="default"><Trans>Why?</Trans></Button> },
  ], [t, most, has]);
  return (
    <Panel title={t`Shares of ${monthName(month, i18n.locale)}`} lead={has('treasurer', 'board') ? undefined : t`Yours. The others’ are theirs.`} flush>
      <DataTable caption={t`Shares of ${monthName(month, i18n.locale)}`} columns={columns} rows={rows} id={(row) => row.id} query={query} empty={<Empty title={t`No share of yours`}><Trans>You take no part in this cost in this month.</Trans></Empty>} />
    </Panel>
  );
}
