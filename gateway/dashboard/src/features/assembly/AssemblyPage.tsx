import { Button, NativeSelect, NumberInput, TextInput, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconGavel, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { coopQuery } from '@/shared/coop';
import { readAmount, toMicro } from '@/shared/money';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { propose, proposalsQuery, setTerms, termsQuery, type Change, type Kind, type Proposal, type Terms, type TermsFields } from './assembly-api';
import { KindName, MajorityName, ProposalState } from './words';

const ASSEMBLY = [['assembly']];

/** What members put before each other, and what was decided. */
export default function AssemblyPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useInfiniteQuery(proposalsQuery);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<Proposal>[] => [
    { id: 'title', head: t`Proposal`, cell: (row) => <><Link to="/assembly/$proposalId" params={{ proposalId: row.id }} className="quiet-link">{row.title}</Link><small><Trans>No. {row.number}</Trans> · <KindName of={row.change.kind} /> · {row.byName}</small></> },
    { id: 'state', head: t`State`, cell: (row) => <ProposalState of={row} /> },
    { id: 'vote', head: t`Vote`, cell: (row) => (row.opensOn ? <><When at={row.opensOn} plain /> – <When at={row.closesOn} plain /></> : <span className="soft"><Trans>{row.seconders} of {row.secondersWanted} seconders</Trans></span>) },
    { id: 'effect', head: t`Holds from`, end: true, cell: (row) => <When at={row.effectiveOn ?? row.effectFrom} plain /> },
  ], [t]);
  return (
    <Page title={t`Assembly`} lead={<Trans>Members propose, second, discuss and vote: one member, one vote, in secret. What is adopted holds from its day.</Trans>}
      actions={has('member') && <>
        <DialogButton label={<Trans>How it decides</Trans>} title={t`How the assembly decides`} wide>{(close) => <TermsView close={close} />}</DialogButton>
        <DialogButton label={<Trans>Propose</Trans>} variant="filled" icon={<IconPlus size={16} />} title={t`Put something before the assembly`} wide>{(close) => <ProposalForm close={close} />}</DialogButton>
      </>}>
      <div className="panel"><div className="body flush">
        <DataTable caption={t`Proposals`} columns={columns} rows={rows} id={(row) => row.id} query={query}
          empty={<Empty icon={<IconGavel size={32} />} title={t`Nothing was proposed yet`}><Trans>Any member can propose something. Once enough others second it, it is discussed and then voted on.</Trans></Empty>} />
      </div></div>
    </Page>
  );
}

interface Draft {
  kind: Kind;
  title: string;
  text: string;
  effectFrom: string;
  rulesText: string;
  slowLaneKbit: string;
  slowLaneAfterDays: string;
  wallAfterDays: string;
  planCode: string;
  purpose: string;
  amount: string;
  afterHours: string;
  percent: string;
  hardshipUntil: string;
}

const whole = (typed: string): number | null => (typed.trim() === '' ? null : Number(typed));

