import { Button, Checkbox, NativeSelect, TextInput, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconHome2, IconPlus, IconReceipt2, IconRouter } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { coopQuery, currentPlans, plansQuery } from '@/shared/coop';
import { MemberName } from '@/shared/members';
import { readPlace, writePlace } from '@/shared/place';
import { RoleName } from '@/shared/roles';
import { ADMIN_ROLES, useSession, type Role } from '@/shared/session';
import { today } from '@/shared/time';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { PlaceField, usePlaceFault } from '@/shared/ui/place-field';
import { InvoiceStatePill, MemberStatePill, StandingPill } from '@/shared/ui/states';
import { Amount, When } from '@/shared/ui/values';
import { AccessWhy } from '@/shared/ui/why';
import { beginView, AGREED_NAME_MAX, AGREED_PER_SITE_MAX, agreeNodes, agreedNodesQuery, findMembers, movesIn, movesOut, addSite, locateSite, approve, grantRoles, label, leave, memberInvoicesQuery, memberQuery, memberTimelineQuery, moveSite, notesQuery, pause, refuse, rejoin, resume, setZone, subscribeSite, welcome, wordsQuery, writeDown, type Member, type Site } from './members-api';
import { openRecovery } from './recoveries-api';
import { Timeline } from './Timeline';

/** One person or organisation: who they are, where they stand, and all that happened. */
export default function MemberPage() {
  const { t } = useLingui();
  const { memberId } = useParams({ strict: false });
  const query = useQuery(memberQuery(memberId!));
  if (!query.data) {
    return <Page title={t`Member`} crumb={{ to: '/members', label: t`Members` }}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  }
  const member = query.data;
  return (
    <Page title={member.name} crumb={{ to: '/members', label: t`Members` }} lead={<span className="toolbar"><MemberStatePill state={member.state} />{member.standing && member.state !== 'applicant' && <StandingPill level={member.standing.level} />}</span>} actions={<Steps member={member} />}>
      {member.standing?.why && member.standing.level !== 'good' && (
        <Notice tone="warn" title={t`Why this standing`}><AccessWhy why={member.standing.why} />{member.standing.since && <> · <Trans>since <When at={member.standing.since} /></Trans></>}{member.standing.until && <> · <Trans>until <When at={member.standing.until} /></Trans></>}</Notice>
      )}
      <div className="columns">
        <div className="stack"><History id={member.id} /><Notes id={member.id} /></div>
        <div className="stack">
          {member.claimed === false && (member.state === 'active' || member.state === 'paused') && <Unclaimed member={member} />}
          <Panel title={t`Person`} actions={<><LooksOn member={member} /><Roles member={member} /><LockedOut member={member} /></>}>
            <Facts items={[
              [t`E-mail`, member.email],
              [t`Telephone`, member.phone],
              [t`Joined`, member.joinedOn ? <When at={member.joinedOn} first="absolute" /> : null],
              [t`Roles`, member.roles.length ? member.roles.map((role, at) => <span key={role}>{at > 0 && ', '}<RoleName role={role} /></span>) : t`none`],
              [t`Labels`, <Labels key="labels" member={member} />],
              [t`Bills go to`, member.payer ? <>{member.payer.name}<br /><span className="soft">{member.payer.email}</span></> : null],
            ]} />
          </Panel>
          <Sites member={member} />
          <Nodes member={member} />
          {member.payer && <Invoices payerId={member.payer.id} />}
        </div>
      </div>
    </Page>
  );
}

/** Somebody who came from a file and cannot sign in yet. */
function Unclaimed({ member }: { member: Member }) {
  const { t } = useLingui();
  const { has } = useSession();
  const action = useAction({ run: () => welcome(member.id) });
  return (
    <Panel title={t`No password yet`} lead={t`Who came from a file chooses one with a code of the board.`} actions={has('board') && <Button size="compact-sm" loading={action.busy} onClick={() => action.run(undefined)}><Trans>Make a code</Trans></Button>}>
      {action.output ? <Notice tone="ok" live title={t`Hand this over, to nobody else`}>
        <p className="mono" style={{ fontSize: '1.1rem', overflowWrap: 'anywhere' }}>{action.output.code}</p>
        <p><Trans>It is shown this once, and works once at {window.location.origin + action.output.page}, until <When at={action.output.expiresAt} first="absolute" />.</Trans></p>
      </Notice> : <p className="soft" style={{ margin: 0 }}><Trans>A new code makes an earlier one void.</Trans></p>}
      <ProblemNotice error={action.error} />
    </Panel>
  );
}

