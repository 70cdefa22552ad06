import { Skeleton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconChartHistogram } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, type ReactNode } from 'react';
import { formatBytes } from '../bytes';
import { absolute, coopNow } from '../time';
import { hoursOf, total, type UsageStep } from '../usage';
import { Loaded } from './loaded';
import { Empty, Panel } from './page';

const UsageChart = lazy(() => import('./usage-chart'));

/** The hours between the first and the last that were told of; a gap stays a gap. */
function Filled({ told, children }: { told: UsageStep[]; children: (steps: UsageStep[]) => ReactNode }) {
  const steps = useMemo(() => hoursOf(told, Date.parse(told[0]!.from), Date.parse(told[told.length - 1]!.to), coopNow()), [told]);
  return <>{children(steps)}</>;
}

/** Usage over time as a picture, with the same figures as a table. */
export function UsagePanel({ title, lead, actions, query, empty }: { title: string; lead?: string; actions?: ReactNode; query: UseQueryResult<UsageStep[]>; empty: string }) {
  const { t, i18n } = useLingui();
  const bytes = (value: number) => formatBytes(value, i18n.locale);
  return (
    <Panel title={title} lead={lead} actions={actions}>
      {query.isPending && query.fetchStatus === 'idle' ? <Empty icon={<IconChartHistogram size={30} />} title={t`Nothing counted yet`}>{empty}</Empty> : <Loaded query={query} lines={6}>
        {(told) => told.length === 0 ? <Empty icon={<IconChartHistogram size={30} />} title={t`Nothing counted yet`}>{empty}</Empty> : <Filled told={told}>{(steps) => (
          <>
            <p className="legend">
              <span><i style={{ background: 'var(--paper-chart-down)' }} /><Trans>Down <b className="num">{bytes(total(steps, 'internetDown'))}</b></Trans></span>
              <span><i style={{ background: 'var(--paper-chart-up)' }} /><Trans>Up <b className="num">{bytes(total(steps, 'internetUp'))}</b></Trans></span>
              <span><Trans>On the local mesh, free: <b className="num">{bytes(total(steps, 'localDown', 'localUp'))}</b></Trans></span>
            </p>
            <Suspense fallback={<Skeleton height={200} mt="sm" />}><UsageChart steps={steps} label={title} /></Suspense>
            <details className="twin">
              <summary><Trans>The same as a table</Trans></summary>
              <div className="table-scroll" tabIndex={0} role="group" aria-label={title}>
                <table className="grid">
                  <thead><tr><th scope="col"><Trans>From</Trans></th><th scope="col" className="end"><Trans>Internet down</Trans></th><th scope="col" className="end"><Trans>Internet up</Trans></th><th scope="col" className="end"><Trans>Local mesh</Trans></th></tr></thead>
                  <tbody>
                    {[...steps].reverse().map((step) => (
                      <tr key={step.from}><td className="num">{absolute(step.from, i18n.locale)}</td>{step.missing ? <td className="end" colSpan={3}><Trans>no report</Trans></td> : <><td className="end num">{bytes(step.internetDown)}</td><td className="end num">{bytes(step.internetUp)}</td><td className="end num">{bytes(step.localDown + step.localUp)}</td></>}</tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </details>
          </>
        )}</Filled>}
      </Loaded>}
    </Panel>
  );
}
