import { ActionIcon, Button, Checkbox, NativeSelect, NumberInput, TextInput, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newKey } from '@/shared/api';
import { coopQuery, partsOf, type Plan } from '@/shared/coop';
import { today } from '@/shared/time';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { WEEK } from '@/shared/ui/plan-parts';
import { draftOf, toParts, type PartDraft, type PartType, type WindowDraft } from './part-drafts';
import { addPlan, type NewPlan } from './plans-api';

const PARTS_MAX = 5;
const WINDOWS_MAX = 24;
const TYPES: PartType[] = ['flat', 'scale', 'volume', 'timed', 'peak'];

/** A plan, put together of parts. */
export function PlanForm({ from, close }: { from?: Plan; close: () => void }) {
  const { t } = useLingui();
  const currency = useQuery(coopQuery).data?.currency ?? from?.currency ?? 'EUR';
  const form = useFields({ code: from?.code ?? '', name: from?.name ?? '', description: from?.description ?? '', effectiveOn: today(from ? 1 : 0) });
  const [drafts, setDrafts] = useState<PartDraft[]>(() => (from ? partsOf(from).map(draftOf) : [draftOf({ type: 'flat' }), draftOf({ type: 'volume' })]));
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const action = useAction<NewPlan, Plan>({ run: addPlan, refresh: [['plans']], said: (plan) => t`${plan?.name ?? form.values.name} is written down`, done: close });
  const send = () => {
    const read = toParts(drafts, currency);
    setWrong(read.wrong);
    if (!read.parts) return;
    const { code, name, description, effectiveOn } = form.values;
    action.run({ code: code.trim(), name: name.trim(), description: description.trim() || null, effectiveOn, currency, parts: read.parts });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <div className="row">
        <TextInput required label={t`Name`} maxLength={80} {...form.text('name', action)} data-autofocus />
        <TextInput required label={t`Code`} description={t`Short, small letters; stays the same.`} maxLength={40} pattern="[a-z0-9][a-z0-9\-]*" disabled={from !== undefined} {...form.text('code', action)} />
      </div>
      <Textarea label={t`In a sentence`} autosize maxLength={500} {...form.text('description', action)} />
      <PartsEditor drafts={drafts} change={setDrafts} currency={currency} wrong={wrong} fieldError={(field) => action.fieldError(field)} />
      <TextInput required type="date" label={t`Holds from`} description={t`What was used before is billed as before.`} {...form.text('effectiveOn', action)} />
      <Notice tone="quiet" title={t`Always so`}><Trans>Dues are cut by the day, pauses cost nothing, and traffic on the local mesh is free and shown as saved.</Trans></Notice>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}

/** The parts of a plan as fields; {@code wrong} names what is no amount, as "at.field". */
export function PartsEditor({ drafts, change: set, currency, wrong, fieldError }: { drafts: PartDraft[]; change: (drafts: PartDraft[]) => void; currency: string; wrong: ReadonlySet<string>; fieldError: (field: string) => string | undefined }) {
  const { t } = useLingui();
  const change = (key: string, part: Partial<PartDraft>) => set(drafts.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const free = TYPES.filter((type) => !drafts.some((one) => one.type === type) && !((type === 'volume' || type === 'timed') && drafts.some((one) => one.type === 'volume' || one.type === 'timed')));
  const names: Record<PartType, string> = { flat: t`Dues of a month`, scale: t`Dues as the member chooses`, volume: t`Price of a GB`, timed: t`Price of a GB by the clock`, peak: t`Price of speed (95th percentile)` };
  return (
    <>
      {drafts.map((draft, at) => (
        <fieldset key={draft.key} className="measure">
          <legend>{names[draft.type]}</legend>
          <PartFields draft={draft} currency={currency} change={(part) => change(draft.key, part)}
            error={(field) => (wrong.has(`${at}.${field}`) ? t`Write it like 12.50` : fieldError(`parts[${at}].${field}.amount`) ?? fieldError(`parts[${at}].${field}`))} />
          {fieldError(`parts[${at}]`) && <p className="going">{fieldError(`parts[${at}]`)}</p>}
          {drafts.length > 1 && <ActionIcon className="drop" variant="subtle" color="gray" aria-label={t`Take out: ${names[draft.type]}`} onClick={() => set(drafts.filter((one) => one.key !== draft.key))}><IconTrash size={16} /></ActionIcon>}
        </fieldset>
      ))}
      {drafts.length < PARTS_MAX && free.length > 0 && (
        <div className="toolbar">{free.map((type) => <Button key={type} variant="default" size="compact-sm" leftSection={<IconPlus size={14} />} onClick={() => set([...drafts, draftOf({ type })])}>{names[type]}</Button>)}</div>
      )}
    </>
  );
}

function PartFields({ draft, currency, change, error }: { draft: PartDraft; currency: string; change: (part: Partial<PartDraft>) => void; error: (field: string) => string | undefined }) {
  const { t } = useLingui();
  const money = (field: 'monthly' | 'floor' | 'suggested' | 'ceiling' | 'perGb' | 'perMbit', label: string) =>
    <TextInput required inputMode="decimal" label={label} value={draft[field]} onChange={(event) => change({ [field]: event.currentTarget.value })} error={error(field)} />;
  switch (draft.type) {
    case 'flat': return <div className="form">{money('monthly', t`${currency} a month`)}</div>;
    case 'scale': return <div className="form"><div className="row">{money('floor', t`At least`)}{money('suggested', t`Suggested`)}{money('ceiling', t`At most`)}</div><p className="soft"><Trans>In {currency} a month. Who chooses nothing pays what is suggested.</Trans></p></div>;
    case 'volume': return (
      <div className="form row">
        <NumberInput required min={0} max={1_000_000_000} label={t`GB included`} value={draft.includedGb} onChange={(value) => change({ includedGb: Number(value) || 0 })} error={error('includedGb')} />
        {money('perGb', t`${currency} for each GB more`)}
      </div>
    );
    case 'peak': return (
      <div className="form">
        <div className="row">
          <TextInput required inputMode="decimal" label={t`Mbit/s that are free`} value={draft.committedMbit} onChange={(event) => change({ committedMbit: event.currentTarget.value })} error={error('committedMbit')} />
          {money('perMbit', t`${currency} a month for each Mbit/s more`)}
        </div>
        <NativeSelect label={t`Which direction counts`} value={draft.direction} onChange={(event) => change({ direction: event.currentTarget.value })} error={error('direction')}
          data={[{ value: 'higherOfPercentiles', label: t`The higher of the percentiles down and up` }, { value: 'percentileOfHigher', label: t`The percentile of each hour’s higher direction` }, { value: 'percentileOfSum', label: t`The percentile of down plus up` }]} />
        <p className="soft"><Trans>The busiest twentieth of the hours (UTC) is dropped; the busiest that is left is billed.</Trans></p>
      </div>
    );
    case 'timed': return (
      <div className="form">
        {money('perGb', t`${currency} for each GB at other times`)}
        {draft.windows.map((window, at) => <WindowFields key={window.key} window={window} at={at} currency={currency} error={error} only={draft.windows.length === 1}
          change={(part) => change({ windows: draft.windows.map((one) => (one.key === window.key ? { ...one, ...part } : one)) })} drop={() => change({ windows: draft.windows.filter((one) => one.key !== window.key) })} />)}
        {draft.windows.length < WINDOWS_MAX && <div><Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} />} onClick={() => change({ windows: [...draft.windows, { key: newKey(), days: [...WEEK], fromHour: 0, toHour: 7, perGb: '' }] })}><Trans>One more time of day</Trans></Button></div>}
        <p className="soft"><Trans>By the co-op’s clock. The first that fits counts.</Trans></p>
      </div>
    );
  }
}