function History({ id }: { id: string }) {
  const { t } = useLingui();
  const query = useQuery(memberTimelineQuery(id));
  return (
    <Panel title={t`What happened`} lead={t`Money, network and moderation, newest first.`}>
      <Loaded query={query} lines={8}>
        {(timeline) => <>
          {timeline.parts.filter((part) => !part.ok).map((part) => <Notice key={part.part} tone="warn" live title={t`Part of this history is missing: ${part.part} does not answer`}><Trans>It comes back by itself.</Trans></Notice>)}
          {timeline.items.length === 0 ? <Empty title={t`Nothing yet`}><Trans>Applications, invoices, payments, nodes and cases will stand here in order.</Trans></Empty> : <div style={{ paddingTop: '0.4rem' }}><Timeline items={timeline.items} /></div>}
        </>}
      </Loaded>
    </Panel>
  );
}

function Steps({ member }: { member: Member }) {
  const { t } = useLingui();
  const session = useSession();
  const board = session.has('board');
  const self = session.memberId === member.id;
  const refresh = [['members'], ['member', member.id], ['home'], ['me']];
  if (member.state === 'applicant' && board) {
    return <>
      <ReasonButton label={<Trans>Refuse</Trans>} title={t`Refuse ${member.name}`} confirm={t`Refuse`} color="red" said={t`The application is refused`} explain={<Trans>They are told the reason. A refused application can be made again.</Trans>} run={(reason) => refuse(member.id, reason)} refresh={refresh} />
      <ReasonButton label={<Trans>Approve</Trans>} variant="filled" title={t`Approve ${member.name}`} confirm={t`Approve`} optional said={t`${member.name} is a member now`} explain={<Trans>They become an active member today, and the plan they chose starts for their site.</Trans>} run={(reason) => approve(member.id, reason)} refresh={refresh} />
    </>;
  }
  if (!board && !self) return null;
  if (member.state === 'left' || member.state === 'refused') return member.sites.length > 0 ? <DialogButton label={<Trans>Apply again</Trans>} title={t`Apply again`}>{(close) => <RejoinForm member={member} refresh={refresh} close={close} />}</DialogButton> : null;
  return <>
    {member.state === 'active' && <DatedStep label={<Trans>Pause</Trans>} title={t`Pause the membership`} field="from" dateLabel={t`From`} confirm={t`Pause`} said={t`The pause is written down`} explain={<Trans>Nothing is charged while paused, to the day; the connection rests as well.</Trans>} run={(date, reason) => pause(member.id, date, reason)} refresh={refresh} />}
    {member.state === 'paused' && <DatedStep label={<Trans>Resume</Trans>} title={t`Resume the membership`} field="on" dateLabel={t`On`} confirm={t`Resume`} said={t`The membership goes on`} explain={<Trans>Charges and connection start again on that day.</Trans>} run={(date) => resume(member.id, date)} refresh={refresh} withoutReason />}
    {(member.state === 'active' || member.state === 'paused') && <DatedStep label={<Trans>Leave</Trans>} title={t`End the membership`} field="on" dateLabel={t`Last day`} confirm={t`End the membership`} color="red" said={t`The last day is written down`} explain={<Trans>The last invoice comes at the end of the month. You can apply again later.</Trans>} run={(date, reason) => leave(member.id, date, reason)} refresh={refresh} />}
  </>;
}

function RejoinForm({ member, refresh, close }: { member: Member; refresh: string[][]; close: () => void }) {
  const { t } = useLingui();
  const choices = usePlanChoices();
  const coop = useQuery(coopQuery).data;
  const form = useFields({ planCode: '' });
  const [agreed, setAgreed] = useState(false);
  const action = useAction({ run: () => rejoin(member.id, coop?.rulesVersion ?? 0, form.values.planCode || choices[0]?.value || ''), refresh, said: () => t`The board decides about it now`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p><Trans>The same member as before, with their history; the board answers as to any application.</Trans></p>
      <NativeSelect label={t`Plan`} data={choices} {...form.text('planCode', action)} />
      <details><summary><Trans>The rules, version {coop?.rulesVersion ?? 0}</Trans></summary><p style={{ whiteSpace: 'pre-wrap' }}>{coop?.rulesText}</p></details>
      <Checkbox required checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} label={t`The member agrees to these rules`} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!agreed || !coop}><Trans>Apply again</Trans></Button></div>
    </form>
  );
}

