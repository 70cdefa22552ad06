import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { isNegative, isZero, negate, toMicro, type Money } from '@/shared/money';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { monthName } from '@/shared/time';
import { CsvButton } from '@/shared/ui/csv-button';
import { Sign, Term } from '@/shared/ui/formula';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Progress } from '@/shared/ui/progress';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, When } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { simulatedPath, simulatedQuery, simulationQuery, type Distribution, type SimulatedShare, type Simulation } from './simulations-api';
import { SimulationState } from './SimulationsPage';
import './simulation.css';

/** What a proposal would have meant: for me, for all, and whether the simulator can be trusted. */
export default function SimulationPage() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const { simulationId } = useParams({ strict: false });
  const query = useQuery(simulationQuery(simulationId!));
  const one = query.data;
  const crumb = { to: '/simulations', label: t`Proposals, tried` };
  if (!one) return <Page title={t`A proposal, tried`} crumb={crumb}>{query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} /> : <Lines count={8} />}</Page>;
  return (
    <Page title={t`A proposal, tried`} crumb={crumb} lead={<span className="toolbar"><SimulationState row={one} /><span>{monthName(one.from, i18n.locale)}{one.to !== one.from && <> – {monthName(one.to, i18n.locale)}</>}</span><When at={one.requestedAt} /></span>}>
      {query.isError && <ProblemNotice error={query.error} />}
      {one.state === 'failed' ? <Notice tone="bad" live title={t`It could not be computed`}><Told of={one.why} /></Notice>
        : one.state !== 'done' ? (
          <Panel title={t`Computing`}>
            <Progress label={t`Payers computed`} done={one.done} of={one.payers} />
            <p className="soft" aria-live="polite" style={{ marginTop: '0.5rem' }}><Trans>{one.done} of {one.payers} payers. This page follows by itself; it goes on without you, too.</Trans></p>
          </Panel>
        ) : <Result of={one} office={has('treasurer', 'board')} />}
    </Page>
  );
}

function Result({ of, office }: { of: Simulation; office: boolean }) {
  const { t } = useLingui();
  const right = of.reproduced === of.bills;
  return (
    <>
      <Notice tone={of.bills === 0 ? 'quiet' : right ? 'ok' : 'bad'} title={of.bills === 0 ? t`No bill was issued in these months` : right ? t`The simulator can be trusted here` : t`The simulator is off: do not decide by it`}>
        {of.bills > 0 && <Trans>Under today’s plans {of.reproduced} of {of.bills} issued bills came out the same to the byte.</Trans>}
      </Notice>
      {of.own.length > 0 && <Panel title={t`For me`}>{of.own.map((share) => <Own key={share.payerId} share={share} />)}</Panel>}
      {of.distribution && <Spread of={of.distribution} />}
      {office && <Payers id={of.id} />}
    </>
  );
}

function Own({ share }: { share: SimulatedShare }) {
  const { t } = useLingui();
  return (
    <>
      <p className="formula">
        <Term value={<Amount of={share.current} />} what={t`as it was`} /><Sign of="→" />
        <Term value={<Amount of={share.proposed} />} what={t`as proposed`} /><Sign of="=" />
        <Term result={!isNegative(negate(share.difference))} value={<Difference of={share.difference} />} what={isZero(share.difference) ? t`the same` : isNegative(share.difference) ? t`cheaper` : t`dearer`} />
      </p>
      {share.alone && <p className="soft" style={{ marginTop: '0.6rem' }}>{share.betterAlone ? <Trans>A line of your own would have cost <Amount of={share.alone} />: less than as proposed.</Trans> : <Trans>A line of your own would have cost <Amount of={share.alone} />: no less than as proposed.</Trans>}</p>}
    </>
  );
}

const Difference = ({ of }: { of: Money }) => <span className={isZero(of) ? undefined : isNegative(of) ? 'coming' : 'going'}><Amount of={of} signed /></span>;

