import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { download } from '@/shared/download';
import { useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { registerQuery, type HeldKind } from './portal-api';

/** What is held about whoever is signed in, why, and all of it to take along. */
export default function DataPage() {
  const { t } = useLingui();
  const register = useQuery(registerQuery);
  const action = useAction<void>({ run: () => download('/api/me/export', 'about-me.zip') });
  const columns: Column<HeldKind>[] = [
    { id: 'kind', head: t`What`, cell: (row) => <><b>{row.kind}</b><small className="mono">{row.tables.map((one) => one.table).join(', ')}</small></> },
    { id: 'purpose', head: t`What for`, cell: (row) => <>{row.purpose}<small>{row.basis}</small></> },
    { id: 'kept', head: t`How long`, cell: (row) => row.kept },
  ];
  return (
    <Page title={t`My data`} crumb={{ to: '/my', label: t`My connection` }} lead={<Trans>What the co-op holds about you, why, and all of it to take along.</Trans>}>
      <div className="stack">
        <Panel title={t`Everything about me`} lead={t`Membership, places, nodes, sign-ins, and what staff wrote down. One archive with JSON and a table each as CSV.`} actions={<Button leftSection={<IconDownload size={16} aria-hidden="true" />} loading={action.busy} onClick={() => action.run()}><Trans>Download it</Trans></Button>}>
          <p style={{ margin: 0 }}><Trans>Your bills are not in it: download them one by one from <Link to="/my">My connection</Link>. What could let somebody pass for you, such as your password, is never told.</Trans></p>
          <ProblemNotice error={action.error} />
        </Panel>
        <Panel title={t`What is held, and why`} lead={t`The same for everybody. Each place in the database is in this list; a test of the software sees to it.`} flush>
          <Loaded query={register} lines={8}>{(all) => <DataTable caption={t`What is held, and why`} columns={columns} rows={all.kinds} id={(row) => row.kind} />}</Loaded>
        </Panel>
      </div>
    </Page>
  );
}
