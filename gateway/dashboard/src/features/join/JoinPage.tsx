import { Button, Checkbox, PasswordInput, Radio, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { coopQuery, currentPlans, plansQuery, type Plan } from '@/shared/coop';
import { readPlace } from '@/shared/place';
import { today } from '@/shared/time';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { PlaceField, usePlaceFault } from '@/shared/ui/place-field';
import { PlanParts } from '@/shared/ui/plan-parts';
import { apply } from './join-api';
import './join.css';

/** From visitor to applicant: plan, place, person, rules. */
export default function JoinPage() {
  const { t } = useLingui();
  const coop = useQuery(coopQuery);
  const plans = useQuery(plansQuery);
  const name = coop.data?.name ?? t`the co-op`;
  const form = useFields({ planCode: '', name: '', email: '', password: '', phone: '', siteName: '', address: '', place: '' });
  const [placeWrong, setPlaceWrong] = useState<string>();
  const [accepted, setAccepted] = useState(false);
  const choices = currentPlans(plans.data ?? [], today());
  const planCode = form.values.planCode || choices[0]?.code || '';
  const rulesVersion = coop.data?.rulesVersion;
  const action = useAction({
    run: () => apply({ name: form.values.name.trim(), email: form.values.email.trim(), password: form.values.password, phone: form.values.phone.trim() || undefined, planCode, rulesVersion: rulesVersion ?? 0, site: { name: form.values.siteName.trim() || t`Home`, address: form.values.address.trim(), ...readPlace(form.values.place) } }),
  });

  const fault = usePlaceFault();
  const send = () => {
    const wrong = fault(form.values.place);
    setPlaceWrong(wrong);
    if (!wrong) action.run(undefined);
  };

  if (action.output) {
    return (
      <Page title={t`Thank you, ${form.values.name}`} narrow>
        <Panel title={t`What happens now`}>
          <ol className="steps"><li><Trans>The board reads your application.</Trans></li><li><Trans>When they say yes, you can sign in with {form.values.email} and your password.</Trans></li><li><Trans>In “My connection” you add your node: one code, and it is on the mesh.</Trans></li></ol>
          <div className="toolbar" style={{ marginTop: '1rem' }}><Button component={Link} to="/" variant="default"><Trans>To the start</Trans></Button></div>
        </Panel>
      </Page>
    );
  }
  return (
    <Page title={t`Become a member of ${name}`} narrow lead={<Trans>Takes about three minutes. The board answers; until then nothing is charged.</Trans>}>
      <form className="stack" onSubmit={onSubmit(send)}>
        <Panel title={t`Your plan`} lead={t`You can change it for any coming day.`}>
          <Loaded query={plans}>
            {() => choices.length === 0 ? <Empty title={t`No plans yet`}><Trans>The co-op has not decided on its plans. Please come back in a few days.</Trans></Empty> : (
              <Radio.Group aria-label={t`Your plan`} value={planCode} onChange={(value) => form.set('planCode', value)} error={action.fieldError('planCode')}>
                <div className="plans">{choices.map((plan) => <PlanCard key={plan.code} plan={plan} />)}</div>
              </Radio.Group>
            )}
          </Loaded>
        </Panel>
        <Panel title={t`Your place`} lead={t`Where the connection goes.`}>
          <div className="form">
            <TextInput required label={t`Address`} autoComplete="street-address" maxLength={500} {...form.text('address', action, 'site.address')} />
            <PlaceField value={form.values.place} onChange={(text) => { setPlaceWrong(undefined); form.set('place', text); }} error={placeWrong ?? action.fieldError('site.latitude')} />
            <TextInput label={t`What you call it`} placeholder={t`Home`} maxLength={200} {...form.text('siteName', action, 'site.name')} />
          </div>
        </Panel>
        <Panel title={t`You`}>
          <div className="form">
            <TextInput required label={t`Name`} description={t`Of the person or organisation that becomes a member.`} autoComplete="name" maxLength={200} {...form.text('name', action)} />
            <div className="row">
              <TextInput required type="email" label={t`E-mail`} autoComplete="email" maxLength={254} {...form.text('email', action)} />
              <TextInput type="tel" label={t`Telephone (optional)`} autoComplete="tel" maxLength={40} {...form.text('phone', action)} />
            </div>
            <PasswordInput required label={t`Password`} description={t`At least 8 characters. Three or four words are easy to keep in mind.`} autoComplete="new-password" minLength={8} maxLength={128} visibilityToggleButtonProps={{ 'aria-label': t`Show or hide the password` }} {...form.text('password', action)} />
          </div>
        </Panel>
        <Panel title={rulesVersion ? t`Our rules, version ${rulesVersion}` : t`Our rules`}>
          <div className="form">
            {coop.data?.rulesText ? <div className="rules prose" tabIndex={0} role="group" aria-label={t`Our rules`}>{coop.data.rulesText}</div> : <ProblemNotice error={coop.error} />}
            <Checkbox required checked={accepted} onChange={(event) => setAccepted(event.currentTarget.checked)} label={rulesVersion ? t`I have read version ${rulesVersion} of the rules and agree to them.` : t`I have read the rules and agree to them.`} error={action.fieldError('rulesVersion')} />
            {action.error && <ProblemNotice error={action.error} />}
            <div className="end"><Button type="submit" size="md" loading={action.busy} disabled={!accepted || planCode === '' || !rulesVersion}><Trans>Send the application</Trans></Button></div>
          </div>
        </Panel>
      </form>
      <Notice tone="quiet" title={t`What we keep`}><Trans>Name, e-mail, address and what you owe. Never what you read, watch or write.</Trans></Notice>
    </Page>
  );
}

function PlanCard({ plan }: { plan: Plan }) {
  return (
    <Radio.Card value={plan.code} className="plan">
      <Radio.Indicator />
      <div>
        <b>{plan.name}</b>
        <PlanParts plan={plan} />
        {plan.description && <div className="soft">{plan.description}</div>}
      </div>
    </Radio.Card>
  );
}
