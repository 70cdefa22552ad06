import { ActionIcon, Button, NativeSelect, NumberInput, Radio, TextInput, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Target } from '@/shared/abuse';
import { newKey } from '@/shared/api';
import { coopQuery } from '@/shared/coop';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { BlastRadiusPreview } from '@/shared/ui/blast-radius';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { firstTerm, TermFields, termOf, type TermChoice } from '@/shared/ui/term';
import { decide, proposalQuery, type CaseDetail, type Decision, type Measure, type MeasureKind, type Ruling } from './cases-api';
import { RungName, RungTerm } from './MeasureText';

interface Draft {
  key: string;
  kind: MeasureKind;
  target: Target;
  kbit: number;
  term: TermChoice;
}

/** Dismissed, or upheld with one or more measures; shows whom a ban would hit before it is made. */
export function DecisionForm({ found, close }: { found: CaseDetail; close: () => void }) {
  const { t } = useLingui();
  const coop = useQuery(coopQuery).data;
  const proposal = useQuery(proposalQuery(found.summary.id)).data;
  const { id, number, address } = found.summary;
  const member = found.subjectMemberId;
  const form = useFields({ outcome: '' as '' | 'upheld' | 'dismissed', rule: '', reason: '' });
  const start = (): Draft => ({ key: newKey(), kind: member ? 'warning' : 'ban', target: member ? { kind: 'member', value: member } : { kind: 'address', value: address ?? '' }, kbit: 1000, term: firstTerm() });
  const [drafts, setDrafts] = useState<Draft[]>(() => [start()]);
  const change = (key: string, part: Partial<Draft>) => setDrafts((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const measures = form.values.outcome === 'upheld' ? drafts.map(toMeasure) : [];
  const complete = form.values.outcome !== '' && measures.every((one) => one !== null);
  const action = useAction<Ruling, Decision>({
    run: (ruling) => decide(id, ruling),
    refresh: [['case', id], ['cases'], ['bans'], ['home']],
    said: (decision) => (decision?.state === 'proposed' ? t`Case ${number}: waits for a second moderator` : t`Case ${number} is decided`),
    done: close,
  });
  const send = () => {
    if (form.values.outcome === '') return;
    action.run({ outcome: form.values.outcome, rule: form.values.rule.trim(), reason: form.values.reason.trim(), measures: measures.filter((one) => one !== null) });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <Radio.Group label={t`What did you find?`} required value={form.values.outcome} onChange={(value) => form.set('outcome', value as 'upheld' | 'dismissed')}>
        <div className="row" style={{ marginTop: '0.4rem' }}>
          <Radio value="dismissed" label={t`Dismissed`} description={t`Nothing was done against the rules, or it cannot be shown.`} />
          <Radio value="upheld" label={t`Upheld`} description={t`A rule was broken; measures follow.`} />
        </div>
      </Radio.Group>
      <TextInput required label={t`Rule`} description={coop?.rulesVersion ? t`Which rule of version ${coop.rulesVersion}, or why none.` : t`Which rule, or why none.`} maxLength={500} {...form.text('rule', action)} />
      <Textarea required label={t`Reasons`} description={t`Facts and why. The member gets this in their statement of reasons; leave out who reported.`} autosize minRows={3} maxLength={4000} {...form.text('reason', action)} />
      {form.values.outcome === 'upheld' && <>
        {proposal && <p className="soft"><Trans>The policy proposes:</Trans> <b><RungName rung={proposal.step} /></b> <RungTerm rung={proposal.step} /></p>}
        {!member && <Notice tone="quiet" title={t`The member is not looked up`}><Trans>Without a look-up only the address can be banned. Warnings, slow lanes and suspensions aim at a member.</Trans></Notice>}
        {drafts.map((draft, at) => (
          <fieldset key={draft.key} className="measure">
            <legend><Trans>Measure {at + 1}</Trans></legend>
            <MeasureFields draft={draft} member={member ?? null} address={address ?? ''} change={(part) => change(draft.key, part)} fieldError={(field) => action.fieldError(`measures[${at}]${field}`)} />
            {drafts.length > 1 && <ActionIcon className="drop" variant="subtle" color="gray" aria-label={t`Take out measure ${at + 1}`} onClick={() => setDrafts(drafts.filter((one) => one.key !== draft.key))}><IconTrash size={16} /></ActionIcon>}
          </fieldset>
        ))}
        {drafts.length < 5 && <div><Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} />} onClick={() => setDrafts([...drafts, start()])}><Trans>One more measure</Trans></Button></div>}
      </>}
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!complete}><Trans>Decide</Trans></Button></div>
    </form>
  );
}

function MeasureFields({ draft, member, address, change, fieldError }: { draft: Draft; member: string | null; address: string; change: (part: Partial<Draft>) => void; fieldError: (field: string) => string | undefined }) {
  const { t } = useLingui();
  const kinds = [{ value: 'ban', label: t`Ban` }, ...(member ? [{ value: 'warning', label: t`Warning` }, { value: 'slowLane', label: t`Slow lane` }, { value: 'suspension', label: t`Suspension` }] : [])];
  const targets = [...(member ? [{ value: 'member', label: t`The member, on every node` }] : []), { value: 'address', label: t`An address or prefix` }, { value: 'node', label: t`A node` }];
  const pick = (kind: MeasureKind) => change(kind === 'ban' ? { kind } : { kind, target: { kind: 'member', value: member ?? '' } });
  const aim = (kind: Target['kind']) => change({ target: { kind, value: kind === 'member' ? member ?? '' : kind === 'address' ? address : '' } });
  return (
    <div className="form">
      <div className="row">
        <NativeSelect label={t`Measure`} data={kinds} value={draft.kind} onChange={(event) => pick(event.currentTarget.value as MeasureKind)} error={fieldError('.kind')} />
        {draft.kind === 'ban' && <NativeSelect label={t`Aimed at`} data={targets} value={draft.target.kind} onChange={(event) => aim(event.currentTarget.value as Target['kind'])} />}
        {draft.kind === 'slowLane' && <NumberInput label={t`Speed in kbit/s`} min={64} max={1_000_000} value={draft.kbit} onChange={(value) => change({ kbit: Number(value) || 0 })} error={fieldError('.slowLaneKbit')} />}
      </div>
      {draft.kind === 'ban' && draft.target.kind !== 'member' && <TextInput required label={draft.target.kind === 'address' ? t`Address or prefix` : t`Node key (64 hex digits)`} value={draft.target.value} onChange={(event) => change({ target: { ...draft.target, value: event.currentTarget.value } })} error={fieldError('.target')} />}
      {draft.kind !== 'warning' && <TermFields value={draft.term} onChange={(term) => change({ term })} error={fieldError('.until')} />}
      {draft.kind === 'ban' && <BlastRadiusPreview target={draft.target} />}
    </div>
  );
}

/** Null while something is missing. */
function toMeasure(draft: Draft): Measure | null {
  const target = { ...draft.target, value: draft.target.value.trim() };
  if (target.value === '') return null;
  if (draft.kind === 'warning') return { kind: 'warning', target };
  const term = termOf(draft.term);
  if (!term) return null;
  return { kind: draft.kind, target, ...term, ...(draft.kind === 'slowLane' ? { slowLaneKbit: draft.kbit } : {}) };
}
