import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { readAmount } from '@/shared/money';
import { today } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { ProblemNotice } from '@/shared/ui/notice';
import { Panel } from '@/shared/ui/page';
import { Amount, When } from '@/shared/ui/values';
import { chooseDues, duesQuery, type Dues, type Me } from './portal-api';

type Site = Me['sites'][number];

/** Dues that a member picks between a floor and a ceiling; nothing where the plan leaves no choice. */
export function DuesPanel({ sites }: { sites: Site[] }) {
  return <>{sites.map((site) => (site.payerId ? <SiteDues key={site.id} site={site} payerId={site.payerId} /> : null))}</>;
}

function SiteDues({ site, payerId }: { site: Site; payerId: string }) {
  const { t } = useLingui();
  const dues = useQuery(duesQuery(payerId, site.id)).data;
  if (!dues?.scale || !dues.monthly) return null;
  const coming = dues.choices.filter((choice) => choice.effectiveOn > today());
  return (
    <Panel title={t`My dues for ${site.name}`} lead={t`You choose what you pay. Nobody sees it except who keeps the books.`}
      actions={<DialogButton label={<Trans>Choose</Trans>} size="compact-sm" title={t`My dues for ${site.name}`}>{(close) => <ChoiceForm dues={dues} payerId={payerId} siteId={site.id} close={close} />}</DialogButton>}>
      <div className="balance"><div><div className="big"><Amount of={dues.monthly} /></div><div className="soft"><Trans>a month; <Amount of={dues.scale.suggested} /> is suggested</Trans></div></div></div>
      {coming.map((choice) => <p key={choice.effectiveOn} className="soft" style={{ marginTop: '0.5rem' }}><Trans><Amount of={choice.monthly} /> from <When at={choice.effectiveOn} first="absolute" /></Trans></p>)}
    </Panel>
  );
}

function ChoiceForm({ dues, payerId, siteId, close }: { dues: Dues; payerId: string; siteId: string; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ amount: dues.monthly?.amount ?? '', effectiveOn: today(1) });
  const [wrong, setWrong] = useState<string>();
  const action = useAction<{ amount: string; effectiveOn: string }, Dues>({ run: (choice) => chooseDues(payerId, siteId, choice), refresh: [['me']], said: () => t`Your dues are chosen`, done: close });
  const send = () => {
    const amount = readAmount(form.values.amount);
    setWrong(amount ? undefined : t`Write it like 12.50`);
    if (amount) action.run({ amount, effectiveOn: form.values.effectiveOn });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <p><Trans>From <Amount of={dues.scale?.floor} /> to <Amount of={dues.scale?.ceiling} /> a month. Who can pay more carries who cannot; <Amount of={dues.scale?.suggested} /> covers what a connection costs.</Trans></p>
      <div className="row">
        <TextInput required inputMode="decimal" label={t`${dues.monthly?.currency ?? ''} a month`} {...form.text('amount', action)} error={wrong ?? action.fieldError('amount')} data-autofocus />
        <TextInput required type="date" min={today()} label={t`From`} {...form.text('effectiveOn', action)} />
      </div>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Choose</Trans></Button></div>
    </form>
  );
}
