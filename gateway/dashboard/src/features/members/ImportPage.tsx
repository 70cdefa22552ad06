import { Button, FileInput, NativeSelect, TextInput } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { currentPlans, plansQuery } from '@/shared/coop';
import { csv, save } from '@/shared/csv';
import { today } from '@/shared/time';
import { onSubmit, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { importsQuery, previewRoster, ROSTER_COLUMNS, takeRoster, type RosterPreview, type RosterProblem, type RosterStep, type RosterTaken } from './roster-api';

/** Members from a file: first what would come of it, line by line, then all of it or nothing. */
export default function ImportPage() {
  const { t } = useLingui();
  const plans = useQuery(plansQuery).data ?? [];
  const choices = currentPlans(plans, today()).map((plan) => ({ value: plan.code, label: plan.name }));
  const [file, setFile] = useState<File | null>(null);
  const [plan, setPlan] = useState('');
  const [from, setFrom] = useState(today());
  const look = useAction({ run: ({ of, planCode }: { of: File; planCode: string }) => previewRoster(of, planCode) });
  const action = useAction({ run: ({ of, sha256 }: { of: File; sha256: string }) => takeRoster(of, sha256, plan, from), refresh: [['members'], ['home']] });
  const seen = look.output;
  const pick = (of: File | null) => { setFile(of); look.reset(); action.reset(); if (of) look.run({ of, planCode: plan }); };
  const choose = (planCode: string) => { setPlan(planCode); if (file) look.run({ of: file, planCode }); };
  const nothingToMake = !seen || seen.members + seen.sites + seen.payers === 0;
  return (
    <Page title={t`Members from a file`} crumb={{ to: '/members', label: t`Members` }} lead={<Trans>From a spreadsheet or from MeshDB. You see first what would come of it; then all of it is taken, or nothing.</Trans>}
      actions={<><Button component={Link} to="/members/sorting" variant="default"><Trans>Labels, zones and agreed nodes</Trans></Button><Button variant="default" onClick={() => save('members-template.csv', csv(ROSTER_COLUMNS, []))}><Trans>Empty spreadsheet</Trans></Button></>}>
      <div className="stack">
        <Panel title={t`The file`}>
          <form className="form" onSubmit={onSubmit(() => file && seen && action.run({ of: file, sha256: seen.sha256 }))}>
            <FileInput required label={t`File`} description={t`CSV in UTF-8 with the columns of the empty spreadsheet, or JSON with the members, installs and buildings of MeshDB. At most 2 MB and 2,000 lines.`} value={file} onChange={pick} accept=".csv,.json,text/csv,application/json" clearable clearButtonProps={{ 'aria-label': t`Take the file away` }} leftSection={<IconUpload size={16} aria-hidden="true" />} />
            <div className="row">
              <NativeSelect label={t`Plan, where a line names none`} value={plan} onChange={(event) => choose(event.currentTarget.value)} data={[{ value: '', label: t`Every line names its plan` }, ...choices]} />
              <TextInput type="date" required label={t`New sites are on their plans from`} min={today()} value={from} onChange={(event) => setFrom(event.currentTarget.value)} error={action.fieldError('from')} />
            </div>
            {seen && !action.output && <Summary of={seen} />}
            {action.output && <Outcome of={action.output} />}
            <ProblemNotice error={look.error ?? action.error} />
            <div className="end"><Button type="submit" loading={action.busy} disabled={!file || !seen || look.busy || seen.problemCount > 0 || nothingToMake || action.output !== undefined}><Trans>Take it in</Trans></Button></div>
          </form>
        </Panel>
        {seen && seen.problemCount > 0 && <Problems title={t`What is wrong`} of={seen.problems} count={seen.problemCount} />}
        {seen && seen.skippedCount > 0 && <Problems title={t`What is left out`} of={seen.skipped} count={seen.skippedCount} />}
        {seen && <Steps of={seen.lines} />}
        <Taken />
      </div>
    </Page>
  );
}

function Summary({ of }: { of: RosterPreview }) {
  const { t } = useLingui();
  if (of.problemCount > 0) return <Notice tone="bad" live title={t`Nothing can be taken yet`}><p><Plural value={of.problemCount} one="# thing is wrong." other="# things are wrong." /> <Trans>Mend the file and choose it again.</Trans></p></Notice>;
  if (of.takenAt) return <Notice tone="info" live title={t`This very file was taken before`}><p><When at={of.takenAt} first="absolute" /></p></Notice>;
  if (of.members + of.sites + of.payers === 0) return <Notice tone="info" live title={t`Everybody in this file is known`}><p><Trans>Nothing would change.</Trans></p></Notice>;
  return <Notice tone="ok" live title={t`This would come of it`}><p><Counts of={of} /></p></Notice>;
}

function Counts({ of }: { of: { members: number; sites: number; payers: number } }) {
  return <><Plural value={of.members} one="# new member" other="# new members" />, <Plural value={of.sites} one="# new site" other="# new sites" />, <Plural value={of.payers} one="# new payer" other="# new payers" />.</>;
}

function Outcome({ of }: { of: RosterTaken }) {
  const { t } = useLingui();
  if (of.again) return <Notice tone="info" live title={t`This very file was taken before`}><p><Trans>Nothing has changed.</Trans></p></Notice>;
  return <Notice tone="ok" live title={t`Taken in`}><p><Counts of={of} /> <Trans>On each new member’s page the board finds a code with which they choose their password.</Trans></p></Notice>;
}

export const useWhere = () => {
  const { t } = useLingui();
  return (at: string) => (/^\d+$/.test(at) ? t`Line ${at}` : at || t`The file`);
};

export function Problems({ title, of, count }: { title: string; of: RosterProblem[]; count: number }) {
  const { t } = useLingui();
  const where = useWhere();
  const columns: Column<RosterProblem>[] = [
    { id: 'at', head: t`Where`, cell: (row) => where(row.at) },
    { id: 'field', head: t`Field`, cell: (row) => (row.field ? <span className="mono">{row.field}</span> : <Nothing />) },
    { id: 'what', head: t`What`, cell: (row) => <><Told of={row.message} /><small className="mono">{row.rule}</small></> },
  ];
  return (
    <Panel title={title} lead={count > of.length ? t`The first ${of.length} of ${count}` : undefined} flush>
      <DataTable caption={title} columns={columns} rows={of} id={(row) => `${row.at} ${row.field} ${row.rule}`} />
    </Panel>
  );
}

function Steps({ of }: { of: RosterStep[] }) {
  const { t } = useLingui();
  const where = useWhere();
  const columns: Column<RosterStep>[] = [
    { id: 'at', head: t`Where`, cell: (row) => where(row.at) },
    { id: 'who', head: t`Who`, by: (row) => row.name, cell: (row) => <>{row.memberId ? <Link to="/members/$memberId" params={{ memberId: row.memberId }}>{row.name}</Link> : row.name}<small>{row.email}</small></> },
    { id: 'site', head: t`Site`, cell: (row) => (row.site ? <>{row.site}<small>{row.planCode}{row.payer && <> · {row.payer}</>}</small></> : <Nothing />) },
    { id: 'makes', head: t`Makes`, cell: (row) => <Makes of={row} /> },
  ];
  return <Panel title={t`Line by line`} flush><DataTable caption={t`Line by line`} columns={columns} rows={of} id={(row) => row.at} empty={<Empty title={t`No line that could be taken`} />} /></Panel>;
}

function Makes({ of }: { of: RosterStep }) {
  return <>
    {of.makes.length === 0 ? <Pill tone="quiet"><Trans>known</Trans></Pill> : <span className="toolbar" style={{ gap: '0.3rem', justifyContent: 'inherit' }}>{of.makes.map((what) => <Pill key={what} tone="ok">{what === 'member' ? <Trans>member</Trans> : what === 'site' ? <Trans>site</Trans> : <Trans>payer</Trans>}</Pill>)}</span>}
    {of.namesakes.map((one) => <small key={one.id}><Trans>same name: <Link to="/members/$memberId" params={{ memberId: one.id }}>{one.email}</Link></Trans></small>)}
  </>;
}

function Taken() {
  const { t } = useLingui();
  const query = useQuery(importsQuery);
  const columns: Column<RosterTaken>[] = [
    { id: 'name', head: t`File`, cell: (row) => row.name },
    { id: 'at', head: t`Taken`, cell: (row) => <When at={row.at} plain /> },
    { id: 'members', head: t`Members`, end: true, cell: (row) => row.members },
    { id: 'sites', head: t`Sites`, end: true, cell: (row) => row.sites },
  ];
  return <Panel title={t`Files that were taken`} flush><Loaded query={query} lines={2}>{(rows) => <DataTable caption={t`Files that were taken`} columns={columns} rows={rows} id={(row) => row.sha256} empty={<Empty title={t`None yet`}><Trans>Each file stands here once, however often it is handed in.</Trans></Empty>} />}</Loaded></Panel>;
}
