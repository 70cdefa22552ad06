import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { readAmount } from '@/shared/money';
import type { Policy, PolicyKind } from './costs-api';
import { PolicyText } from './policies';

export interface PolicyDraft {
  kind: PolicyKind;
  fee: string;
  rest: PolicyKind;
  weights: Record<string, number>;
}

export const newPolicy: PolicyDraft = { kind: 'equal', fee: '', rest: 'usage', weights: {} };

interface PlanName {
  code: string;
  name: string;
}

const KINDS: PolicyKind[] = ['equal', 'usage', 'weight', 'p95', 'fee', 'airport', 'tree'];

/** What a draft writes; null where its fee is no amount. */
export function policyOf(draft: PolicyDraft, plans: PlanName[], currency: string): Policy | null {
  const { kind } = draft;
  switch (kind) {
    case 'weight': case 'airport': return { kind, plans: Object.fromEntries(plans.map((plan) => [plan.code, draft.weights[plan.code] ?? 1])) };
    case 'p95': return { kind, direction: 'MAX_OF_PERCENTILES' };
    case 'fee': {
      const fee = readAmount(draft.fee);
      return fee ? { kind, fee: { amount: fee, currency }, rest: policyOf({ ...draft, kind: draft.rest }, plans, currency) } : null;
    }
    default: return { kind };
  }
}

/** The fields of a policy: its kind, and what that kind needs. */
export function PolicyFields({ draft, change, plans, currency, wrongFee, fieldError }: { draft: PolicyDraft; change: (draft: PolicyDraft) => void; plans: PlanName[]; currency: string; wrongFee?: string; fieldError: (field: string) => string | undefined }) {
  const { t } = useLingui();
  const names: Record<string, string> = { equal: t`Everybody the same`, usage: t`By bytes`, weight: t`By contracted speed`, p95: t`By the 95th percentile`, fee: t`A fee, the rest by use`, airport: t`Each pays for the size they need`, tree: t`By the links that the traffic needs` };
  const options = (kinds: PolicyKind[]) => kinds.map((kind) => ({ value: kind, label: names[kind]! }));
  const needsPlans = draft.kind === 'weight' || draft.kind === 'airport' || (draft.kind === 'fee' && draft.rest === 'weight');
  return (
    <>
      <NativeSelect label={t`How it is shared`} data={options(KINDS)} value={draft.kind} onChange={(event) => change({ ...draft, kind: event.currentTarget.value as PolicyKind })} error={fieldError('policy.kind')} />
      <p className="soft"><PolicyText policy={policyOf({ ...draft, fee: '0.00' }, plans, currency)!} /></p>
      {draft.kind === 'fee' && (
        <div className="row">
          <TextInput required inputMode="decimal" label={t`Fee of each in ${currency}`} value={draft.fee} onChange={(event) => change({ ...draft, fee: event.currentTarget.value })} error={wrongFee ?? fieldError('policy.fee.amount')} />
          <NativeSelect label={t`The rest`} data={options(['usage', 'equal', 'weight', 'p95'])} value={draft.rest} onChange={(event) => change({ ...draft, rest: event.currentTarget.value as PolicyKind })} />
        </div>
      )}
      {needsPlans && <div className="row">{plans.map((plan) => <NumberInput key={plan.code} label={draft.kind === 'airport' ? t`Size that ${plan.name} needs` : t`Weight of ${plan.name}`} min={0} max={1_000_000_000} value={draft.weights[plan.code] ?? 1} onChange={(value) => change({ ...draft, weights: { ...draft.weights, [plan.code]: Number(value) || 0 } })} />)}</div>}
    </>
  );
}
