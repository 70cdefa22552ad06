import { Button, Kbd, NativeSelect } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconScale } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useRef } from 'react';
import { CATEGORIES, CaseStatePill, categoryName } from '@/shared/abuse';
import { useSession } from '@/shared/session';
import { useAction } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Empty, Page } from '@/shared/ui/page';
import { SavedViews } from '@/shared/ui/saved-views';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { casesQuery, claim, type CaseRow } from './cases-api';

/** Reports waiting for a moderator. */
export default function CasesPage() {
  const { t, i18n } = useLingui();
  const session = useSession();
  const navigate = useNavigate();
  const { state, category } = useSearch({ strict: false });
  const query = useInfiniteQuery(casesQuery({ state: state === 'all' ? undefined : state, category, order: !state || state === 'open' || state === 'underReview' ? 'due' : undefined }));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const moderator = session.has('moderator');

  const columns = useMemo((): Column<CaseRow>[] => [
    { id: 'case', head: t`Case`, by: (row) => row.number, cell: (row) => <><Link to="/cases/$caseId" params={{ caseId: row.id }}><Trans>No. {row.number}</Trans> · {i18n._(categoryName(row.category))}</Link>{row.address && <small className="mono">{row.address}{row.port ? `:${row.port}` : ''}</small>}</> },
    { id: 'state', head: t`State`, by: (row) => row.state, cell: (row) => <CaseStatePill state={row.state} /> },
    { id: 'due', head: t`Due`, by: (row) => row.dueAt, cell: (row) => <Due row={row} /> },
    { id: 'reports', head: t`Reports`, end: true, by: (row) => row.reports, cell: (row) => <span className="num">{row.reports}</span> },
    { id: 'opened', head: t`Opened`, by: (row) => row.openedAt, cell: (row) => <When at={row.openedAt} /> },
    { id: 'who', head: t`Claimed`, cell: (row) => (row.claimedBy ? row.claimedBy === session.memberId ? t`by you` : t`by a colleague` : row.offeredTo ? row.offeredTo === session.memberId ? t`handed over to you` : t`handed over` : <Nothing />) },
    { id: 'acts', head: '', end: true, cell: (row) => (moderator && row.state === 'open' ? <Claim id={row.id} number={row.number} /> : <span className="nothing" />) },
  ], [t, i18n, moderator, session.memberId]);

  const list = useRef<HTMLDivElement>(null);
  useCaseKeys(list, moderator);

  return (
    <Page title={t`Cases`} lead={<Trans>Reports about the same thing lie in one case. Claim one to work on it; those due first stand first.</Trans>} actions={<><Button component={Link} to="/cases/desk" variant="default"><Trans>Evidence and reporters</Trans></Button><Button component={Link} to="/cases/look-ups" variant="default"><Trans>Look-ups</Trans></Button><Button component={Link} to="/cases/appeals" variant="default"><Trans>Appeals</Trans></Button><Button component={Link} to="/cases/workload" variant="default"><Trans>Workload</Trans></Button></>}>
      <div className="toolbar">
        <Filters label={t`Show`} value={state ?? ''} onPick={(value) => void navigate({ to: '/cases', search: { category, state: value || undefined } })} items={[{ value: '', label: t`To do` }, { value: 'open', label: t`Open` }, { value: 'underReview', label: t`Under review` }, { value: 'decided', label: t`Decided` }, { value: 'closed', label: t`Closed` }, { value: 'all', label: t`All` }]} />
        <NativeSelect aria-label={t`Category`} value={category ?? ''} onChange={(event) => void navigate({ to: '/cases', search: { state, category: event.currentTarget.value || undefined } })}
          data={[{ value: '', label: t`Every category` }, ...CATEGORIES.map((one) => ({ value: one, label: i18n._(categoryName(one)) }))]} />
        {moderator && <span className="soft keys-told"><Kbd>j</Kbd> <Kbd>k</Kbd> <Trans>move</Trans> · <Kbd><Trans>Enter</Trans></Kbd> <Trans>open</Trans> · <Kbd>c</Kbd> <Trans>claim</Trans></span>}
      </div>
      <SavedViews page="/cases" search={{ state, category }} />
      <div className="panel" ref={list}><div className="body flush">
        <DataTable caption={t`Cases`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconScale size={32} />} title={state || category ? t`No such case` : t`No cases`} actions={<Button component={Link} to="/report" variant="default" size="xs"><Trans>See the report form</Trans></Button>}><Trans>When somebody reports abuse, a case opens here with a clock.</Trans></Empty>} />
      </div></div>
    </Page>
  );
}

/** From case to case by keys: what they reach are the links and buttons that everybody else presses. */
function useCaseKeys(list: { current: HTMLDivElement | null }, moderator: boolean) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, [role=dialog]')) return;
      const rows = [...(list.current?.querySelectorAll<HTMLTableRowElement>('tbody tr') ?? [])];
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      if (event.key === 'j' || event.key === 'k') {
        event.preventDefault();
        const next = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + (event.key === 'j' ? 1 : -1)));
        rows[next]?.querySelector('a')?.focus();
      }
      if (event.key === 'c' && moderator && at >= 0) rows[at]!.querySelector('button')?.click();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [list, moderator]);
}

function Due({ row }: { row: CaseRow }) {
  if (row.state === 'decided' || row.state === 'closed') return <Nothing />;
  return row.overdue ? <><Pill tone="bad"><Trans>Late</Trans></Pill> <small><When at={row.dueAt} /></small></> : <When at={row.dueAt} />;
}

function Claim({ id, number }: { id: string; number: number }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const action = useAction({ run: () => claim(id), refresh: [['cases'], ['case', id], ['home']], said: () => t`Case ${number} is yours`, done: () => void navigate({ to: '/cases/$caseId', params: { caseId: id } }) });
  return <Button size="compact-sm" variant="default" loading={action.busy} onClick={() => action.run(undefined)} aria-label={t`Claim case ${number}`}>{action.error ? <Trans>Try again</Trans> : <Trans>Claim</Trans>}</Button>;
}
