import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconMail, IconScale } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Filters } from '@/shared/ui/filters';
import { Notice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { AppealStatePill } from './appeal-words';
import { appealsQuery, pleasQuery, type Appeal, type Plea } from './cases-api';

/** Appeals that wait for a moderator, and those that were heard. */
export default function AppealsPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { state } = useSearch({ strict: false });
  const query = useQuery(appealsQuery(state));
  const late = query.data?.items.filter((one) => one.overdue).length ?? 0;
  const columns = useMemo((): Column<Appeal>[] => [
    { id: 'appeal', head: t`Appeal`, cell: (row) => <><Link to="/cases/appeals/$appealId" params={{ appealId: row.id }}>{row.text.length > SHOWN ? `${row.text.slice(0, SHOWN)}…` : row.text}</Link>{row.state === 'lodged' && row.found > 0 && <small><Trans>{row.found} of {row.needed} found for the member</Trans></small>}</> },
    { id: 'state', head: t`State`, by: (row) => row.state, cell: (row) => <AppealStatePill state={row.state} overdue={row.overdue} /> },
    { id: 'due', head: t`Due`, by: (row) => row.dueAt, cell: (row) => row.state === 'lodged' ? <When at={row.dueAt} /> : <Nothing /> },
    { id: 'lodged', head: t`Lodged`, by: (row) => row.lodgedAt, cell: (row) => <When at={row.lodgedAt} /> },
    { id: 'hear', head: t`You`, cell: (row) => row.state !== 'lodged' ? <Nothing /> : row.mayHear ? t`may hear it` : t`had a part in it` },
  ], [t]);
  return (
    <Page title={t`Appeals`} crumb={{ to: '/cases', label: t`Cases` }} lead={<Trans>Who decided does not hear the appeal. One that is granted takes back every measure by itself.</Trans>}>
      {late > 0 && <Notice tone="bad" title={<Plural value={late} one="# appeal is overdue" other="# appeals are overdue" />}><Trans>Members were told that they are heard by that date.</Trans></Notice>}
      <div className="toolbar">
        <Filters label={t`Show`} value={state ?? ''} onPick={(value) => void navigate({ to: '/cases/appeals', search: { state: value || undefined } })} items={[{ value: '', label: t`All` }, { value: 'lodged', label: t`Waiting` }, { value: 'granted', label: t`Granted` }, { value: 'refused', label: t`Refused` }]} />
      </div>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Appeals`} columns={columns} rows={query.data?.items} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconScale size={32} />} title={t`No appeals`}><Trans>When a member appeals against a decision, it waits here with a clock.</Trans></Empty>} />
      </div></div>
      <FromOutside state={state} />
    </Page>
  );
}

/** Appeals of people who are no members, against bans of addresses. */
function FromOutside({ state }: { state?: string }) {
  const { t } = useLingui();
  const query = useQuery(pleasQuery);
  const columns = useMemo((): Column<Plea>[] => [
    { id: 'plea', head: t`Address`, cell: (row) => <><Link to="/cases/pleas/$pleaId" params={{ pleaId: row.id }} className="mono">{row.address}</Link>{row.text && <small>{row.text.length > SHOWN ? `${row.text.slice(0, SHOWN)}…` : row.text}</small>}</> },
    { id: 'state', head: t`State`, by: (row) => row.state, cell: (row) => <AppealStatePill state={row.state} overdue={row.overdue} /> },
    { id: 'due', head: t`Due`, by: (row) => row.dueAt, cell: (row) => row.state === 'lodged' ? <When at={row.dueAt} /> : <Nothing /> },
    { id: 'lodged', head: t`Lodged`, by: (row) => row.lodgedAt, cell: (row) => <When at={row.lodgedAt} /> },
    { id: 'hear', head: t`You`, cell: (row) => row.state !== 'lodged' ? <Nothing /> : row.mayHear ? t`may hear it` : t`had a part in it` },
  ], [t]);
  const rows = query.data?.filter((row) => !state || row.state === state);
  return (
    <Panel title={t`From outside`} lead={t`By people who are no members, against bans of addresses. They are answered by mail.`} flush>
      <DataTable caption={t`Appeals from outside`} columns={columns} rows={rows} id={(row) => row.id} query={query}
        empty={<Empty icon={<IconMail size={32} />} title={t`No appeals from outside`}><Trans>Whoever is banned by address can ask for a link by mail, without an account.</Trans></Empty>} />
    </Panel>
  );
}

const SHOWN = 90;
