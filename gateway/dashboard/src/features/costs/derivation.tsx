import { Trans, useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { Sign, Term } from '@/shared/ui/formula';
import { Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { WayDrawing } from '@/shared/ui/way-drawing';
import type { Derivation, Figure } from './costs-api';
import { decimal, isWhole } from './fraction';

/** The rule with the figures that went in, step by step to the result. */
export function Explained({ of }: { of: Derivation }) {
  const { t } = useLingui();
  const parts = useMemo((): Column<Derivation['parts'][number] & { at: number }>[] => [
    { id: 'what', head: t`Link`, cell: (row) => <span className="mono">{row.what}</span> },
    { id: 'cost', head: t`Costs`, end: true, cell: (row) => <Exact value={row.cost} /> },
    { id: 'sharers', head: t`Shared by`, cell: (row) => <><span className="num">{row.sharers}</span><span className="share small" aria-hidden="true"><span style={{ width: `${100 / Math.max(1, row.sharers)}%` }} /></span></> },
    { id: 'share', head: t`Your part`, end: true, cell: (row) => <Exact value={row.share} /> },
  ], [t]);
  return (
    <>
      <Panel title={t`The rule`} lead={of.formula}>
        <p>{of.rule}</p>
        <p className="formula" style={{ marginTop: '0.8rem' }}>{of.inputs.map((one, at) => <span key={one.name} style={{ display: 'contents' }}>{at > 0 && <Sign of="·" />}<Term value={<Exact value={one.value} />} what={<FigureName of={one} />} /></span>)}</p>
      </Panel>
      {of.parts.length > 0 && <Panel title={t`On the way`} lead={t`Each link on the way of your traffic, and how many share it.`} flush><WayDrawing parts={of.parts} /><DataTable caption={t`On the way`} columns={parts} rows={of.parts.map((one, at) => ({ ...one, at }))} id={(row) => String(row.at)} /></Panel>}
      <Panel title={t`Step by step`}>
        <p className="formula">{of.steps.map((one) => <span key={one.name} style={{ display: 'contents' }}><Term value={<Exact value={one.value} />} what={<FigureName of={one} />} /><Sign of="→" /></span>)}<Term result value={<Amount of={of.result} />} what={t`the share`} /></p>
        <p className="soft" style={{ marginTop: '0.7rem' }}><Trans>Before rounding it is exactly <span className="mono long">{of.exact}</span>. Cents that rounding leaves over go to those with the largest remainders, so that all shares add up to the whole.</Trans></p>
      </Panel>
    </>
  );
}

/** An exact value to six places, with the fraction where there is one. */
function Exact({ value }: { value: string }) {
  const near = decimal(value);
  if (near === null) return <>{value}</>;
  return isWhole(value) ? <>{near}</> : <span title={value}>≈ {near}</span>;
}

function FigureName({ of }: { of: Figure }) {
  return <>{of.name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}{of.unit && <> ({of.unit})</>}</>;
}
