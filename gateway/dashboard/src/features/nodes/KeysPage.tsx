import { Button, Checkbox, Textarea } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MemberName } from '@/shared/members';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { addPools, boxesQuery, forgetBox, keysQuery, poolsQuery, refusalsQuery, takeStep, type Box, type KeyStanding, type KeyStep, type Pools, type Refusal, type Step } from './keys-api';

const LAGGARDS_SHOWN = 10;
const V4_EXAMPLE = '10.202.0.0/16';
const V6_EXAMPLE = 'fd42:202::/48';

/** What nodes come in by: the co-op's keys, its address pools, boxes made ready, and who was turned away. */
export default function KeysPage() {
  const { t } = useLingui();
  const keys = useQuery(keysQuery);
  const columns: Column<KeyStep>[] = [
    { id: 'at', head: t`When`, cell: (row) => <When at={row.at} /> },
    { id: 'kind', head: t`Key`, cell: (row) => <KindName kind={row.kind} /> },
    { id: 'step', head: t`Step`, cell: (row) => <StepName step={row.step} /> },
    { id: 'waiting', head: t`Left behind`, end: true, cell: (row) => row.waiting },
    { id: 'by', head: t`By`, cell: (row) => (row.by ? <MemberName id={row.by} /> : <Trans>by itself</Trans>) },
    { id: 'reason', head: t`Reason`, cell: (row) => <span className="long">{row.reason}</span> },
  ];
  return (
    <Page title={t`Keys and addresses`} crumb={{ to: '/nodes', label: t`Nodes` }}
      lead={<Trans>What nodes trust and where their addresses come from. Changing a key takes days and cuts nobody off; every step is kept for good.</Trans>}>
      <Loaded query={keys} lines={6}>{(all) => <>
        {all.items.map((one) => <KeyPanel key={one.kind} of={one} />)}
        {all.steps.length > 0 && <Panel title={t`Steps taken`} flush><DataTable caption={t`Steps of keys`} columns={columns} rows={all.steps} id={(row) => `${row.kind} ${row.at} ${row.step}`} empty={null} /></Panel>}
      </>}</Loaded>
      <PoolsPanel />
      <BoxesPanel />
      <RefusalsPanel />
    </Page>
  );
}

function KindName({ kind }: { kind: string }) {
  switch (kind) {
    case 'authority': return <Trans>Certificate authority</Trans>;
    case 'access-list': return <Trans>Access-list key</Trans>;
    default: return kind;
  }
}

function StepName({ step }: { step: string }) {
  switch (step) {
    case 'announced': return <Trans>Announced</Trans>;
    case 'used': return <Trans>In use</Trans>;
    case 'retired': return <Trans>Retired</Trans>;
    case 'disowned': return <Trans>Disowned</Trans>;
    default: return step;
  }
}

function Phase({ of }: { of: KeyStanding }) {
  switch (of.phase) {
    case 'steady': return <Pill tone="ok"><Trans>Steady</Trans></Pill>;
    case 'announced': return <Pill tone="info"><Trans>The next is announced</Trans></Pill>;
    case 'overlapping': return <Pill tone="info"><Trans>Both count</Trans></Pill>;
    default: return <Pill tone="quiet">{of.phase}</Pill>;
  }
}

