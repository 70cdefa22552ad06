import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconEye, IconUserSearch, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { categoryName } from '@/shared/abuse';
import { useSession } from '@/shared/session';
import { useAction } from '@/shared/ui/action';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { agreeToLookUp, evidenceLooksQuery, lookUpsQuery, waitingLookUpsQuery, type EvidenceLook, type PastLookUp, type WaitingLookUp } from './cases-api';

/** Who looked a person up or opened a file, in which case and why; and what waits for a second moderator. */
export default function LookUpsPage() {
  const { t } = useLingui();
  return (
    <Page title={t`Look-ups and openings`} crumb={{ to: '/cases', label: t`Cases` }} lead={<Trans>Each is written down for good, with its reason. Whom a look-up found is told to nobody here.</Trans>}>
      <Waiting />
      <Made />
      <Opened />
    </Page>
  );
}

function Waiting() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const moderator = has('moderator');
  const query = useQuery(waitingLookUpsQuery);
  const columns = useMemo((): Column<WaitingLookUp>[] => [
    { id: 'case', head: t`Case`, by: (row) => row.caseNumber, cell: (row) => <Link to="/cases/$caseId" params={{ caseId: row.caseId }}><Trans>No. {row.caseNumber}</Trans> · {i18n._(categoryName(row.category))}</Link> },
    { id: 'who', head: t`Asked by`, cell: (row) => row.mine ? t`you` : t`a colleague` },
    { id: 'why', head: t`Reason`, cell: (row) => row.reason },
    { id: 'asked', head: t`Asked`, by: (row) => row.askedAt, cell: (row) => <When at={row.askedAt} /> },
    { id: 'acts', head: '', end: true, cell: (row) => (row.mine || !moderator ? <Nothing /> : <AgreeButton caseId={row.caseId} number={row.caseNumber} />) },
  ], [t, i18n, moderator]);
  return (
    <Panel title={t`Wait for a second moderator`} lead={t`Where the co-op wants two for each look-up. Read the case first.`} flush>
      <DataTable caption={t`Look-ups that wait`} columns={columns} rows={query.data} id={(row) => `${row.caseId} ${row.askedAt}`} query={query}
        empty={<Empty icon={<IconUsers size={30} />} title={t`Nothing waits`}><Trans>What a colleague asks for stands here until somebody else agrees.</Trans></Empty>} />
    </Panel>
  );
}

/** Agrees to the look-up that a colleague asked for in a case; it is good for one. */
export function AgreeButton({ caseId, number }: { caseId: string; number: number }) {
  const { t } = useLingui();
  const action = useAction({ run: () => agreeToLookUp(caseId), refresh: [['look-ups'], ['case', caseId]], said: () => t`Agreed; your colleague can look it up once` });
  return <><Button size="compact-sm" variant="default" loading={action.busy} aria-label={t`Agree to the look-up in case ${number}`} onClick={() => action.run(undefined)}><Trans>Agree</Trans></Button><ProblemNotice error={action.error} /></>;
}

function Made() {
  const { t } = useLingui();
  const { memberId } = useSession();
  const query = useQuery(lookUpsQuery);
  const columns = useMemo((): Column<PastLookUp>[] => [
    { id: 'case', head: t`Case`, by: (row) => row.caseNumber, cell: (row) => <Link to="/cases/$caseId" params={{ caseId: row.caseId }}><Trans>No. {row.caseNumber}</Trans></Link> },
    { id: 'who', head: t`By`, cell: (row) => row.moderatorId === memberId ? t`you` : t`a colleague` },
    { id: 'why', head: t`Reason`, cell: (row) => <>{row.reason}{row.agreedBy && <small>{row.agreedBy === memberId ? t`you agreed` : t`a colleague agreed`}</small>}</> },
    { id: 'found', head: t`Found`, cell: (row) => row.found ? <Pill tone="ok"><Trans>somebody</Trans></Pill> : <Pill tone="quiet"><Trans>nobody</Trans></Pill> },
    { id: 'at', head: t`When`, by: (row) => row.at, cell: (row) => <When at={row.at} /> },
  ], [t, memberId]);
  return (
    <Panel title={t`Looked up`} flush>
      <DataTable caption={t`Look-ups that were made`} columns={columns} rows={query.data} id={(row) => `${row.caseId} ${row.at}`} query={query}
        empty={<Empty icon={<IconUserSearch size={30} />} title={t`Nobody was looked up`}><Trans>Each question who stood behind an address is listed here.</Trans></Empty>} />
    </Panel>
  );
}

function Opened() {
  const { t } = useLingui();
  const { memberId } = useSession();
  const query = useQuery(evidenceLooksQuery);
  const columns = useMemo((): Column<EvidenceLook>[] => [
    { id: 'case', head: t`Case`, by: (row) => row.caseNumber ?? 0, cell: (row) => row.caseId ? <Link to="/cases/$caseId" params={{ caseId: row.caseId }}><Trans>No. {row.caseNumber}</Trans></Link> : <Nothing /> },
    { id: 'who', head: t`By`, cell: (row) => row.moderatorId === memberId ? t`you` : t`a colleague` },
    { id: 'what', head: t`What`, cell: (row) => row.what === 'read' ? t`opened it` : row.what === 'consented' ? t`agreed` : <Pill tone="warn"><Trans>wrong passphrase</Trans></Pill> },
    { id: 'why', head: t`Reason`, cell: (row) => row.reason },
    { id: 'at', head: t`When`, by: (row) => row.at, cell: (row) => <When at={row.at} /> },
  ], [t, memberId]);
  return (
    <Panel title={t`Evidence opened`} flush>
      <DataTable caption={t`Openings of evidence`} columns={columns} rows={query.data} id={(row) => `${row.evidenceId} ${row.at}`} query={query}
        empty={<Empty icon={<IconEye size={30} />} title={t`No evidence was opened`}><Trans>Who opens a file of a report stands here, wrong passphrases too.</Trans></Empty>} />
    </Panel>
  );
}
