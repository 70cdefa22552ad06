import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatBytes } from '../bytes';
import { regionOf } from '../region';
import type { UsageStep } from '../usage';
import { PAPER } from './tokens';

/** Bars per step: Internet down, and up beside it. */
export default function UsageChart({ steps, label }: { steps: UsageStep[]; label: string }) {
  const { t, i18n } = useLingui();
  const scheme = useComputedColorScheme();
  const { ref: sizeRef, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const [down, up] = [t`Down`, t`Up`];

  useEffect(() => {
    if (!host.current || width === 0) return;
    const paper = PAPER[scheme];
    const axis: uPlot.Axis = { stroke: paper.soft, grid: { stroke: paper.edge, width: 1 }, ticks: { show: false }, font: "12px 'Atkinson Hyperlegible Next Variable', system-ui" };
    const plot = new uPlot(
      {
        width,
        height: 200,
        legend: { show: false },
        cursor: { y: false },
        padding: [10, 22, 0, 0],
        axes: [
          { ...axis, size: 30, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => new Intl.DateTimeFormat(regionOf(i18n.locale), { hour: '2-digit', minute: '2-digit' }).format(tick * 1000)), space: 70 },
          { ...axis, size: 66, values: (_, ticks) => ticks.map((tick) => formatBytes(tick, i18n.locale)) },
        ],
        scales: { y: { range: (_, __, max) => [0, Math.max(1000, max * 1.1)] } },
        series: [
          {},
          { label: down, stroke: paper.chartDown, fill: `${paper.chartDown}44`, width: 2, paths: uPlot.paths.stepped!({ align: 1 }), points: { show: steps.length < 3 } },
          { label: up, stroke: paper.chartUp, width: 2, paths: uPlot.paths.stepped!({ align: 1 }), points: { show: steps.length < 3 } },
        ],
      },
      [
        // The last step is drawn to its end, too.
        [...steps.map((step) => Date.parse(step.from) / 1000), Date.parse(steps[steps.length - 1]!.to) / 1000],
        [...steps, steps[steps.length - 1]!].map((step) => step.internetDown),
        [...steps, steps[steps.length - 1]!].map((step) => step.internetUp),
      ],
      host.current,
    );
    return () => plot.destroy();
  }, [steps, width, scheme, i18n.locale, down, up]);

  return <div ref={sizeRef} className="chart"><div ref={host} role="img" aria-label={label} /></div>;
}
