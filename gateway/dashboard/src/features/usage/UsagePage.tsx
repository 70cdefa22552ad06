import { Button, NativeSelect, Skeleton } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconChartHistogram, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { formatBytes } from '@/shared/bytes';
import { coopQuery } from '@/shared/coop';
import { csv, save } from '@/shared/csv';
import { absolute, coopNow, dayIn, plusDays, startOfDay } from '@/shared/time';
import { foldDays, hoursOf, total, type UsageDay, type UsageStep } from '@/shared/usage';
import { Filters } from '@/shared/ui/filters';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice } from '@/shared/ui/notice';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, Bytes, When } from '@/shared/ui/values';
import { DAYS_MAX, hoursQuery, ownSetAsideQuery, savedQuery, sitesQuery, type OwnSetAside } from './usage-api';

const UsageChart = lazy(() => import('@/shared/ui/usage-chart'));
const HOUR = 3_600_000;

interface Range {
  from: number;
  to: number;
  by: 'hour' | 'day';
}

/** By the calendar of the co-op, so that the days are those of the bill. */
function rangeOf(search: { span?: string; from?: string; to?: string }, zone: string, now: number): Range {
  const today = dayIn(zone, now);
  const days = (from: string, to: string): Range => ({ from: startOfDay(zone, from), to: startOfDay(zone, plusDays(to, 1)), by: plusDays(from, 1) < to ? 'day' : 'hour' });
  if (search.from && search.to) {
    const last = plusDays(search.from, DAYS_MAX - 1);
    return days(search.from, search.to > last ? last : search.to);
  }
  const first = `${today.slice(0, 8)}01`;
  switch (search.span) {
    case 'week': return { ...days(plusDays(today, -6), today), by: 'hour' };
    case 'month': return { ...days(first, today), by: 'day' };
    case 'before': return days(`${plusDays(first, -1).slice(0, 8)}01`, plusDays(first, -1));
    default: return { from: (Math.floor(now / HOUR) - 23) * HOUR, to: (Math.floor(now / HOUR) + 1) * HOUR, by: 'hour' };
  }
}

/** What my connection carried, by the hour and by the day: what is free, what was saved, and what nobody counted. */
export default function UsagePage() {
  const { t } = useLingui();
  const coop = useQuery(coopQuery);
  const crumb = { to: '/my', label: t`My connection` };
  if (coop.isPending) return <Page title={t`My usage`} crumb={crumb}><Lines count={8} /></Page>;
  return <Usage zone={coop.data?.timeZone ?? 'UTC'} crumb={crumb} />;
}

function Usage({ zone, crumb }: { zone: string; crumb: { to: string; label: string } }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const { span, from, to, siteId } = useSearch({ strict: false });
  // The clock moves on while the page is open; the range of the last 24 hours moves by the hour only.
  const hour = Math.floor(coopNow() / HOUR);
  const range = useMemo(() => rangeOf({ span, from, to }, zone, hour * HOUR), [span, from, to, zone, hour]);
  const query = useQuery(hoursQuery(siteId, range.from, range.to));
  const sites = useQuery(sitesQuery).data ?? [];
  const custom = Boolean(from && to);
  const site = sites.find((one) => one.id === siteId)?.name;
  const thisMonth = !custom && span !== 'before';
  const views = [{ value: 'day', label: t`24 hours` }, { value: 'week', label: t`7 days` }, { value: 'month', label: t`This month` }, { value: 'before', label: t`Last month` }];
  return (
    <Page title={siteId && !site ? t`Usage of a site` : t`My usage`} crumb={crumb} lead={<Trans>As the nodes counted and signed it. Traffic on the local mesh is counted, too, and is free.</Trans>}>
      <div className="toolbar">
        <Filters label={t`Show`} value={custom ? '' : span ?? 'day'} onPick={(value) => void navigate({ to: '/my/usage', search: { siteId, span: value === 'day' ? undefined : value } })} items={views} />
        {(sites.length > 1 || site) && <NativeSelect aria-label={t`Site`} value={siteId ?? ''} onChange={(event) => void navigate({ to: '/my/usage', search: { span, from, to, siteId: event.currentTarget.value || undefined } })} data={[{ value: '', label: t`All my sites` }, ...sites.map((one) => ({ value: one.id, label: one.name }))]} />}
      </div>
      {custom && <p className="soft" style={{ margin: 0 }}><Trans>{absolute(from!, i18n.locale)} – {absolute(dayIn(zone, range.to - 1), i18n.locale)}, days in the time zone {zone}</Trans></p>}
      <Loaded query={query} lines={8}>
        {(told) => <Shown key={`${range.from} ${range.to}`} told={told} range={range} zone={zone} siteId={siteId} thisMonth={thisMonth} />}
      </Loaded>
      <SetAside />
    </Page>
  );
}