function Spread({ of }: { of: Distribution }) {
  const { t } = useLingui();
  const groups: [string, number, string][] = [['ok', of.cheaper, t`cheaper`], ['quiet', of.same, t`the same`], ['warn', of.dearer, t`dearer`]];
  const steps: [string, Money | null | undefined][] = [[t`a tenth of all pays at most`, of.tenth], [t`a quarter`, of.quarter], [t`half`, of.median], [t`three quarters`, of.threeQuarters], [t`nine tenths`, of.nineTenths]];
  const known = steps.filter((step): step is [string, Money] => Boolean(step[1]));
  const most = Math.max(1, ...known.map(([, money]) => Math.abs(Number(toMicro(money.amount)))));
  return (
    <Panel title={t`For all`} lead={t`Without names. Where there are too few payers, only the counts are told.`}>
      <div className="spread" aria-hidden="true">{groups.filter(([, count]) => count > 0).map(([tone, count]) => <span key={tone} className={`spread-${tone}`} style={{ flexGrow: count }} />)}</div>
      <ul className="spread-legend">{groups.map(([tone, count, name]) => <li key={tone}><i className={`spread-${tone}`} aria-hidden="true" /><b className="num">{count}</b> {name}</li>)}</ul>
      {of.betterAlone > 0 && <Notice tone="warn" title={<Plural value={of.betterAlone} one="# payer would be better off alone" other="# payers would be better off alone" />}><Trans>A line of their own would cost them less than the proposal. A rule that drives members out costs everybody.</Trans></Notice>}
      {known.length > 0 && (
        <table className="grid quantiles"><caption className="hidden-field">{t`Differences`}</caption>
          <thead><tr><th scope="col"><Trans>Of all payers</Trans></th><th scope="col"><span className="hidden-field"><Trans>Picture</Trans></span></th><th scope="col" className="end"><Trans>Difference</Trans></th></tr></thead>
          <tbody>{known.map(([name, money]) => {
            const size = (Math.abs(Number(toMicro(money.amount))) / most) * 50;
            return <tr key={name}><th scope="row">{name}</th><td><span className="diff" aria-hidden="true"><span className={isNegative(money) ? 'less' : 'more'} style={{ width: `${size}%` }} /></span></td><td className="end"><Difference of={money} /></td></tr>;
          })}</tbody>
        </table>
      )}
    </Panel>
  );
}

function Payers({ id }: { id: string }) {
  const { t } = useLingui();
  const query = useInfiniteQuery(simulatedQuery(id));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<SimulatedShare>[] => [
    { id: 'who', head: t`Payer`, cell: (row) => <><PayerName id={row.payerId} />{row.betterAlone && <> <Pill tone="warn"><Trans>better off alone</Trans></Pill></>}</> },
    { id: 'current', head: t`As it was`, end: true, by: (row) => Number(toMicro(row.current.amount)), cell: (row) => <Amount of={row.current} /> },
    { id: 'proposed', head: t`As proposed`, end: true, by: (row) => Number(toMicro(row.proposed.amount)), cell: (row) => <Amount of={row.proposed} /> },
    { id: 'difference', head: t`Difference`, end: true, by: (row) => Number(toMicro(row.difference.amount)), cell: (row) => <><Difference of={row.difference} /><small>{isZero(row.difference) ? t`the same` : isNegative(row.difference) ? t`cheaper` : t`dearer`}</small></> },
  ], [t]);
  return (
    <Panel title={t`By payer`} lead={t`Only the board and the treasurer see this list.`} flush
      actions={<CsvButton<SimulatedShare> name="simulation" path={simulatedPath(id)} query={{}} head={[t`Payer`, t`As it was`, t`As proposed`, t`Difference`, t`Alone`, t`Better off alone`, t`Currency`]} row={(row) => [row.payerId, row.current.amount, row.proposed.amount, row.difference.amount, row.alone?.amount, row.betterAlone ? 'yes' : 'no', row.current.currency]} />}>
      <DataTable caption={t`By payer`} columns={columns} rows={rows} id={(row) => row.payerId} query={query} empty={<Empty title={t`Nobody pays in these months`} />} />
    </Panel>
  );
}
