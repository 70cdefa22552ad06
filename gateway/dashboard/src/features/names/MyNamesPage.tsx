import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconAddressBook, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Code } from '@/shared/ui/code';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { accept, change, mineQuery, nodesQuery, offer, register, release, REFRESH, withdraw, type OwnName, type OwnNode, type Wanted } from './names-api';
import { HoldPill, NamePill } from './pills';

const NONE: OwnNode[] = [];

/** A member's names: take one, bind it elsewhere, hand it over, give it up. */
export default function MyNamesPage() {
  const { t } = useLingui();
  const { memberId } = useSession();
  const query = useQuery(mineQuery);
  const nodes = useQuery({ ...nodesQuery(memberId ?? ''), enabled: Boolean(memberId) }).data ?? NONE;
  const { zone = '', limit = 0, items = [] } = query.data ?? {};
  const columns = useMemo((): Column<OwnName>[] => [
    { id: 'name', head: t`Name`, by: (row) => row.display, cell: (row) => <><b>{row.display}</b> <HoldPill name={row} />{row.display !== row.name && <small className="mono">{row.name}</small>}</> },
    { id: 'node', head: t`Leads to`, cell: (row) => <><Link to="/nodes/$nodeId" params={{ nodeId: row.nodeId }}>{row.nodeName ?? row.nodeId}</Link>{row.service && <> · <span className="mono">{row.service.type}</span> {row.service.port}</>}<small className="mono">{row.addresses.join(', ')}</small></> },
    { id: 'live', head: t`Its node`, cell: (row) => <NamePill live={row.live} /> },
    { id: 'since', head: t`Since`, by: (row) => row.registeredAt, cell: (row) => <When at={row.registeredAt} /> },
    { id: 'act', head: '', end: true, cell: (row) => row.state === 'held' && <Acts name={row} nodes={nodes} zone={zone} /> },
  ], [t, nodes, zone]);
  const add = zone !== '' && nodes.length > 0 && items.length < limit && <DialogButton label={<Trans>Take a name</Trans>} icon={<IconPlus size={14} />} variant="filled" size="compact-sm" title={t`Take a name`} wide>{(close) => <NameForm zone={zone} nodes={nodes} close={close} />}</DialogButton>;
  return (
    <Page title={t`My names`} crumb={{ to: '/names', label: t`Names` }} lead={<Trans>A name leads to your node, or to a service behind it, also after the node enrols anew. First come, first served.</Trans>}>
      {query.data && zone === '' && <Notice tone="quiet" title={t`This co-op has no names`}><Trans>Who runs the servers says what names end with.</Trans></Notice>}
      {query.data && zone !== '' && nodes.length === 0 && <Notice tone="info" title={t`A name needs a node in service`}><Trans>Add one under <Link to="/my">My connection</Link>; what it proves about itself is what the name rests on.</Trans></Notice>}
      <Panel title={t`Names I hold`} lead={zone === '' ? undefined : <Trans>{items.length} of {limit} that a member may hold, in {zone}</Trans>} flush
        actions={<>{zone !== '' && nodes.length > 0 && <DialogButton label={<Trans>Take over by a code</Trans>} size="compact-sm" title={t`Take over a name`}>{(close) => <AcceptForm nodes={nodes} close={close} />}</DialogButton>}{add}</>}>
        <DataTable caption={t`Names I hold`} columns={columns} rows={query.data?.items} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconAddressBook size={30} />} title={t`You hold no name`}><Trans>Neighbours reach what you offer by a name instead of an address.</Trans></Empty>} />
      </Panel>
    </Page>
  );
}

function Acts({ name, nodes, zone }: { name: OwnName; nodes: OwnNode[]; zone: string }) {
  const { t } = useLingui();
  return (
    <div className="toolbar">
      <DialogButton label={<Trans>Change</Trans>} size="compact-sm" title={t`Change ${name.display}`} wide>{(close) => <NameForm zone={zone} nodes={nodes} name={name} close={close} />}</DialogButton>
      <DialogButton label={<Trans>Hand over</Trans>} size="compact-sm" title={t`Hand ${name.display} over`}>{(close) => <OfferForm name={name} close={close} />}</DialogButton>
      <DialogButton label={<Trans>Give up</Trans>} size="compact-sm" variant="subtle" color="red" title={t`Give ${name.display} up`}>{(close) => <ReleaseForm name={name} close={close} />}</DialogButton>
    </div>
  );
}

