import { Button, Checkbox, NativeSelect, TextInput, Textarea } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconBan, IconListCheck, IconPlus, IconSearch, IconWall } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import type { Target } from '@/shared/abuse';
import { useSession } from '@/shared/session';
import { span } from '@/shared/time';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { BlastRadiusPreview } from '@/shared/ui/blast-radius';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Filters } from '@/shared/ui/filters';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { RulePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { firstTerm, TermFields, termOf } from '@/shared/ui/term';
import { When } from '@/shared/ui/values';
import { addNeverBan, ban, banKey, bansQuery, confirmBan, coverageQuery, declineBan, lift, neverBansQuery, removeNeverBan, whyQuery, type AccessEntry, type Ban, type NeverBan } from './bans-api';

/** What is kept out, until when, and on how many nodes already. */
export default function BansPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const navigate = useNavigate();
  const { state, why } = useSearch({ strict: false });
  const shown = state ?? 'active';
  const query = useInfiniteQuery(bansQuery(shown));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const moderator = has('moderator');
  const columns = useMemo((): Column<Ban>[] => [
    { id: 'target', head: t`Target`, by: (row) => row.target.value, cell: (row) => <TargetName target={row.target} /> },
    { id: 'nodes', head: t`On the nodes`, cell: (row) => (row.simulated && row.state === 'inForce' ? <Tried row={row} /> : row.state === 'inForce' ? row.target.kind === 'address' ? <Covered target={row.target} /> : <Pill tone="ok"><Trans>By standing</Trans></Pill> : <BanState state={row.state} />) },
    { id: 'until', head: t`Until`, by: (row) => row.until ?? '9', cell: (row) => (row.permanent ? <Pill tone="warn"><Trans>Permanent</Trans></Pill> : <When at={row.until} first="absolute" />) },
    { id: 'reason', head: t`Reason`, cell: (row) => <span className="clamp">{row.reason}{row.endReason && <small>{row.endReason}</small>}{row.caseId && <small><Link to="/cases/$caseId" params={{ caseId: row.caseId }}><Trans>The case</Trans></Link></small>}</span> },
    { id: 'since', head: t`Since`, by: (row) => row.imposedAt ?? row.orderedAt, cell: (row) => <When at={row.imposedAt ?? row.orderedAt} /> },
    { id: 'acts', head: '', end: true, cell: (row) => (moderator ? <BanActs row={row} /> : <span className="nothing" />) },
  ], [t, moderator]);
  return (
    <Page title={t`Bans`} lead={<Trans>No packet from or to these passes any node. Each ends by itself, unless it says otherwise.</Trans>}
      actions={<>{has('moderator', 'board', 'network') && <Button component={Link} to="/bans/lists" variant="default" leftSection={<IconListCheck size={16} />}><Trans>Lists of others</Trans></Button>}{has('board', 'network') && <Button component={Link} to="/bans/firewalls" variant="default" leftSection={<IconWall size={16} />}><Trans>Firewalls</Trans></Button>}{moderator && <DialogButton label={<Trans>New ban</Trans>} variant="filled" color="red" icon={<IconPlus size={16} />} title={t`A new ban`}>{(close) => <BanForm close={close} />}</DialogButton>}</>}>
      <Why q={why ?? ''} />
      <div className="toolbar"><Filters label={t`Show`} value={shown} onPick={(value) => void navigate({ to: '/bans', search: { why, state: value === 'active' ? undefined : value } })} items={[{ value: 'active', label: t`In force` }, { value: 'proposed', label: t`Proposed` }, { value: 'past', label: t`Past` }]} /></div>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Bans`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconBan size={32} />} title={shown === 'active' ? t`Nothing is banned` : t`None here`}><Trans>A ban comes from a decision in a case, or by hand in an emergency. Before it is made you see whom it would hit.</Trans></Empty>} />
      </div></div>
      <NeverBans />
    </Page>
  );
}

function TargetName({ target }: { target: Target }) {
  switch (target.kind) {
    case 'member': return <Link to="/members/$memberId" params={{ memberId: target.value }}><Trans>A member</Trans></Link>;
    case 'node': return <><Trans>A node</Trans> <small className="mono">{target.value.slice(0, 12)}</small></>;
    default: return <b className="mono">{target.value.replace(/\/(32|128)$/, '')}</b>;
  }
}

function BanState({ state }: { state: string }) {
  switch (state) {
    case 'proposed': return <Pill tone="warn"><Trans>Waits for a second moderator</Trans></Pill>;
    case 'declined': return <Pill tone="quiet"><Trans>Turned down</Trans></Pill>;
    case 'lifted': return <Pill tone="info"><Trans>Lifted</Trans></Pill>;
    case 'expired': return <Pill tone="quiet"><Trans>Expired</Trans></Pill>;
    case 'replaced': return <Pill tone="quiet"><Trans>Replaced</Trans></Pill>;
    default: return <Pill tone="quiet">{state}</Pill>;
  }
}

/** Stops nothing; what it would hit. */
function Tried({ row }: { row: Ban }) {
  const members = row.wouldHit?.members ?? 0;
  return (
    <>
      <Pill tone="info"><Trans>Tried out: stops nothing</Trans></Pill>
      {row.wouldHit && <small><Plural value={members} _0="would hit no member of ours" one="would hit # member" other="would hit # members" /></small>}
    </>
  );
}

/** "On 41 of 42 nodes, slowest 0.4 s", live. */
function Covered({ target }: { target: Target }) {
  const { i18n } = useLingui();
  const query = useQuery(coverageQuery(banKey(target)));
  if (query.isPending) return <span className="soft">…</span>;
  if (query.isError) return <Pill tone="quiet"><Trans>not known right now</Trans></Pill>;
  const { present, onNodes, ofNodes, slowestMillis, lagging } = query.data;
  if (!present) return <Pill tone="warn"><Trans>not in the list yet</Trans></Pill>;
  const slowest = slowestMillis === null || slowestMillis === undefined ? null : span(slowestMillis, i18n.locale);
  return (
    <>
      <Pill tone={onNodes >= ofNodes ? 'ok' : 'warn'}><Trans>on {onNodes} of {ofNodes} nodes</Trans></Pill>
      {slowest && <small><Trans>slowest {slowest}</Trans></small>}
      {lagging.length > 0 && <small><Trans>missing: {lagging.slice(0, 3).map((node) => node.name).join(', ')}</Trans></small>}
    </>
  );
}

function BanActs({ row }: { row: Ban }) {
  const { t } = useLingui();
  const session = useSession();
  const refresh = [['bans'], ['access']];
  const confirming = useAction({ run: () => confirmBan(row.id), refresh, said: () => t`The ban is in force` });
  // What a decision imposed ends with the decision, on the page of its case.
  if (row.state === 'inForce' && row.origin === 'decision') return <span className="nothing" />;
  if (row.state === 'inForce') return <ReasonButton label={<Trans>Lift</Trans>} size="compact-sm" title={t`Lift the ban`} confirm={t`Lift the ban`} said={t`The ban is lifted`} explain={<Trans>Traffic passes again on every node within a second.</Trans>} run={(reason) => lift(row.id, reason)} refresh={refresh} />;
  if (row.state === 'proposed') {
    return (
      <div className="row-actions">
        {row.orderedBy !== session.memberId && <Button size="compact-sm" color={confirming.error ? 'red' : undefined} loading={confirming.busy} onClick={() => confirming.run(undefined)}><Trans>Agree</Trans></Button>}
        <ReasonButton label={<Trans>Turn down</Trans>} size="compact-sm" title={t`Turn the ban down`} confirm={t`Turn down`} explain={<Trans>Nothing is banned; the proposal is closed.</Trans>} run={(reason) => declineBan(row.id, reason)} refresh={refresh} />
      </div>
    );
  }
  return <span className="nothing" />;
}

/** "Why is this address blocked?" */
function Why({ q }: { q: string }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  const query = useQuery(whyQuery(q));
  const ask = (value: string) => void navigate({ to: '/bans', search: (before: { state?: string }) => ({ state: before.state, why: value || undefined }) });
  return (
    <Panel title={t`Why is this address blocked?`}>
      <form className="toolbar" onSubmit={onSubmit(() => ask(typed.trim()))}>
        <TextInput className="grow" type="search" aria-label={t`Address or prefix`} placeholder="10.201.4.20" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} leftSection={<IconSearch size={16} aria-hidden="true" />} />
        <Button type="submit" variant="default"><Trans>Tell me</Trans></Button>
      </form>
      {q !== '' && <div style={{ marginTop: '0.9rem' }} aria-live="polite"><Loaded query={query} lines={2}>{(entries) => <Answer q={q} entries={entries} />}</Loaded></div>}
    </Panel>
  );
}

function Answer({ q, entries }: { q: string; entries: AccessEntry[] }) {
  const { t } = useLingui();
  if (entries.length === 0) return <Notice tone="ok" title={t`${q} is not in the access list`}><Trans>No rule of the co-op holds it back. If it does not work, look at the node and its line.</Trans></Notice>;
  return (
    <ul className="plain">
      {entries.map((entry, index) => (
        <li key={`${entry.key} ${index}`} className="report">
          <div className="split"><span><RulePill rule={entry.rule === 'ban' || entry.kind === 'ban' ? 'drop' : entry.rule} kbit={entry.slowLaneKbit} /> <span className="mono">{[entry.prefixV4, entry.prefixV6].filter(Boolean).join(' ') || (entry.since ? entry.key : q)}</span></span>{entry.since && <small className="soft"><Trans>since version {entry.sinceVersion}</Trans>, <When at={entry.since} /></small>}</div>
          <p>{entry.why}{entry.until && <> · <Trans>until <When at={entry.until} first="absolute" /></Trans></>}</p>
          {entry.node && <Link to="/nodes/$nodeId" params={{ nodeId: entry.node }}><Trans>The node</Trans></Link>}
        </li>
      ))}
    </ul>
  );
}

function BanForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ kind: 'address' as Target['kind'], value: '', reason: '' });
  const [term, setTerm] = useState(firstTerm);
  const [simulated, setSimulated] = useState(false);
  const target: Target = { kind: form.values.kind, value: form.values.value.trim() };
  const ends = termOf(term);
  const action = useAction<void, Ban>({ run: () => ban({ target, ...ends!, reason: form.values.reason.trim(), ...(simulated && { simulated }) }), refresh: [['bans'], ['access']], said: (made) => (made?.simulated ? t`Tried out; it stops nothing` : made?.state === 'proposed' ? t`Waits for a second moderator` : t`Banned; watch it arrive on the nodes`), done: close });
  const names = { address: t`Address or prefix`, member: t`Member id`, node: t`Node key (64 hex digits)` };
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <div className="row">
        <NativeSelect label={t`Aimed at`} value={form.values.kind} onChange={(event) => form.set('kind', event.currentTarget.value as Target['kind'])} data={[{ value: 'address', label: t`An address or prefix` }, { value: 'member', label: t`A member` }, { value: 'node', label: t`A node` }]} />
        <TextInput required label={names[form.values.kind]} placeholder={form.values.kind === 'address' ? '10.201.4.20' : undefined} data-autofocus {...form.text('value', action, 'target')} />
      </div>
      <BlastRadiusPreview target={target} />
      <TermFields value={term} onChange={setTerm} error={action.fieldError('until')} />
      <Textarea required label={t`Reason`} autosize minRows={2} maxLength={2000} {...form.text('reason', action)} />
      <Checkbox label={t`Only try it out: list it with what it would hit, and stop nothing`} checked={simulated} onChange={(event) => setSimulated(event.currentTarget.checked)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" color="red" loading={action.busy} disabled={!ends || target.value === ''}>{simulated ? <Trans>Try it out</Trans> : <Trans>Ban</Trans>}</Button></div>
    </form>
  );
}

function NeverBans() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(neverBansQuery);
  const may = has('moderator', 'board');
  const columns = useMemo((): Column<NeverBan>[] => [
    { id: 'prefix', head: t`Prefix`, by: (row) => row.prefix, cell: (row) => <b className="mono">{row.prefix}</b> },
    { id: 'reason', head: t`Why`, cell: (row) => row.reason },
    { id: 'acts', head: '', end: true, cell: (row) => (may && row.id ? <ReasonButton label={<Trans>Take out</Trans>} size="compact-sm" optional title={t`Take ${row.prefix} out`} confirm={t`Take out`} explain={<Trans>From then on it can be banned like any other.</Trans>} run={() => removeNeverBan(row.id!)} refresh={[['never-bans']]} /> : <span className="soft">{row.origin === 'built-in' || row.origin === 'builtIn' ? t`built in` : t`by setting`}</span>) },
  ], [t, may]);
  return (
    <Panel title={t`Never banned`} lead={t`Own gateways, name servers, emergency services: a ban that touches one of these is refused.`} flush
      actions={may && <DialogButton label={<Trans>Add</Trans>} size="compact-sm" icon={<IconPlus size={14} />} title={t`Never ban this`}>{(close) => <NeverBanForm close={close} />}</DialogButton>}>
      <DataTable caption={t`Never banned`} columns={columns} rows={query.data} id={(row) => row.id ?? row.prefix} query={query} empty={<Empty title={t`Nothing is protected yet`}><Trans>Add your gateways and name servers, so that nobody cuts them off by mistake.</Trans></Empty>} />
    </Panel>
  );
}

function NeverBanForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ prefix: '', reason: '' });
  const action = useAction({ run: () => addNeverBan(form.values.prefix.trim(), form.values.reason.trim()), refresh: [['never-bans']], done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput required label={t`Address or prefix`} placeholder="10.200.0.1/32" data-autofocus {...form.text('prefix', action)} />
      <TextInput required label={t`Why`} maxLength={500} {...form.text('reason', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Never ban this</Trans></Button></div>
    </form>
  );
}