/** What staff keeps to itself; who it is about gets it with everything about themselves. */
function Notes({ id }: { id: string }) {
  const session = useSession();
  return ADMIN_ROLES.some((role) => session.has(role)) ? <NotesPanel id={id} /> : null;
}

function NotesPanel({ id }: { id: string }) {
  const { t } = useLingui();
  const query = useInfiniteQuery(notesQuery(id));
  const form = useFields({ text: '' });
  const action = useAction({ run: () => writeDown(id, form.values.text.trim()), refresh: [['member', id, 'notes']], done: form.reset });
  const notes = query.data?.pages.flatMap((page) => page.items);
  return (
    <Panel title={t`Notes`} lead={t`For staff alone. The member gets them when they ask for everything about themselves: write as if they read along.`}>
      <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
        <Textarea autosize minRows={2} maxLength={4000} label={t`New note`} {...form.text('text', action)} />
        <ProblemNotice error={action.error ?? query.error} />
        <div className="end"><Button type="submit" variant="default" size="compact-sm" loading={action.busy} disabled={form.values.text.trim() === ''}><Trans>Write it down</Trans></Button></div>
      </form>
      {notes && notes.length > 0 && <ul className="plain">{notes.map((note) => <li key={note.id}><span style={{ whiteSpace: 'pre-wrap' }}>{note.text}</span><br /><small className="soft"><MemberName id={note.by} /> · <When at={note.at} /></small></li>)}</ul>}
      {query.hasNextPage && <Button variant="default" size="compact-sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>Older notes</Trans></Button>}
    </Panel>
  );
}

function Labels({ member }: { member: Member }) {
  const { t } = useLingui();
  const session = useSession();
  const shown = member.labels?.length ? member.labels.join(' · ') : t`none`;
  if (!(['board', 'treasurer', 'network'] as const).some((role) => session.has(role))) return <>{shown}</>;
  return <>{shown} <DialogButton label={<Trans>Label</Trans>} size="compact-xs" title={t`Labels of ${member.name}`}>{(close) => <LabelsForm member={member} close={close} />}</DialogButton></>;
}

function LabelsForm({ member, close }: { member: Member; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ labels: member.labels?.join(', ') ?? '' });
  const known = useQuery(wordsQuery).data?.labels ?? [];
  const action = useAction({ run: () => label(member.id, [...new Set(form.values.labels.split(',').map((one) => one.trim()).filter((one) => one !== ''))]), refresh: [['member', member.id], ['members']], said: () => t`Labels changed`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput label={t`Labels`} description={known.length > 0 ? t`With commas between them. In use: ${known.map((one) => one.word).join(', ')}` : t`With commas between them.`} data-autofocus {...form.text('labels', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}

type DatedProps = {
  label: React.ReactNode; title: string; field: string; dateLabel: string; confirm: string; said: string; color?: string; explain: React.ReactNode;
  run: (date: string, reason: string) => Promise<unknown>; refresh: string[][]; withoutReason?: boolean;
};

function DatedStep(props: DatedProps) {
  return <DialogButton label={props.label} title={props.title}>{(close) => <DatedForm {...props} close={close} />}</DialogButton>;
}

function DatedForm({ field, dateLabel, confirm, said, color, explain, run, refresh, withoutReason, close }: DatedProps & { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ date: today(), reason: '' });
  const action = useAction({ run: () => run(form.values.date, form.values.reason.trim()), refresh, said: () => said, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <div>{explain}</div>
      <TextInput type="date" required label={dateLabel} {...form.text('date', action, field)} />
      {!withoutReason && <Textarea required autosize minRows={2} label={t`Reason`} description={t`Kept in the record; the member can read it.`} {...form.text('reason', action)} />}
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" color={color} loading={action.busy}>{confirm}</Button></div>
    </form>
  );
}

const GRANTABLE: Role[] = ['treasurer', 'moderator', 'network', 'board'];

function Roles({ member }: { member: Member }) {
  const { t } = useLingui();
  const { has } = useSession();
  if (!has('board') || member.state !== 'active') return null;
  return <DialogButton label={<Trans>Change roles</Trans>} size="compact-sm" title={t`Roles of ${member.name}`}>{(close) => <RolesForm member={member} close={close} />}</DialogButton>;
}

function RolesForm({ member, close }: { member: Member; close: () => void }) {
  const { t } = useLingui();
  const [roles, setRoles] = useState<Role[]>(member.roles.filter((role) => role !== 'member'));
  const [reason, setReason] = useState('');
  const action = useAction({ run: () => grantRoles(member.id, ['member', ...roles], reason.trim()), refresh: [['member', member.id], ['members']], said: () => t`Roles changed`, done: close });
  const toggle = (role: Role) => setRoles((before) => (before.includes(role) ? before.filter((one) => one !== role) : [...before, role]));
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p><Trans>Every grant is kept with its reason, for all to check. It takes effect at the next sign-in.</Trans></p>
      {GRANTABLE.map((role) => <Checkbox key={role} checked={roles.includes(role)} onChange={() => toggle(role)} label={<RoleName role={role} />} description={<RoleMeaning role={role} />} />)}
      <Textarea required autosize minRows={2} label={t`Reason`} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={action.fieldError('reason')} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={reason.trim() === ''}><Trans>Change roles</Trans></Button></div>
    </form>
  );
}

/** Opens a recovery for somebody else who has lost every way in. */
function LockedOut({ member }: { member: Member }) {
  const { t } = useLingui();
  const session = useSession();
  if (!session.has('board') || session.memberId === member.id || member.claimed === false || member.state === 'refused') return null;
  return <ReasonButton label={<Trans>Lost every way in</Trans>} size="compact-sm" title={t`Let ${member.name} in again`} confirm={t`Open a recovery`} said={t`The recovery is open; two of the board approve it`} run={(reason) => openRecovery(member.id, reason)} refresh={[['recoveries']]}
    explain={<Trans>For who has neither password nor passkey and gets no mail. Two of the board approve; after a delay, in which the member is told everywhere, a code sets a new password. It goes on under <Link to="/members/recoveries">Recoveries</Link>.</Trans>} />;
}

/** Shows the board what the member sees, to help somebody who cannot find their way. */
function LooksOn({ member }: { member: Member }) {
  const { t } = useLingui();
  const session = useSession();
  const client = useQueryClient();
  if (!session.has('board') || session.memberId === member.id || member.claimed === false || member.state === 'refused') return null;
  const look = async (reason: string) => {
    await beginView(member.id, reason);
    client.clear();
    window.location.assign('/my');
  };
  return <ReasonButton label={<Trans>See what they see</Trans>} size="compact-sm" title={t`See what ${member.name} sees`} confirm={t`Look`} run={look}
    explain={<Trans>For a quarter of an hour this browser shows you the pages of {member.name}. Nothing can be changed; their reports, cases, votes and keys stay hidden. They get a mail with your name and reason, and read both here.</Trans>} />;
}

function RoleMeaning({ role }: { role: Role }) {
  switch (role) {
    case 'treasurer': return <Trans>Records payments, runs bills, sets plans</Trans>;
    case 'moderator': return <Trans>Works on cases, decides, bans</Trans>;
    case 'network': return <Trans>Looks after nodes and addresses</Trans>;
    case 'board': return <Trans>Approves members, grants roles, reads almost everything</Trans>;
    case 'member': return null;
  }
}

function Sites({ member }: { member: Member }) {
  const { t } = useLingui();
  const session = useSession();
  const plans = useQuery(plansQuery).data ?? [];
  const may = session.has('board') || session.memberId === member.id;
  return (
    <Panel title={t`Sites`} lead={t`Places with a connection.`} actions={may && member.state !== 'left' && member.state !== 'refused' && <DialogButton label={<Trans>Add a site</Trans>} size="compact-sm" icon={<IconPlus size={14} />} title={t`A new site for ${member.name}`}>{(close) => <SiteForm member={member} close={close} />}</DialogButton>}>
      {member.sites.length === 0 ? <Empty icon={<IconHome2 size={28} />} title={t`No site yet`}><Trans>A site is a house or flat with a node. Each has its own plan.</Trans></Empty> : (
        <div className="stack" style={{ gap: '0.9rem' }}>
          {member.sites.map((site) => (
            <div key={site.id} className="toolbar" style={{ justifyContent: 'space-between' }}>
              <div><b>{site.name}</b><div className="soft">{site.address}</div><div className="soft">{site.planCode ? <Trans>Plan {plans.find((plan) => plan.code === site.planCode)?.name ?? site.planCode}</Trans> : <Trans>No plan yet</Trans>}{site.effectiveOn && <> · <When at={site.effectiveOn} plain /></>}</div>{site.zone && <div className="soft"><Trans>Zone {site.zone}</Trans></div>}{site.residents && site.residents.length > 0 && <div className="soft"><Trans>Also here:</Trans> {site.residents.map((id, at) => <span key={id}>{at > 0 && ', '}<MemberName id={id} /></span>)}</div>}</div>
              <div className="toolbar">
              {(session.has('board') || session.has('network')) && <DialogButton label={<Trans>Zone</Trans>} size="compact-sm" title={t`Zone of ${site.name}`}>{(close) => <ZoneForm site={site} member={member} close={close} />}</DialogButton>}
              {session.has('board', 'network') && <DialogButton label={<Trans>Agreed nodes</Trans>} size="compact-sm" title={t`Nodes agreed for ${site.name}`}>{(close) => <AgreedForm site={site} close={close} />}</DialogButton>}
              {(session.has('board') || site.residents?.includes(session.memberId ?? '')) && (member.state === 'active' || member.state === 'paused') && <DialogButton label={<Trans>Residents</Trans>} size="compact-sm" title={t`Who lives at ${site.name}`}>{() => <Residents site={site} member={member} />}</DialogButton>}
              {(may || session.has('network')) && <DialogButton label={<Trans>Place on maps</Trans>} size="compact-sm" title={t`Where ${site.name} is`} wide>{(close) => <LocationForm site={site} member={member} close={close} />}</DialogButton>}
              {may && site.planCode && (member.state === 'active' || member.state === 'paused') && <DialogButton label={<Trans>Move</Trans>} size="compact-sm" title={t`Move from ${site.name}`}>{(close) => <MoveForm site={site} member={member} close={close} />}</DialogButton>}
              {may && member.payer && <DialogButton label={<Trans>Change plan</Trans>} size="compact-sm" title={t`Plan of ${site.name}`}>{(close) => <PlanForm site={site} member={member} close={close} />}</DialogButton>}
              </div>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}

/** Who lives there besides the one who answers for it: seen, added and ended. */
function Residents({ site, member }: { site: Site; member: Member }) {
  const { t } = useLingui();
  const session = useSession();
  const board = session.has('board');
  const [typed, setTyped] = useState('');
  const residents = site.residents ?? [];
  const found = (useQuery(findMembers(typed.trim())).data ?? []).filter((one) => one.id !== member.id && !residents.includes(one.id));
  const refresh = [['member', member.id], ['me']];
  const add = useAction<string>({ run: (id) => movesIn(site.id, id), refresh, said: () => t`Written down`, done: () => setTyped('') });
  const end = useAction<string>({ run: (id) => movesOut(site.id, id), refresh, said: () => t`Written down` });
  return (
    <div className="form">
      <p><Trans>{member.name} answers for this site. Nothing is billed and nothing enforced by who else lives here; conflicts of interest are found by it.</Trans></p>
      {residents.length === 0 ? <p className="soft"><Trans>No other member lives here.</Trans></p> : (
        <ul className="plain">{residents.map((id) => (
          <li key={id} className="toolbar" style={{ justifyContent: 'space-between' }}><MemberName id={id} />{(board || id === session.memberId) && <Button size="compact-sm" variant="default" loading={end.busy} onClick={() => end.run(id)}><Trans>Lives here no more</Trans></Button>}</li>
        ))}</ul>
      )}
      {board && <TextInput type="search" label={t`Another member moves in`} description={t`Begin to type a name or an e-mail address.`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />}
      {found.length > 0 && <ul className="plain">{found.map((one) => (
        <li key={one.id} className="toolbar" style={{ justifyContent: 'space-between' }}><span>{one.name} <span className="soft">{one.email}</span></span><Button size="compact-sm" loading={add.busy} onClick={() => add.run(one.id)} aria-label={t`${one.name} lives here`}><Trans>Lives here</Trans></Button></li>
      ))}</ul>}
      <ProblemNotice error={add.error ?? end.error} />
    </div>
  );
}

function MoveForm({ site, member, close }: { site: Site; member: Member; close: () => void }) {
  const { t } = useLingui();
  const places = member.sites.filter((one) => one.id !== site.id && !one.planCode);
  const form = useFields({ on: today(), siteId: '', name: '', address: '', place: '' });
  const { on, siteId, name, address, place } = form.values;
  const fault = usePlaceFault()(place);
  const action = useAction({ run: () => moveSite(site.id, siteId ? { on, siteId } : { on, name: name.trim(), address: address.trim(), ...readPlace(place) }), refresh: [['member', member.id], ['me']], said: () => t`The move is written down`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p><Trans>The plan and who pays go along, to the day. Nodes stay where they are until somebody moves them.</Trans></p>
      <TextInput type="date" required min={today()} label={t`First day at the new place`} {...form.text('on', action)} />
      {places.length > 0 && <NativeSelect label={t`To`} data={[{ value: '', label: t`A new place` }, ...places.map((one) => ({ value: one.id, label: one.name }))]} {...form.text('siteId', action)} />}
      {!siteId && <>
        <TextInput required label={t`Name`} maxLength={200} {...form.text('name', action)} />
        <TextInput required label={t`Address`} maxLength={500} {...form.text('address', action)} />
        <PlaceField value={place} onChange={(text) => form.set('place', text)} error={fault ?? action.fieldError('latitude')} />
      </>}
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!siteId && fault !== undefined}><Trans>Move</Trans></Button></div>
    </form>
  );
}

function ZoneForm({ site, member, close }: { site: Site; member: Member; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ zone: site.zone ?? '' });
  const action = useAction({ run: () => setZone(site.id, form.values.zone.trim() || null), refresh: [['member', member.id], ['members']], said: () => t`Zone changed`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput label={t`Zone`} description={t`A part of your area: “North”. Empty for none.`} maxLength={40} data-autofocus {...form.text('zone', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}

/** Which nodes the site is to have, by name; what differs from what is there stands on the page of nodes. */
function AgreedForm({ site, close }: { site: Site; close: () => void }) {
  const query = useQuery(agreedNodesQuery(site.id));
  return <Loaded query={query} lines={3}>{(names) => <AgreedNames site={site} names={names} close={close} />}</Loaded>;
}

function AgreedNames({ site, names, close }: { site: Site; names: string[]; close: () => void }) {
  const { t } = useLingui();
  const [text, setText] = useState(() => names.join('\n'));
  const wanted = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const tooLong = wanted.find((name) => name.length > AGREED_NAME_MAX);
  const fault = wanted.length > AGREED_PER_SITE_MAX ? t`No more than ${AGREED_PER_SITE_MAX} nodes.` : tooLong ? t`Too long for a name: ${tooLong}` : undefined;
  const action = useAction({ run: () => agreeNodes(site.id, wanted), refresh: [['nodes', 'agreed'], ['agreed-nodes', site.id]], said: () => t`Written down`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p><Trans>What is missing, and what is there without having been agreed, stands on the page “Nodes”.</Trans></p>
      <Textarea label={t`Names of the nodes`} description={t`One on each line, as each node is called: “Mill roof”. Empty for nothing agreed.`} autosize minRows={3} maxRows={12} data-autofocus value={text} onChange={(event) => setText(event.currentTarget.value)} error={fault ?? action.fieldError('names')} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={fault !== undefined}><Trans>Save</Trans></Button></div>
    </form>
  );
}

function LocationForm({ site, member, close }: { site: Site; member: Member; close: () => void }) {
  const { t } = useLingui();
  const [place, setPlace] = useState(typeof site.latitude === 'number' && typeof site.longitude === 'number' ? writePlace({ latitude: site.latitude, longitude: site.longitude }) : '');
  const fault = usePlaceFault()(place);
  const action = useAction({ run: () => locateSite(site.id, readPlace(place)), refresh: [['member', member.id], ['me'], ['nodes', 'graph']], said: () => t`The place is written down`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p><Trans>For the graph of the mesh, which who runs the network sees. On public maps it is only once the member says so.</Trans></p>
      <PlaceField value={place} onChange={setPlace} error={fault ?? action.fieldError('latitude')} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={fault !== undefined}><Trans>Save</Trans></Button></div>
    </form>
  );
}

function usePlanChoices() {
  const plans = useQuery(plansQuery).data ?? [];
  return currentPlans(plans, today()).map((plan) => ({ value: plan.code, label: plan.name }));
}

function SiteForm({ member, close }: { member: Member; close: () => void }) {
  const { t } = useLingui();
  const choices = usePlanChoices();
  const form = useFields({ name: '', address: '', planCode: '', place: '' });
  const fault = usePlaceFault()(form.values.place);
  const { place, ...told } = form.values;
  const action = useAction({ run: () => addSite({ memberId: member.id, ...told, ...readPlace(place), planCode: form.values.planCode || choices[0]?.value || '' }), refresh: [['member', member.id], ['me']], said: () => t`Site added`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput required label={t`Name`} description={t`What you call it: “Mill house”.`} maxLength={80} {...form.text('name', action)} />
      <TextInput required label={t`Address`} maxLength={300} {...form.text('address', action)} />
      <PlaceField value={place} onChange={(text) => form.set('place', text)} error={fault ?? action.fieldError('latitude')} />
      <NativeSelect label={t`Plan`} data={choices} {...form.text('planCode', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={fault !== undefined}><Trans>Add the site</Trans></Button></div>
    </form>
  );
}

function PlanForm({ site, member, close }: { site: Site; member: Member; close: () => void }) {
  const { t } = useLingui();
  const choices = usePlanChoices();
  const form = useFields({ planCode: site.planCode ?? '', effectiveOn: today() });
  const action = useAction({ run: () => subscribeSite(site.id, { payerId: site.payerId ?? member.payer!.id, planCode: form.values.planCode || choices[0]?.value || '', effectiveOn: form.values.effectiveOn }), refresh: [['member', member.id], ['me']], said: () => t`Plan changed`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <NativeSelect label={t`Plan`} data={choices} {...form.text('planCode', action)} />
      <TextInput required type="date" label={t`From`} description={t`Never backwards: what was used before is billed on the old plan.`} {...form.text('effectiveOn', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Change plan</Trans></Button></div>
    </form>
  );
}

function Nodes({ member }: { member: Member }) {
  const { t } = useLingui();
  return (
    <Panel title={t`Nodes`}>
      {member.nodes.length === 0 ? <Empty icon={<IconRouter size={28} />} title={t`No node yet`}><Trans>A node is added on the page “Nodes”, or by the member in “My connection”.</Trans></Empty>
        : <ul className="plain">{member.nodes.map((node) => <li key={node.id}><Link to="/nodes/$nodeId" params={{ nodeId: node.id }}>{node.name}</Link>{node.nodeId && <span className="mono soft"> {node.nodeId.slice(0, 12)}</span>}</li>)}</ul>}
    </Panel>
  );
}

function Invoices({ payerId }: { payerId: string }) {
  const { t } = useLingui();
  const { has, memberId } = useSession();
  const { memberId: shown } = useParams({ strict: false });
  const may = has('treasurer', 'board') || memberId === shown;
  const query = useQuery({ ...memberInvoicesQuery(payerId), enabled: may });
  if (!may) return null;
  return (
    <Panel title={t`Invoices`} actions={has('treasurer', 'board') && <Link to="/invoices" search={{ payerId }} className="quiet-link"><Trans>All</Trans></Link>}>
      <Loaded query={query} lines={3}>
        {(invoices) => invoices.length === 0 ? <Empty icon={<IconReceipt2 size={28} />} title={t`No invoice yet`}><Trans>The first one comes after the end of the month.</Trans></Empty>
          : <ul className="plain">{invoices.map((invoice) => <li key={invoice.id} className="split"><span><Link to="/invoices/$invoiceId" params={{ invoiceId: invoice.id }}>{invoice.number}</Link> <InvoiceStatePill state={invoice.state} /></span><Amount of={invoice.total} /></li>)}</ul>}
      </Loaded>
    </Panel>
  );
}
