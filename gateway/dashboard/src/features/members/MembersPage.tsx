import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { RoleName } from '@/shared/roles';
import { useSession } from '@/shared/session';
import { DialogButton, ReasonButton } from '@/shared/ui/action';
import { CsvButton } from '@/shared/ui/csv-button';
import { Filters } from '@/shared/ui/filters';
import { Empty, Page } from '@/shared/ui/page';
import { SavedViews } from '@/shared/ui/saved-views';
import { MemberStatePill, StandingPill } from '@/shared/ui/states';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { CHOSEN_MAX } from './circulars-api';
import { LetterForm } from './letter';
import { approve, membersQuery, refuse, wordsQuery, type MemberRow } from './members-api';

/** Everybody who belongs, wants to belong, or once did. */
export default function MembersPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const navigate = useNavigate();
  const { state, q, label, zone } = useSearch({ strict: false });
  const [typed, setTyped] = useState(q ?? '');
  const query = useInfiniteQuery(membersQuery({ state, q, label, zone }));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const search = useDebouncedCallback((text: string) => void navigate({ to: '/members', search: { state, label, zone, q: text || undefined }, replace: true }), 250);
  const board = has('board');
  const writes = has('board', 'network');
  const [chosen, setChosen] = useState<MemberRow[]>([]);
  const words = useQuery(wordsQuery).data;

  const columns = useMemo((): Column<MemberRow>[] => [
    { id: 'name', head: t`Name`, by: (row) => row.name, cell: (row) => <><Link to="/members/$memberId" params={{ memberId: row.id }}>{row.name}</Link><small>{row.email}</small>{row.labels?.length ? <small>{row.labels.join(' · ')}</small> : null}</> },
    { id: 'state', head: t`Membership`, by: (row) => row.state, cell: (row) => <MemberStatePill state={row.state} /> },
    { id: 'standing', head: t`Standing`, by: (row) => row.standing?.level ?? '', cell: (row) => (row.standing && row.state !== 'applicant' && row.state !== 'refused' ? <StandingPill level={row.standing.level} /> : <Nothing />) },
    { id: 'sites', head: t`Sites`, cell: (row) => (row.sites?.length ? row.sites.map((site, at) => <span key={site.id} className="word">{at > 0 && ', '}{site.name}</span>) : <Nothing />) },
    { id: 'roles', head: t`Roles`, cell: (row) => { const roles = row.roles.filter((role) => role !== 'member'); return roles.length ? roles.map((role, at) => <span key={role}>{at > 0 && ', '}<RoleName role={role} /></span>) : <Nothing />; } },
    { id: 'joined', head: t`Joined`, by: (row) => row.joinedOn ?? '', cell: (row) => <When at={row.joinedOn} plain /> },
    ...(writes ? [{ id: 'choose', head: t`Choose`, end: true, cell: (row: MemberRow) => (belongs(row)
      ? <Checkbox aria-label={t`Choose ${row.name}`} checked={chosen.some((one) => one.id === row.id)} disabled={chosen.length >= CHOSEN_MAX && !chosen.some((one) => one.id === row.id)}
        onChange={(event) => { const { checked } = event.currentTarget; setChosen((before) => (checked ? [...before, row] : before.filter((one) => one.id !== row.id))); }} />
      : <span className="nothing" />) }] : []),
    { id: 'acts', head: '', end: true, cell: (row) => (board && row.state === 'applicant' ? <Answer row={row} /> : <span className="nothing" />) },
  ], [t, board, writes, chosen]);

  return (
    <Page title={t`Members`} lead={<Trans>People and organisations with one vote each.</Trans>} actions={<>
      <CsvButton<MemberRow> name="members" path="/api/members" query={{ state, q, label, zone }} head={[t`Name`, t`E-mail`, t`Membership`, t`Standing`, t`Sites`, t`Roles`, t`Joined`, t`Labels`]}
        row={(row) => [row.name, row.email, row.state, row.standing?.level, row.sites?.map((site) => site.name).join('; '), row.roles.join('; '), row.joinedOn, row.labels?.join('; ')]} />
      {writes && <Button component={Link} to="/members/circulars" variant="default"><Trans>Letters to many</Trans></Button>}
      {board && <Button component={Link} to="/members/mail" variant="default"><Trans>Mail</Trans></Button>}
      {board && <Button component={Link} to="/members/recoveries" variant="default"><Trans>Recoveries</Trans></Button>}
      {board && <Button component={Link} to="/members/import" variant="default"><Trans>From a file</Trans></Button>}
      <Button component={Link} to="/join" variant="default"><Trans>Open the join page</Trans></Button>
    </>}>
      <div className="toolbar">
        <TextInput className="grow" type="search" aria-label={t`Find a member by name or e-mail`} placeholder={t`Name or e-mail`} leftSection={<IconSearch size={16} aria-hidden="true" />}
          value={typed} onChange={(event) => { setTyped(event.currentTarget.value); search(event.currentTarget.value.trim()); }} />
        <Filters label={t`Show`} value={state ?? ''} onPick={(value) => void navigate({ to: '/members', search: { q, label, zone, state: value || undefined } })} items={[{ value: '', label: t`All` }, { value: 'applicant', label: t`Applicants` }, { value: 'active', label: t`Active` }, { value: 'paused', label: t`Paused` }, { value: 'left', label: t`Left` }]} />
      </div>
      {words && words.labels.length + words.zones.length > 0 && (
        <div className="toolbar">
          <NativeSelect aria-label={t`With the label`} value={label ?? ''} onChange={(event) => void navigate({ to: '/members', search: { state, q, zone, label: event.currentTarget.value || undefined } })} data={[{ value: '', label: t`Every label` }, ...words.labels.map((one) => ({ value: one.word, label: `${one.word} (${one.count})` }))]} />
          <NativeSelect aria-label={t`In the zone`} value={zone ?? ''} onChange={(event) => void navigate({ to: '/members', search: { state, q, label, zone: event.currentTarget.value || undefined } })} data={[{ value: '', label: t`Every zone` }, ...words.zones.map((one) => ({ value: one.word, label: `${one.word} (${one.count})` }))]} />
        </div>
      )}
      {chosen.length > 0 && <Chosen members={chosen} rows={rows ?? []} choose={setChosen} />}
      <SavedViews page="/members" search={{ state, q, label, zone }} />
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Members`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconUsers size={32} />} title={q ? t`Nobody of that name` : t`Nobody here`}>
            {q ? <Trans>Try fewer letters, or another view.</Trans> : state === 'applicant' ? <Trans>When somebody fills in the join page, they wait here for the board’s answer.</Trans> : <Trans>Send people the join page; whoever applies appears here.</Trans>}
          </Empty>} />
      </div></div>
    </Page>
  );
}

/** Whom a letter can reach. */
const belongs = (row: MemberRow) => row.state === 'active' || row.state === 'paused';

/** What is done with those who were chosen; they stay chosen while the list shows others. */
function Chosen({ members, rows, choose }: { members: MemberRow[]; rows: MemberRow[]; choose: (members: MemberRow[]) => void }) {
  const { t } = useLingui();
  const more = rows.filter((row) => belongs(row) && !members.some((one) => one.id === row.id));
  return (
    <div className="toolbar" role="group" aria-label={t`Chosen members`}>
      <span aria-live="polite"><Plural value={members.length} one="# member chosen" other="# members chosen" /></span>
      <DialogButton variant="filled" label={<Trans>Write them a letter</Trans>} title={t`A letter to those chosen`} wide>{(close) => <LetterForm chosen={members} close={(sent) => { close(); if (sent) choose([]); }} />}</DialogButton>
      {more.length > 0 && members.length + more.length <= CHOSEN_MAX && <Button variant="default" onClick={() => choose([...members, ...more])}><Trans>Choose all that are shown</Trans></Button>}
      <Button variant="subtle" onClick={() => choose([])}><Trans>Choose nobody</Trans></Button>
    </div>
  );
}

function Answer({ row }: { row: MemberRow }) {
  const { t } = useLingui();
  return (
    <div className="row-actions">
      <ReasonButton label={<Trans>Approve</Trans>} size="compact-sm" variant="filled" title={t`Approve ${row.name}`} confirm={t`Approve`} optional said={t`${row.name} is a member now`}
        explain={<Trans>They become an active member today, and the plan they chose starts for their site.</Trans>} run={(reason) => approve(row.id, reason)} refresh={[['members'], ['member', row.id], ['home']]} />
      <ReasonButton label={<Trans>Refuse</Trans>} size="compact-sm" title={t`Refuse ${row.name}`} confirm={t`Refuse`} color="red" said={t`The application is refused`}
        explain={<Trans>They are told the reason. A refused application can be made again.</Trans>} run={(reason) => refuse(row.id, reason)} refresh={[['members'], ['member', row.id], ['home']]} />
    </div>
  );
}
