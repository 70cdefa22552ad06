import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Code, Copy } from '@/shared/ui/code';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { keysQuery, makeKey, revokeKey, type FeedKey } from './feeds-api';

const KEY = [['feed-keys']];

/** Where maps, graphs and monitoring read the mesh, and who reads the whole of it. */
export default function FeedsPage() {
  const { t } = useLingui();
  const query = useQuery(keysQuery);
  const columns = useMemo((): Column<FeedKey>[] => [
    { id: 'name', head: t`For`, cell: (row) => row.name },
    { id: 'made', head: t`Made`, cell: (row) => <When at={row.createdAt} /> },
    { id: 'used', head: t`Last used`, cell: (row) => (row.lastUsedOn ? <When at={row.lastUsedOn} plain /> : <Nothing />) },
    { id: 'state', head: t`State`, cell: (row) => (row.revokedAt ? <Pill tone="quiet"><Trans>Revoked</Trans></Pill> : <Pill tone="ok"><Trans>Good</Trans></Pill>) },
    { id: 'acts', head: '', end: true, cell: (row) => (row.revokedAt ? <Nothing /> : <Revoke of={row} />) },
  ], [t]);
  return (
    <Page title={t`Feeds`} crumb={{ to: '/nodes', label: t`Nodes` }} lead={<Trans>The mesh for other programs. Everybody reads names and places of those sites only whose members said so, and places to about 100 m. Names of people, mail, phone and street are in no feed.</Trans>}>
      <Panel title={t`Addresses`}>
        <Facts items={[
          [t`Graph (NetJSON)`, <Address key="n" path="/api/feeds/netjson.json" />],
          [t`Meshviewer`, <Address key="m" path="/api/feeds/meshviewer.json" />],
          [t`Map (GeoJSON)`, <Address key="g" path="/api/feeds/nodes.geojson" />],
          [t`Prometheus, with a key only`, <Address key="p" path="/api/feeds/prometheus.json" />],
        ]} />
      </Panel>
      <Panel title={t`Keys`} lead={t`With a key a program reads all names, exact places and the addresses of nodes. It is sent as the header Feed-Key, or as the parameter key.`} flush
        actions={<DialogButton label={<Trans>Make a key</Trans>} title={t`Make a key`} icon={<IconPlus size={14} />} size="compact-sm">{(close) => <Make close={close} />}</DialogButton>}>
        <Loaded query={query} lines={3}>{(keys) => <DataTable caption={t`Keys`} columns={columns} rows={keys} id={(row) => row.id} empty={<Empty icon={<IconKey size={30} />} title={t`No program reads the whole`}><Trans>Make a key for your monitoring, and give it to nobody else.</Trans></Empty>} />}</Loaded>
      </Panel>
    </Page>
  );
}

function Address({ path }: { path: string }) {
  const { t } = useLingui();
  const whole = window.location.origin + path;
  return <span className="toolbar" style={{ gap: '0.2rem' }}><code className="long">{path}</code><Copy text={whole} label={t`the whole address`} /></span>;
}

function Make({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ name: '' });
  const action = useAction({ run: () => makeKey(form.values.name.trim()), refresh: KEY });
  if (action.output) {
    return (
      <div className="form">
        <Notice tone="warn" title={t`Copy it now`}><Trans>It is not shown again. Whoever has it reads where members live.</Trans></Notice>
        <Code label={t`Key`}>{action.output.key}</Code>
        <div className="end"><Button onClick={close}><Trans>I have it</Trans></Button></div>
      </div>
    );
  }
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput required maxLength={80} label={t`What it is for`} placeholder={t`Prometheus on the tower`} {...form.text('name', action)} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Make it</Trans></Button></div>
    </form>
  );
}

function Revoke({ of }: { of: FeedKey }) {
  const { t } = useLingui();
  return (
    <DialogButton label={<Trans>Revoke</Trans>} title={t`Revoke ${of.name}`} size="compact-sm" color="red">
      {(close) => <RevokeForm of={of} close={close} />}
    </DialogButton>
  );
}

function RevokeForm({ of, close }: { of: FeedKey; close: () => void }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: () => revokeKey(of.id), refresh: KEY, said: () => t`The key is not good any more`, done: close });
  return (
    <div className="form">
      <p><Trans>The program that has it reads nothing any more, from now on and for good.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button color="red" loading={action.busy} onClick={() => action.run()}><Trans>Revoke it</Trans></Button></div>
    </div>
  );
}