function WindowFields({ window, at, currency, change, drop, only, error }: { window: WindowDraft; at: number; currency: string; change: (part: Partial<WindowDraft>) => void; drop: () => void; only: boolean; error: (field: string) => string | undefined }) {
  const { t } = useLingui();
  const days: Record<(typeof WEEK)[number], string> = { monday: t`Mon`, tuesday: t`Tue`, wednesday: t`Wed`, thursday: t`Thu`, friday: t`Fri`, saturday: t`Sat`, sunday: t`Sun` };
  const hours = Array.from({ length: 25 }, (_, hour) => ({ value: String(hour), label: `${String(hour).padStart(2, '0')}:00` }));
  return (
    <fieldset className="measure">
      <legend><Trans>Time of day {at + 1}</Trans></legend>
      <div className="form">
        <div className="row">
          <NativeSelect label={t`From`} data={hours.slice(0, 24)} value={String(window.fromHour)} onChange={(event) => change({ fromHour: Number(event.currentTarget.value) })} error={error(`windows[${at}].fromHour`)} />
          <NativeSelect label={t`To`} data={hours.slice(1)} value={String(window.toHour)} onChange={(event) => change({ toHour: Number(event.currentTarget.value) })} error={error(`windows[${at}].toHour`)} />
          <TextInput required inputMode="decimal" label={t`${currency} for each GB`} value={window.perGb} onChange={(event) => change({ perGb: event.currentTarget.value })} error={error(`windows[${at}].perGb`)} />
        </div>
        <div className="toolbar" role="group" aria-label={t`Days`}>{WEEK.map((day) => <Checkbox key={day} label={days[day]} checked={window.days.includes(day)} onChange={(event) => change({ days: WEEK.filter((one) => (one === day ? event.currentTarget.checked : window.days.includes(one))) })} />)}</div>
        {error(`windows[${at}].days`) && <p className="going">{error(`windows[${at}].days`)}</p>}
      </div>
      {!only && <ActionIcon className="drop" variant="subtle" color="gray" aria-label={t`Take out time of day ${at + 1}`} onClick={drop}><IconTrash size={16} /></ActionIcon>}
    </fieldset>
  );
}