function NameForm({ zone, nodes, name, close }: { zone: string; nodes: OwnNode[]; name?: OwnName; close: () => void }) {
  const { t } = useLingui();
  const [isService, setService] = useState(Boolean(name?.service));
  const form = useFields({
    label: '', nodeId: nodes.find((node) => node.id === name?.nodeId)?.id ?? nodes[0]?.id ?? '',
    type: name?.service?.type ?? 'http', transport: name?.service?.transport ?? 'tcp', port: String(name?.service?.port ?? 80), host: name?.service?.hosts.join(', ') ?? '', path: name?.service?.path ?? '',
  });
  const action = useAction<Wanted, OwnName>({
    run: (wanted) => name ? change(name.id, wanted) : register(form.values.label, wanted),
    refresh: REFRESH,
    said: (made) => name ? t`${made.display} is changed` : t`${made.display} is yours`,
    done: close,
  });
  const { nodeId, type, transport, port, host, path } = form.values;
  const hosts = host.split(/[\s,]+/).filter((one) => one !== '');
  return (
    <form className="form" onSubmit={onSubmit(() => action.run({ nodeId, service: isService ? { type: type.trim(), transport, port: Number(port), hosts, path: path.trim() || null } : null }))}>
      {!name && <TextInput required label={t`Name`} description={t`Letters of one script, digits and hyphens; it ends with .${zone}`} maxLength={200} autoComplete="off" spellCheck={false} rightSection={null} {...form.text('label', action)} data-autofocus />}
      <NativeSelect label={t`Node`} data={nodes.map((node) => ({ value: node.id, label: node.name }))} {...form.text('nodeId', action)} />
      <Checkbox label={t`It is the name of a service, which others find in the directory`} checked={isService} onChange={(event) => setService(event.currentTarget.checked)} />
      {isService && <>
        <div className="row">
          <TextInput required label={t`Type`} description={t`As http, rtsp, mqtt`} maxLength={15} {...form.text('type', action, 'service.type')} />
          <NativeSelect label={t`Transport`} description={t`Mostly tcp`} data={['tcp', 'udp']} {...form.text('transport', action, 'service.transport')} />
          <TextInput required type="number" label={t`Port`} description={t`1 to 65535`} min={1} max={65535} {...form.text('port', action, 'service.port')} />
        </div>
        <TextInput label={t`Address behind the node (optional)`} description={t`Where the service runs on another machine than the node`} maxLength={90} {...form.text('host', action, 'service.hosts')} />
        <TextInput label={t`Path (optional)`} description={t`Of a page, as /cameras/`} maxLength={200} {...form.text('path', action, 'service.path')} />
      </>}
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}>{name ? <Trans>Change</Trans> : <Trans>Take it</Trans>}</Button></div>
    </form>
  );
}

function AcceptForm({ nodes, close }: { nodes: OwnNode[]; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ code: '', nodeId: nodes[0]?.id ?? '' });
  const action = useAction<void, OwnName>({ run: () => accept(form.values.code, form.values.nodeId), refresh: REFRESH, said: (made) => t`${made.display} is yours`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <TextInput required label={t`Code`} description={t`From who holds the name now`} maxLength={100} autoComplete="off" spellCheck={false} {...form.text('code', action)} data-autofocus />
      <NativeSelect label={t`Node`} data={nodes.map((node) => ({ value: node.id, label: node.name }))} {...form.text('nodeId', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Take over</Trans></Button></div>
    </form>
  );
}

function OfferForm({ name, close }: { name: OwnName; close: () => void }) {
  const { t } = useLingui();
  const action = useAction<void, { code: string; until: string }>({ run: () => offer(name.id), refresh: REFRESH });
  const back = useAction<void>({ run: () => withdraw(name.id), refresh: REFRESH, said: () => t`The offer is taken back`, done: close });
  if (action.output) {
    return (
      <div className="form">
        <p><Trans>Hand this code to whoever is to have the name. It is shown this once, and good until <When at={action.output.until} first="absolute" />.</Trans></p>
        <Code label={t`Code`}>{action.output.code}</Code>
        <div className="end"><Button onClick={close}><Trans>Done</Trans></Button></div>
      </div>
    );
  }
  return (
    <div className="form">
      <p><Trans>Another member takes the name over by a code, for a node of theirs. Until then it stays yours.</Trans></p>
      <ProblemNotice error={action.error ?? back.error} />
      <div className="end">
        {name.offeredUntil && <Button variant="default" loading={back.busy} onClick={() => back.run()}><Trans>Take the offer back</Trans></Button>}
        <Button loading={action.busy} onClick={() => action.run()}><Trans>Make a code</Trans></Button>
      </div>
    </div>
  );
}

function ReleaseForm({ name, close }: { name: OwnName; close: () => void }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: () => release(name.id), refresh: REFRESH, said: () => t`${name.display} is free`, done: close });
  return (
    <div className="form">
      <p><Trans>Anybody may take it from this moment on. To give it to somebody, hand it over instead.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button color="red" loading={action.busy} onClick={() => action.run()}><Trans>Give it up</Trans></Button></div>
    </div>
  );
}
