import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconWall } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Code, Copy } from '@/shared/ui/code';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { bouncersQuery, makeBouncer, revokeBouncer, type Bouncer } from './bans-api';

const KEY = [['bouncers']];

/** Firewalls that enforce the co-op's bans: their keys, and when each was seen last. */
export default function FirewallsPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const board = has('board');
  const query = useQuery(bouncersQuery);
  const columns = useMemo((): Column<Bouncer>[] => [
    { id: 'name', head: t`Firewall`, by: (row) => row.name, cell: (row) => <><b>{row.name}</b>{row.keyPrefix && <small className="mono">{row.keyPrefix}…</small>}</> },
    { id: 'state', head: t`Key`, cell: (row) => (row.revokedAt ? <Pill tone="quiet"><Trans>Revoked</Trans></Pill> : <Pill tone="ok"><Trans>Good</Trans></Pill>) },
    { id: 'places', head: t`Seen at`, cell: (row) => (row.places.length === 0 ? <Nothing /> : <Places of={row} />) },
    { id: 'dropped', head: t`Packets dropped, as it says`, end: true, cell: (row) => i18n.number(row.places.reduce((sum, place) => sum + place.dropped, 0)) },
    { id: 'made', head: t`Made`, by: (row) => row.madeAt, cell: (row) => <When at={row.madeAt} /> },
    { id: 'acts', head: '', end: true, cell: (row) => (row.revokedAt || !board ? <Nothing /> : <Revoke of={row} />) },
  ], [t, i18n, board]);
  return (
    <Page title={t`Firewalls`} crumb={{ to: '/bans', label: t`Bans` }} lead={<Trans>A firewall of yours can enforce the same bans as the nodes: any bouncer of CrowdSec takes them from here. It is told addresses and how long, never whom or why.</Trans>}
      actions={board && <DialogButton label={<Trans>Make a key</Trans>} variant="filled" title={t`Make a key for a firewall`} icon={<IconPlus size={16} />}>{(close) => <Make close={close} />}</DialogButton>}>
      <Panel title={t`What the bouncer needs`}>
        <Facts items={[
          [t`api_url`, <span key="u" className="toolbar" style={{ gap: '0.2rem' }}><code className="long">{window.location.origin}/</code><Copy text={`${window.location.origin}/`} label={t`the address`} /></span>],
          [t`api_key`, t`a key of its own, made here`],
        ]} />
      </Panel>
      <Panel title={t`Keys`} flush>
        <Loaded query={query} lines={3}>{(all) => <DataTable caption={t`Keys`} columns={columns} rows={all} id={(row) => row.id} empty={<Empty icon={<IconWall size={30} />} title={t`No firewall takes the bans`}><Trans>Make one key for each firewall, so that you see each of them and can revoke one alone.</Trans></Empty>} />}</Loaded>
      </Panel>
    </Page>
  );
}

function Places({ of }: { of: Bouncer }) {
  return (
    <ul className="plain">
      {of.places.map((place) => (
        <li key={place.address}>
          <span className="mono">{place.address}</span>{' '}
          {place.told ? <Pill tone="ok"><Trans>up to date</Trans></Pill> : <Pill tone="warn"><Trans>not told yet</Trans></Pill>}
          <small><When at={place.seenAt} /> {place.agent}</small>
        </li>
      ))}
    </ul>
  );
}

function Make({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ name: '' });
  const action = useAction({ run: () => makeBouncer(form.values.name.trim()), refresh: KEY });
  if (action.output) {
    return (
      <div className="form">
        <Notice tone="warn" title={t`Copy it now`}><Trans>It is not shown again. Whoever has it reads which addresses are banned.</Trans></Notice>
        <Code label={t`Key`}>{action.output.key}</Code>
        <div className="end"><Button onClick={close}><Trans>I have it</Trans></Button></div>
      </div>
    );
  }
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <TextInput required maxLength={80} label={t`Which firewall`} placeholder={t`Firewall at the exchange`} {...form.text('name', action)} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Make it</Trans></Button></div>
    </form>
  );
}

function Revoke({ of }: { of: Bouncer }) {
  const { t } = useLingui();
  return <DialogButton label={<Trans>Revoke</Trans>} title={t`Revoke the key of ${of.name}`} size="compact-sm" color="red">{(close) => <RevokeForm of={of} close={close} />}</DialogButton>;
}

function RevokeForm({ of, close }: { of: Bouncer; close: () => void }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: () => revokeBouncer(of.id), refresh: KEY, said: () => t`The key is not good any more`, done: close });
  return (
    <div className="form">
      <p><Trans>The firewall is told nothing new from now on. What it has been told it enforces until each ban's time is over.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button color="red" loading={action.busy} onClick={() => action.run()}><Trans>Revoke it</Trans></Button></div>
    </div>
  );
}
