import { Button, FileInput } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { csv, save } from '@/shared/csv';
import { onSubmit, useAction } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing } from '@/shared/ui/values';
import { Problems, useWhere } from './ImportPage';
import { previewSorting, SORTING_COLUMNS, takeSorting, type SortingChange, type SortingLine, type SortingPreview } from './roster-api';

/** Labels, zones and agreed nodes from a file: first what would change, line by line, then all of it or nothing. */
export default function SortingPage() {
  const { t } = useLingui();
  const [file, setFile] = useState<File | null>(null);
  const look = useAction({ run: (of: File) => previewSorting(of) });
  const action = useAction({ run: ({ of, sha256 }: { of: File; sha256: string }) => takeSorting(of, sha256), refresh: [['members'], ['nodes', 'agreed']] });
  const seen = look.output;
  const pick = (of: File | null) => { setFile(of); look.reset(); action.reset(); if (of) look.run(of); };
  return (
    <Page title={t`Labels, zones and agreed nodes`} crumb={{ to: '/members/import', label: t`Members from a file` }} lead={<Trans>From a spreadsheet. A cell says what holds from then on; an empty one leaves what is there. You see first what would change.</Trans>}
      actions={<Button variant="default" onClick={() => save('labels-template.csv', csv(SORTING_COLUMNS, []))}><Trans>Empty spreadsheet</Trans></Button>}>
      <div className="stack">
        <Panel title={t`The file`}>
          <form className="form" onSubmit={onSubmit(() => file && seen && action.run({ of: file, sha256: seen.sha256 }))}>
            <FileInput required label={t`File`} description={t`CSV in UTF-8. Members are known by their e-mail address, sites by their name; between labels, and between nodes, stands a “|”.`} value={file} onChange={pick} accept=".csv,text/csv" clearable clearButtonProps={{ 'aria-label': t`Take the file away` }} leftSection={<IconUpload size={16} aria-hidden="true" />} />
            {seen && !action.output && <Summary of={seen} />}
            {action.output && <Notice tone="ok" live title={t`Taken in`}><p><Plural value={action.output.lines} one="# line changed something." other="# lines changed something." /></p></Notice>}
            <ProblemNotice error={look.error ?? action.error} />
            <div className="end"><Button type="submit" loading={action.busy} disabled={!file || !seen || look.busy || seen.problemCount > 0 || seen.changes === 0 || action.output !== undefined}><Trans>Take it in</Trans></Button></div>
          </form>
        </Panel>
        {seen && seen.problemCount > 0 && <Problems title={t`What is wrong`} of={seen.problems} count={seen.problemCount} />}
        {seen && <Lines of={seen.lines} />}
      </div>
    </Page>
  );
}

function Summary({ of }: { of: SortingPreview }) {
  const { t } = useLingui();
  if (of.problemCount > 0) return <Notice tone="bad" live title={t`Nothing can be taken yet`}><p><Plural value={of.problemCount} one="# thing is wrong." other="# things are wrong." /> <Trans>Mend the file and choose it again.</Trans></p></Notice>;
  if (of.changes === 0) return <Notice tone="info" live title={t`Nothing would change`}><p><Trans>All of it holds already.</Trans></p></Notice>;
  return <Notice tone="ok" live title={t`This would come of it`}><p><Plural value={of.changes} one="# line changes something." other="# lines change something." /></p></Notice>;
}

function Lines({ of }: { of: SortingLine[] }) {
  const { t } = useLingui();
  const where = useWhere();
  const columns: Column<SortingLine>[] = [
    { id: 'at', head: t`Where`, cell: (row) => where(row.at) },
    { id: 'who', head: t`Who`, by: (row) => row.name, cell: (row) => <><Link to="/members/$memberId" params={{ memberId: row.memberId }}>{row.name}</Link>{row.site && <small>{row.site}</small>}</> },
    { id: 'labels', head: t`Labels`, cell: (row) => <Change of={{ from: row.labels.from.join(', '), to: row.labels.to?.join(', ') }} /> },
    { id: 'zone', head: t`Zone`, cell: (row) => <Change of={row.zone} /> },
    { id: 'nodes', head: t`Agreed nodes`, cell: (row) => <Change of={{ from: row.nodes.from.join(', '), to: row.nodes.to?.join(', ') }} /> },
  ];
  return <Panel title={t`Line by line`} flush><DataTable caption={t`Line by line`} columns={columns} rows={of} id={(row) => row.at} empty={<Empty title={t`No line that could be taken`} />} /></Panel>;
}

function Change({ of }: { of: SortingChange<string> }) {
  if (!of.to) return of.from ? <span className="soft">{of.from}</span> : <Nothing />;
  return <><b>{of.to}</b>{of.from && <small><Trans>was {of.from}</Trans></small>}</>;
}