function ProposalForm({ close }: { close: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const coop = useQuery(coopQuery).data;
  const terms = useQuery(termsQuery).data?.terms;
  const form = useFields<Draft>({ kind: 'resolution', title: '', text: '', effectFrom: '', rulesText: coop?.rulesText ?? '', slowLaneKbit: '', slowLaneAfterDays: '', wallAfterDays: '', planCode: '', purpose: '', amount: '', afterHours: '4', percent: '100', hardshipUntil: '' });
  const procedure = useFields<Partial<TermsFields>>({});
  const action = useAction<Parameters<typeof propose>[0], Proposal>({ run: propose, refresh: ASSEMBLY, said: () => t`It is before the assembly`, done: (made) => { close(); void navigate({ to: '/assembly/$proposalId', params: { proposalId: made.id } }); } });
  const { values } = form;
  const amount = readAmount(values.amount);
  const change = (): Change => {
    switch (values.kind) {
      case 'resolution': return { kind: 'resolution' };
      case 'rules': return { kind: 'rules', rulesText: values.rulesText };
      case 'policy': return { kind: 'policy', slowLaneKbit: whole(values.slowLaneKbit), slowLaneAfterDays: whole(values.slowLaneAfterDays), wallAfterDays: whole(values.wallAfterDays) };
      case 'terms': return { kind: 'terms', ...procedure.values };
      case 'dues': return { kind: 'dues', planCode: values.planCode.trim(), monthlyMicro: amount === null ? null : Number(toMicro(amount)) };
      case 'budget': return { kind: 'budget', purpose: values.purpose.trim(), monthlyMicro: amount === null ? null : Number(toMicro(amount)) };
      case 'outage-credit': return { kind: 'outage-credit', afterHours: whole(values.afterHours), percent: whole(values.percent) };
      case 'hardship': return { kind: 'hardship', hardshipUntil: values.hardshipUntil || null };
    }
  };
  const kinds: { value: Kind; label: string }[] = [
    { value: 'resolution', label: t`A decision in words` }, { value: 'rules', label: t`New rules of the co-op` }, { value: 'policy', label: t`What follows from owing` },
    { value: 'dues', label: t`Dues of a plan` }, { value: 'budget', label: t`A budget` }, { value: 'terms', label: t`How the assembly decides` },
    { value: 'outage-credit', label: t`What outages give back` }, { value: 'hardship', label: t`To be spared for a while, for yourself` },
  ];
  const money = <TextInput required label={t`In ${coop?.currency ?? ''} a month`} inputMode="decimal" {...form.text('amount', action, 'change.monthlyMicro')} error={values.amount !== '' && amount === null ? t`Write it like 12.50` : action.fieldError('change.monthlyMicro')} />;
  return (
    <form className="form" onSubmit={onSubmit(() => action.run({ title: values.title.trim(), text: values.text.trim(), change: change(), effectFrom: values.effectFrom || null }))}>
      <TextInput required label={t`In a line`} maxLength={200} {...form.text('title', action)} data-autofocus />
      <Textarea required label={t`What you propose, and why`} autosize minRows={4} maxLength={20_000} {...form.text('text', action)} />
      <NativeSelect label={t`What it changes`} data={kinds} value={values.kind} onChange={(event) => form.set('kind', event.currentTarget.value as Kind)} error={action.fieldError('change.kind')} />
      {values.kind === 'rules' && <Textarea required label={t`The whole new text of the rules`} autosize minRows={6} maxRows={18} maxLength={100_000} {...form.text('rulesText', action, 'change.rulesText')} />}
      {values.kind === 'policy' && <div className="row">
        <TextInput label={t`Slow lane in kbit/s`} inputMode="numeric" pattern="[0-9]*" {...form.text('slowLaneKbit', action, 'change.slowLaneKbit')} />
        <TextInput label={t`Slow lane after days`} inputMode="numeric" pattern="[0-9]*" {...form.text('slowLaneAfterDays', action, 'change.slowLaneAfterDays')} />
        <TextInput label={t`Walled garden after days more`} inputMode="numeric" pattern="[0-9]*" {...form.text('wallAfterDays', action, 'change.wallAfterDays')} />
      </div>}
      {values.kind === 'policy' && <p className="soft"><Trans>What you leave empty stays as it is.</Trans></p>}
      {values.kind === 'dues' && <div className="row"><TextInput required label={t`Code of the plan`} maxLength={40} {...form.text('planCode', action, 'change.planCode')} />{money}</div>}
      {values.kind === 'budget' && <div className="row"><TextInput required label={t`For what`} maxLength={100} {...form.text('purpose', action, 'change.purpose')} />{money}</div>}
      {values.kind === 'dues' && <p className="soft"><Trans>Once adopted, the plan’s dues change by themselves on its day.</Trans></p>}
      {values.kind === 'budget' && <p className="soft"><Trans>Once adopted, no cost for this can be declared beyond it, from the first whole month on.</Trans></p>}
      {values.kind === 'outage-credit' && <div className="row">
        <TextInput required label={t`Outages from this many hours`} inputMode="numeric" pattern="[0-9]*" {...form.text('afterHours', action, 'change.afterHours')} />
        <TextInput required label={t`Percent of the dues of that time`} description={t`0 gives nothing back.`} inputMode="numeric" pattern="[0-9]*" {...form.text('percent', action, 'change.percent')} />
      </div>}
      {values.kind === 'hardship' && <>
        <TextInput required type="date" label={t`Until`} {...form.text('hardshipUntil', action, 'change.hardshipUntil')} />
        <p className="soft"><Trans>For yourself alone: once adopted, nothing follows from owing until that day. Every member reads that you asked.</Trans></p>
      </>}
      {values.kind === 'terms' && terms && <TermsInputs value={{ ...terms, ...procedure.values }} set={(name, value) => procedure.set(name, value)} fieldError={(name) => action.fieldError(`change.${name}`)} />}
      <TextInput type="date" label={t`Holds from (optional)`} description={t`Not before the day after the vote.`} {...form.text('effectFrom', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Propose it</Trans></Button></div>
    </form>
  );
}

function TermsInputs({ value, set, fieldError }: { value: TermsFields; set: <K extends keyof TermsFields>(name: K, value: TermsFields[K]) => void; fieldError: (name: string) => string | undefined }) {
  const { t } = useLingui();
  const majorities = [{ value: 'simple', label: t`more yes than no` }, { value: 'two-thirds', label: t`two thirds of yes and no` }];
  const figure = (name: 'quorumPercent' | 'seconders' | 'discussionDays' | 'votingDays', label: string, min: number, max: number) => (
    <NumberInput required label={label} min={min} max={max} allowDecimal={false} value={value[name]} onChange={(typed) => set(name, Number(typed))} error={fieldError(name)} />
  );
  return (
    <>
      <div className="row">
        {figure('quorumPercent', t`Quorum, in percent`, 0, 100)}
        {figure('seconders', t`Seconders`, 0, 100)}
        {figure('discussionDays', t`Days of discussion`, 0, 90)}
        {figure('votingDays', t`Days to vote`, 1, 60)}
      </div>
      <div className="row">
        <NativeSelect label={t`Majority`} data={majorities} value={value.majority} onChange={(event) => set('majority', event.currentTarget.value)} />
        <NativeSelect label={t`Majority for rules and terms`} data={majorities} value={value.rulesMajority} onChange={(event) => set('rulesMajority', event.currentTarget.value)} />
      </div>
    </>
  );
}

function TermsView({ close }: { close: () => void }) {
  const query = useQuery(termsQuery);
  return <Loaded query={query} lines={5}>{(terms) => <TermsBody terms={terms} close={close} />}</Loaded>;
}

function TermsBody({ terms, close }: { terms: Terms; close: () => void }) {
  const { t } = useLingui();
  const { has } = useSession();
  const form = useFields<TermsFields>(terms.terms);
  const why = useFields({ reason: '' });
  const action = useAction<TermsFields, Terms>({ run: (fields) => setTerms(fields, why.values.reason.trim()), refresh: ASSEMBLY, said: () => t`So it is from now on`, done: close });
  const now = terms.terms;
  return (
    <div className="form">
      <Facts items={[
        [t`Quorum`, t`${now.quorumPercent} % of those on the roll`],
        [t`Majority`, <MajorityName key="m" of={now.majority} />],
        [t`For rules and terms`, <MajorityName key="r" of={now.rulesMajority} />],
        [t`Seconders`, now.seconders],
        [t`Discussion`, t`${now.discussionDays} days`],
        [t`Vote`, t`${now.votingDays} days`],
        [t`The co-op’s key`, <code key="k" className="long">{terms.publicKey}</code>],
      ]} />
      {has('board') && (
        <form className="form" onSubmit={onSubmit(() => action.run(form.values))}>
          <TermsInputs value={form.values} set={(name, value) => form.set(name, value)} fieldError={(name) => action.fieldError(`terms.${name}`)} />
          <TextInput required label={t`Reason`} description={t`What is seconded already keeps its terms.`} maxLength={500} {...why.text('reason', action)} />
          <ProblemNotice error={action.error} />
          <div className="end"><Button type="submit" loading={action.busy} disabled={why.values.reason.trim() === ''}><Trans>Change it</Trans></Button></div>
        </form>
      )}
    </div>
  );
}