function Shown({ told, range, zone, siteId, thisMonth }: { told: UsageStep[]; range: Range; zone: string; siteId?: string; thisMonth: boolean }) {
  const { t, i18n } = useLingui();
  const hours = useMemo(() => hoursOf(told, range.from, range.to, coopNow()), [told, range]);
  const days = useMemo(() => foldDays(hours, zone), [hours, zone]);
  const saved = useQuery({ ...savedQuery(siteId), enabled: thisMonth }).data;
  const missing = hours.filter((hour) => hour.missing).length;
  const steps = range.by === 'day' ? days : hours;
  const title = range.by === 'day' ? t`By the day` : t`By the hour`;
  if (told.length === 0) {
    return (
      <div className="panel"><div className="body">
        <Empty icon={<IconChartHistogram size={32} />} title={t`Nobody told anything of this time`}
          actions={<Button component={Link} to="/my" variant="default" size="xs"><Trans>See my nodes</Trans></Button>}>
          <Trans>Your node tells every five minutes what it carried. Hours without its report stay empty and cost nothing. A node that was cut off keeps its figures and tells them later.</Trans>
        </Empty>
      </div></div>
    );
  }
  const download = () => save(`usage-${dayIn(zone, range.from)}.csv`, csv([t`From`, t`To`, t`Internet down, bytes`, t`Internet up, bytes`, t`Local down, bytes`, t`Local up, bytes`, t`Reported`],
    hours.map((hour) => [hour.from, hour.to, ...(hour.missing ? [null, null, null, null, 'no'] : [hour.internetDown, hour.internetUp, hour.localDown, hour.localUp, 'yes'])])));
  return (
    <>
      <div className="figures">
        <Figure what={t`Internet`} value={<Bytes of={total(hours, 'internetDown', 'internetUp')} />} note={<Trans>{formatBytes(total(hours, 'internetDown'), i18n.locale)} down, {formatBytes(total(hours, 'internetUp'), i18n.locale)} up</Trans>} />
        <Figure what={t`Local mesh, free`} value={<Bytes of={total(hours, 'localDown', 'localUp')} />} note={saved ? <Trans><Amount of={saved} cents /> saved this month so far</Trans> : <Trans>counted, never charged</Trans>} />
        <Figure what={t`Hours reported`} value={<>{hours.length - missing} <span className="soft" style={{ fontSize: '1rem' }}>/ {hours.length}</span></>} note={missing === 0 ? t`no gap` : t`the others are gaps`} />
      </div>
      {missing > 0 && <Notice tone="warn" title={<Plural value={missing} one="# hour without a report" other="# hours without a report" />}><Trans>Nothing is guessed for them, and they cost nothing. If your node still has the figures, it tells them when it can, and they come on a later bill as a correction.</Trans></Notice>}
      <Panel title={title} actions={<Button variant="default" size="compact-sm" leftSection={<IconDownload size={14} />} onClick={download}><Trans>Download CSV</Trans></Button>}>
        <p className="legend">
          <span><i style={{ background: 'var(--paper-chart-down)' }} /><Trans>Internet down</Trans></span>
          <span><i style={{ background: 'var(--paper-chart-up)' }} /><Trans>Internet up</Trans></span>
          <span><i className="dashed" /><Trans>Local mesh, free</Trans></span>
          {missing > 0 && <span><i className="hatched" /><Trans>No report</Trans></span>}
        </p>
        <Suspense fallback={<Skeleton height={200} mt="sm" />}><UsageChart steps={steps} label={title} local /></Suspense>
        <details className="twin" open={range.by === 'day'}>
          <summary><Trans>The same as a table</Trans></summary>
          {range.by === 'day' ? <DaysTable days={days} siteId={siteId} label={title} /> : <HoursTable hours={hours} label={title} />}
        </details>
      </Panel>
    </>
  );
}