function KeyPanel({ of }: { of: KeyStanding }) {
  const { t } = useLingui();
  const { has } = useSession();
  const name = of.kind === 'authority' ? t`Certificate authority` : t`Access-list key`;
  const next: Step = of.phase === 'steady' ? 'announce' : of.phase === 'announced' ? 'use' : 'retire';
  const label = next === 'announce' ? t`Announce the next key` : next === 'use' ? t`Let the next key sign` : t`Retire the key before`;
  return (
    <Panel title={name} actions={has('board') && <DialogButton size="compact-sm" label={label} title={`${name}: ${label}`}>{(close) => <StepForm of={of} step={next} close={close} />}</DialogButton>}>
      <Facts items={[
        [t`State`, <Phase of={of} />],
        [t`Signs`, <code className="key">{of.current}</code>],
        [of.phase === 'announced' ? t`Next` : t`Before`, of.other && <code className="key">{of.other}</code>],
        [t`Since`, <When at={of.since} />],
        [t`Next step at the latest`, of.dueAt && <When at={of.dueAt} />],
        [t`Ends`, of.endsAt && <When at={of.endsAt} />],
        [t`Not ready yet`, of.phase !== 'steady' && <Plural value={of.waiting} _0="no node" one="# node" other="# nodes" />],
      ]} />
      {of.laggards.length > 0 && <ul className="plain">{of.laggards.slice(0, LAGGARDS_SHOWN).map((one) => <li key={one.id}><Link to="/nodes/$nodeId" params={{ nodeId: one.id }}>{one.name}</Link> <span className="soft"><Trans>agent {one.agentVersion}, certificate until <When at={one.certificateUntil} plain /></Trans></span></li>)}</ul>}
      {of.laggards.length > LAGGARDS_SHOWN && <p className="soft"><Plural value={of.laggards.length - LAGGARDS_SHOWN} one="and # more" other="and # more" /></p>}
    </Panel>
  );
}

function StepForm({ of, step, close }: { of: KeyStanding; step: Step; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ reason: '', whoeverWaits: false, disowned: false });
  const action = useAction<void, KeyStanding>({ run: () => takeStep(of.kind, step, { reason: form.values.reason.trim(), whoeverWaits: form.values.whoeverWaits, disowned: step === 'retire' && form.values.disowned }), refresh: [['keys']], said: () => t`The step is taken`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <p style={{ margin: 0 }}>{step === 'announce' ? <Trans>Nodes learn the next key and trust it; it signs nothing yet.</Trans>
        : step === 'use' ? <Trans>From now on the next key signs. What the one before has signed still counts.</Trans>
          : <Trans>The key before is destroyed, and what only it has signed counts no more.</Trans>}</p>
      {of.phase !== 'steady' && of.waiting > 0 && <Notice tone="warn" title={<Plural value={of.waiting} one="# node is not ready" other="# nodes are not ready" />}>
        <Checkbox mt={6} label={t`Take the step though they are left behind; each needs a new code`} checked={form.values.whoeverWaits} onChange={(event) => form.set('whoeverWaits', event.currentTarget.checked)} />
      </Notice>}
      {step === 'retire' && <Checkbox label={t`The key before may be in other hands: its word counts no more`} checked={form.values.disowned} onChange={(event) => form.set('disowned', event.currentTarget.checked)} />}
      <Textarea required label={t`Reason`} maxLength={500} autosize minRows={2} {...form.text('reason', action)} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end">
        <Button variant="default" onClick={close}><Trans>Cancel</Trans></Button>
        <Button type="submit" color={step === 'retire' ? 'red' : undefined} loading={action.busy} disabled={form.values.reason.trim() === ''}><Trans>Take the step</Trans></Button>
      </div>
    </form>
  );
}

function PoolsPanel() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(poolsQuery);
  return (
    <Panel title={t`Address pools`} lead={t`Every connection gets its addresses from here.`}
      actions={has('board') && <DialogButton size="compact-sm" label={<Trans>Add a pool</Trans>} title={t`Add a pool`}>{(close) => <PoolForm close={close} />}</DialogButton>}>
      <Loaded query={query} lines={2}>{(pools) => <Facts items={[[t`IPv4`, <Ranges of={pools.poolsV4} />], [t`IPv6`, <Ranges of={pools.poolsV6} />]]} />}</Loaded>
    </Panel>
  );
}

const Ranges = ({ of }: { of: string[] }) => (of.length ? <>{of.map((one, at) => <span key={one}>{at > 0 && ', '}<code>{one}</code></span>)}</> : <Nothing />);

function PoolForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ poolsV4: '', poolsV6: '', reason: '' });
  const ranges = (text: string) => text.split(/[\s,]+/).filter(Boolean);
  const action = useAction<void, Pools>({ run: () => addPools({ poolsV4: ranges(form.values.poolsV4), poolsV6: ranges(form.values.poolsV6), reason: form.values.reason.trim() }), refresh: [['pools']], said: () => t`The pool is there`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <Textarea label={t`IPv4 ranges`} placeholder={V4_EXAMPLE} autosize minRows={1} {...form.text('poolsV4', action)} data-autofocus />
      <Textarea label={t`IPv6 ranges`} placeholder={V6_EXAMPLE} autosize minRows={1} {...form.text('poolsV6', action)} />
      <Textarea required label={t`Reason`} description={t`A pool that is there stays.`} maxLength={500} autosize minRows={2} {...form.text('reason', action)} />
      <ProblemNotice error={action.error} />
      <div className="end">
        <Button variant="default" onClick={close}><Trans>Cancel</Trans></Button>
        <Button type="submit" loading={action.busy} disabled={form.values.reason.trim() === '' || !(form.values.poolsV4.trim() || form.values.poolsV6.trim())}><Trans>Add it</Trans></Button>
      </div>
    </form>
  );
}

function BoxesPanel() {
  const { t } = useLingui();
  const query = useQuery(boxesQuery);
  const forget = useAction<string>({ run: (id) => forgetBox(id).then(() => undefined), refresh: [['boxes']], said: () => t`The box is forgotten` });
  const columns: Column<Box>[] = [
    { id: 'name', head: t`Box`, cell: (row) => <>{row.name}{row.gateway && <> <Pill tone="info"><Trans>Gateway</Trans></Pill></>}</> },
    { id: 'made', head: t`Made ready`, cell: (row) => <When at={row.madeAt} /> },
    { id: 'state', head: t`State`, cell: (row) => (row.nodeId ? <Trans>has come in</Trans> : row.expiresAt ? <Trans>code until <When at={row.expiresAt} plain /></Trans> : <Nothing />) },
    { id: 'acts', head: '', end: true, cell: (row) => <Button variant="default" size="compact-sm" loading={forget.busy} onClick={() => forget.run(row.id)} aria-label={t`Forget ${row.name}`}><Trans>Forget</Trans></Button> },
  ];
  return (
    <Panel title={t`Boxes nobody owns yet`} flush>
      <Loaded query={query} lines={2}>{(all) => <DataTable caption={t`Boxes that wait for an owner`} columns={columns} rows={all.items} id={(row) => row.id}
        empty={<Empty icon={<IconKey size={30} />} title={t`No box waits for an owner`}><Trans>Prepare one on the page of nodes; a member claims it by the code on its sticker.</Trans></Empty>} />}</Loaded>
      <ProblemNotice error={forget.error} />
    </Panel>
  );
}

function RefusalsPanel() {
  const { t } = useLingui();
  const query = useQuery(refusalsQuery);
  const columns: Column<Refusal>[] = [
    { id: 'at', head: t`When`, cell: (row) => <When at={row.at} /> },
    { id: 'why', head: t`Why`, cell: (row) => <span className="long">{row.why}</span> },
    { id: 'node', head: t`Code of`, cell: (row) => (row.node ? <Link to="/nodes/$nodeId" params={{ nodeId: row.node }}><Trans>this node</Trans></Link> : <Nothing />) },
    { id: 'key', head: t`Key`, cell: (row) => (row.nodeId ? <code className="key">{row.nodeId.slice(0, 16)}…</code> : <Nothing />) },
  ];
  return (
    <Panel title={t`Turned away`} lead={t`Codes that were wrong, used or over, and keys that are not taken.`} flush>
      <Loaded query={query} lines={2}>{(all) => <DataTable caption={t`Enrolments that were refused`} columns={columns} rows={all.items} id={(row) => `${row.at} ${row.nodeId ?? ''}`} empty={<Empty icon={<IconKey size={30} />} title={t`Nobody was turned away`}>{null}</Empty>} />}</Loaded>
    </Panel>
  );
}
