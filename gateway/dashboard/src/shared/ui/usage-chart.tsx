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

const TWO_DAYS = 2 * 86_400;
const HATCH = 7;

/** Lines per step: Internet down and up, and the local mesh where asked for. A step that nobody told of is hatched, not zero. */
export default function UsageChart({ steps, label, local = false }: { steps: UsageStep[]; label: string; local?: boolean }) {
  const { t, i18n } = useLingui();
  const scheme = useComputedColorScheme();
  const { ref: sizeRef, width } = useElementSize();
  const host = useRef<HTMLDivElement>(null);
  const [down, up, mesh] = [t`Downloaded`, t`Uploaded`, t`Local mesh`];

  useEffect(() => {
    if (!host.current || width === 0) return;
    const paper = PAPER[scheme];
    const axis: uPlot.Axis = { stroke: paper.soft, grid: { stroke: paper.edge, width: 1 }, ticks: { show: false }, font: "12px 'Atkinson Hyperlegible Next Variable', system-ui" };
    const stepped = { width: 2, paths: uPlot.paths.stepped!({ align: 1 }), points: { show: steps.length < 3 } };
    const seconds = (instant: string) => Date.parse(instant) / 1000;
    const last = steps[steps.length - 1]!;
    const long = seconds(last.to) - seconds(steps[0]!.from) > TWO_DAYS;
    // A step before a gap, and the last one, are drawn to their end: the curve breaks a second later.
    const points: { at: number; step: UsageStep | null }[] = [];
    steps.forEach((step, at) => {
      const before = steps[at - 1];
      if (!step.missing) points.push({ at: seconds(step.from), step });
      else if (before && !before.missing) points.push({ at: seconds(step.from), step: before }, { at: seconds(step.from) + 1, step: null });
      else points.push({ at: seconds(step.from), step: null });
    });
    points.push({ at: seconds(last.to), step: last.missing ? null : last });
    const line = (of: (step: UsageStep) => number) => points.map(({ step }) => step && of(step));
    const hatch = (plot: uPlot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      for (const step of steps.filter((one) => one.missing)) {
        const [left, right] = [plot.valToPos(seconds(step.from), 'x', true), plot.valToPos(seconds(step.to), 'x', true)];
        ctx.save();
        ctx.beginPath();
        ctx.rect(left, bbox.top, right - left, bbox.height);
        ctx.clip();
        ctx.fillStyle = paper.sunken;
        ctx.fillRect(left, bbox.top, right - left, bbox.height);
        ctx.strokeStyle = paper.soft;
        ctx.globalAlpha = 0.45;
        ctx.beginPath();
        // Stripes lie on one raster, so that neighbouring gaps are one surface.
        for (let x = Math.floor((left - bbox.height) / HATCH) * HATCH; x < right; x += HATCH) {
          ctx.moveTo(x, bbox.top + bbox.height);
          ctx.lineTo(x + bbox.height, bbox.top);
        }
        ctx.stroke();
        ctx.restore();
      }
      ctx.restore();
    };
    const plot = new uPlot(
      {
        width,
        height: 200,
        legend: { show: false },
        cursor: { y: false },
        padding: [10, 22, 0, 0],
        hooks: { drawClear: [hatch] },
        axes: [
          { ...axis, size: 30, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => new Intl.DateTimeFormat(regionOf(i18n.locale), long ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' }).format(tick * 1000)), space: 70, ...(long ? { incrs: [86_400, 2 * 86_400, 7 * 86_400, 14 * 86_400] } : {}) },
          { ...axis, size: 66, values: (_, ticks) => ticks.map((tick) => formatBytes(tick, i18n.locale)) },
        ],
        scales: { y: { range: (_, __, max) => [0, Math.max(1000, (max ?? 0) * 1.1)] } },
        series: [
          {},
          { label: down, stroke: paper.chartDown, fill: `${paper.chartDown}44`, ...stepped },
          { label: up, stroke: paper.chartUp, ...stepped },
          ...(local ? [{ label: mesh, stroke: paper.chartLocal, dash: [5, 4], ...stepped }] : []),
        ],
      },
      [
        points.map((point) => point.at),
        line((step) => step.internetDown),
        line((step) => step.internetUp),
        ...(local ? [line((step) => step.localDown + step.localUp)] : []),
      ],
      host.current,
    );
    return () => plot.destroy();
  }, [steps, width, scheme, i18n.locale, down, up, mesh, local]);

  return <div ref={sizeRef} className="chart"><div ref={host} role="img" aria-label={label} /></div>;
}
