import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { download } from '@/shared/download';
import { DialogButton, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Told } from '@/shared/ui/why';
import { eraseMe, registerQuery, type HeldKind } from './portal-api';

/** What is held about whoever is signed in, why, and all of it to take along. */
export default function DataPage() {
  const { t } = useLingui();
  const register = useQuery(registerQuery);
  const columns: Column<HeldKind>[] = [
    { id: 'kind', head: t`What`, cell: (row) => <><b><Told of={row.kind} /></b><small className="mono long">{row.service}: {row.tables.map((one) => one.table).join(', ')}</small></> },
    { id: 'purpose', head: t`What for`, cell: (row) => <><Told of={row.purpose} /><small><Told of={row.basis} /></small></> },
    { id: 'kept', head: t`How long`, cell: (row) => <Told of={row.kept} /> },
    { id: 'stays', head: t`When you are erased`, cell: (row) => <Erased of={row} /> },
  ];
  return (
    <Page title={t`My data`} crumb={{ to: '/my', label: t`My connection` }} lead={<Trans>What the co-op holds about you, why, and all of it to take along.</Trans>}>
      <div className="stack">
        <Panel title={t`Everything about me`} lead={t`One archive from each part of the co-op’s software: JSON, a table each as CSV, and bills as they were sent.`}>
          <div className="toolbar">
            <Archive path="/api/me/export" name="about-me.zip"><Trans>Membership, places, nodes, sign-ins</Trans></Archive>
            <Archive path="/api/billing/me/export" name="my-bills.zip"><Trans>Usage, bills, payments</Trans></Archive>
            <Archive path="/api/abuse/me/export" name="my-reports.zip"><Trans>Reports and decisions</Trans></Archive>
          </div>
          <p><Trans>What could let somebody pass for you, such as your password, is never told.</Trans></p>
        </Panel>
        <Panel title={t`What is held, and why`} lead={t`The same for everybody. Each place in the database is in this list; a test of the software sees to it.`} flush>
          <Loaded query={register} lines={8}>{(all) => <DataTable caption={t`What is held, and why`} columns={columns} rows={all.kinds} id={(row) => `${row.service} ${row.kind}`} />}</Loaded>
        </Panel>
        <Panel title={t`Erase me`} lead={t`For who has left the co-op, owes nothing and has given away or retired their nodes.`} actions={<DialogButton label={<Trans>Erase me</Trans>} title={t`Erase me`} color="red">{(close) => <EraseForm close={close} />}</DialogButton>}>
          <p style={{ margin: 0 }}><Trans>Name, addresses, places, notes and sign-ins go for good. What the law or an appeal may ask for stays, mostly under a number instead of your name; the list above tells which.</Trans></p>
        </Panel>
      </div>
    </Page>
  );
}

function Archive({ path, name, children }: { path: string; name: string; children: ReactNode }) {
  const action = useAction<void>({ run: () => download(path, name) });
  return (
    <span>
      <Button variant="default" leftSection={<IconDownload size={16} aria-hidden="true" />} loading={action.busy} onClick={() => action.run()}>{children}</Button>
      <ProblemNotice error={action.error} />
    </span>
  );
}

function Erased({ of }: { of: HeldKind }) {
  const goes = of.tables.filter((one) => one.erase || one.blank);
  if (goes.length === 0) return <><Trans>Stays</Trans><small>{of.stays}</small></>;
  if (!of.stays) return <Trans>Goes</Trans>;
  return <><Trans>Goes in part</Trans><small>{of.stays}</small></>;
}

function EraseForm({ close }: { close: () => void }) {
  const action = useAction<void, unknown>({ run: () => eraseMe(), done: () => window.location.assign('/') });
  return (
    <div className="form">
      <p style={{ margin: 0 }}><Trans>This cannot be undone, and you will not be able to sign in again. Download what you want to keep first.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button color="red" loading={action.busy} onClick={() => action.run()}><Trans>Erase me for good</Trans></Button></div>
    </div>
  );
}