/** What was claimed of own addresses and cannot be right: nothing where there is none. */
function SetAside() {
  const { t } = useLingui();
  const rows = useQuery(ownSetAsideQuery).data ?? [];
  const columns = useMemo((): Column<OwnSetAside>[] => [
    { id: 'when', head: t`Window`, by: (row) => row.startedAt, cell: (row) => <When at={row.startedAt} first="absolute" plain /> },
    { id: 'why', head: t`Why`, cell: (row) => row.reason.slice(row.reason.indexOf(':') + 1).trim() },
    { id: 'claimed', head: t`Claimed`, end: true, cell: (row) => <Bytes of={row.claims.reduce((sum, claim) => sum + claim.internetDown + claim.internetUp + claim.localDown + claim.localUp, 0)} /> },
    { id: 'state', head: t`Decided`, cell: (row) => (!row.decision ? <Pill tone="info"><Trans>Waiting, billed as zero</Trans></Pill> : <>{row.decision.accepted ? <Pill tone="warn"><Trans>Counts</Trans></Pill> : <Pill tone="ok"><Trans>Stays at zero</Trans></Pill>}<small>{row.decision.reason}</small></>) },
  ], [t]);
  if (rows.length === 0) return null;
  return <Panel title={t`Reports that cannot be right`} lead={t`A node claimed this of your addresses. It is billed as zero until a person decides.`} flush><DataTable caption={t`Reports that cannot be right`} columns={columns} rows={rows} id={(row) => `${row.nodeId} ${row.bootId} ${row.sequence}`} /></Panel>;
}

function DaysTable({ days, siteId, label }: { days: UsageDay[]; siteId?: string; label: string }) {
  const { i18n } = useLingui();
  const bytes = (value: number) => formatBytes(value, i18n.locale);
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={label}>
      <table className="grid">
        <thead><tr><th scope="col"><Trans>Day</Trans></th><th scope="col" className="end"><Trans>Internet down</Trans></th><th scope="col" className="end"><Trans>Internet up</Trans></th><th scope="col" className="end"><Trans>Local, free</Trans></th><th scope="col" className="end"><Trans>Hours reported</Trans></th></tr></thead>
        <tbody>
          {[...days].reverse().map((day) => (
            <tr key={day.day}>
              <td className="num"><Link to="/my/usage" search={{ siteId, from: day.day, to: day.day }}>{absolute(day.day, i18n.locale)}</Link></td>
              {day.missing ? <td className="end" colSpan={3}><Pill tone="warn"><Trans>no report</Trans></Pill></td> : <><td className="end num">{bytes(day.internetDown)}</td><td className="end num">{bytes(day.internetUp)}</td><td className="end num">{bytes(day.localDown + day.localUp)}</td></>}
              <td className="end num"><Trans>{day.hours - day.hoursMissing} of {day.hours}</Trans></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HoursTable({ hours, label }: { hours: UsageStep[]; label: string }) {
  const { i18n } = useLingui();
  const bytes = (value: number) => formatBytes(value, i18n.locale);
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={label}>
      <table className="grid">
        <thead><tr><th scope="col"><Trans>From</Trans></th><th scope="col" className="end"><Trans>Internet down</Trans></th><th scope="col" className="end"><Trans>Internet up</Trans></th><th scope="col" className="end"><Trans>Local, free</Trans></th></tr></thead>
        <tbody>
          {[...hours].reverse().map((hour) => (
            <tr key={hour.from}>
              <td className="num">{absolute(hour.from, i18n.locale)}</td>
              {hour.missing ? <td className="end" colSpan={3}><Pill tone="warn"><Trans>no report</Trans></Pill></td> : <><td className="end num">{bytes(hour.internetDown)}</td><td className="end num">{bytes(hour.internetUp)}</td><td className="end num">{bytes(hour.localDown + hour.localUp)}</td></>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
