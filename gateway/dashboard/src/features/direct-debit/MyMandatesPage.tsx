import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconSignature } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { PayerName } from '@/shared/payers';
import { absolute } from '@/shared/time';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { amend, mineQuery, revoke, sign, type Mandate, type Mine, type NewDebtor, type OwnCollection } from './direct-debit-api';
import { ItemState, MandateState } from './states';

const REFRESH = [['direct-debit']];

/** A member's mandates, and what is or was collected by them. */
export default function MyMandatesPage() {
  const { t } = useLingui();
  const query = useQuery(mineQuery);
  return (
    <Page title={t`Pay by direct debit`} crumb={{ to: '/my', label: t`My connection` }} lead={<Trans>With a mandate the co-op collects your invoices by itself and tells you before. You can revoke it any day, and have a collection back from your bank for eight weeks.</Trans>}>
      <Loaded query={query} lines={6}>{(mine) => <>
        {!mine.creditor && <Notice tone="info" title={t`The co-op does not collect yet`}><Trans>Its treasurer has to say its account and creditor identifier first.</Trans></Notice>}
        {mine.payerIds.map((payer) => <OfPayer key={payer} mine={mine} payer={payer} />)}
        {mine.payerIds.length === 0 && <Empty icon={<IconSignature size={30} />} title={t`You pay for nothing`}><Trans>Who pays for a connection signs here.</Trans></Empty>}
        <Collections rows={mine.collections} />
      </>}</Loaded>
    </Page>
  );
}

function OfPayer({ mine, payer }: { mine: Mine; payer: string }) {
  const { t, i18n } = useLingui();
  const all = mine.mandates.filter((one) => one.payerId === payer);
  const current = all.find((one) => one.state === 'active' || one.state === 'suspended');
  const end = useAction<Mandate, Mandate>({ run: (one) => revoke(one.id), refresh: REFRESH, said: () => t`Revoked. Nothing is collected by it any more.` });
  return (
    <Panel title={<PayerName id={payer} />}
      actions={mine.creditor && (current
        ? <><DialogButton label={<Trans>Another account</Trans>} size="compact-sm" title={t`Sign for another account`} wide>{(close) => <SignForm mine={mine} payer={payer} current={current} close={close} />}</DialogButton><Button size="compact-sm" variant="subtle" color="gray" loading={end.busy} onClick={() => end.run(current)}><Trans>Revoke</Trans></Button></>
        : <DialogButton label={<Trans>Sign a mandate</Trans>} size="compact-sm" variant="filled" icon={<IconSignature size={16} />} title={t`SEPA direct debit mandate`} wide>{(close) => <SignForm mine={mine} payer={payer} close={close} />}</DialogButton>)}>
      <ProblemNotice error={end.error} />
      {current?.state === 'suspended' && <Notice tone="warn" title={t`Your bank stands against it (${current.reason ?? ''})`}><Trans>Nothing is collected until you sign for an account that works, or clear it with the treasurer.</Trans></Notice>}
      {current ? <Facts items={[
        [t`State`, <MandateState key="state" state={current.state} />], [t`Mandate`, <span key="reference" className="mono">{current.reference}</span>],
        [t`Account`, <span key="iban" className="mono">{current.iban}</span>], [t`Holder`, current.debtorName],
        [t`Signed on`, absolute(current.signedOn, i18n.locale)], [t`You are told`, <Trans key="notice">{current.noticeDays} days before</Trans>],
        [t`Void if unused after`, absolute(current.lastDay, i18n.locale)],
      ]} /> : <p className="soft"><Trans>No mandate. Invoices are paid by transfer.</Trans></p>}
      {all.length > (current ? 1 : 0) && <ul className="plain">{all.filter((one) => one !== current).map((one) => <li key={one.id}><span className="mono">{one.reference}</span> <MandateState state={one.state} /></li>)}</ul>}
    </Panel>
  );
}

function SignForm({ mine, payer, current, close }: { mine: Mine; payer: string; current?: Mandate; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ debtorName: current?.debtorName ?? '', iban: '', town: '', country: '' });
  const [once, setOnce] = useState(false);
  const [notice, setNotice] = useState('14');
  const [agreed, setAgreed] = useState(false);
  const action = useAction<NewDebtor, Mandate>({ run: (debtor) => (current ? amend(current.id, debtor) : sign(payer, once, Number(notice), debtor)), refresh: REFRESH, said: () => t`Signed`, done: close });
  const send = () => action.run({ debtorName: form.values.debtorName.trim(), iban: form.values.iban, town: form.values.town.trim() || null, country: form.values.country.trim().toUpperCase() || null, agreed });
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <p><b>{mine.creditor?.name}</b>, {mine.creditor?.address}<br /><Trans>Creditor identifier</Trans> <span className="mono">{mine.creditor?.creditorId}</span></p>
      <TextInput required label={t`Name of the account holder`} autoComplete="name" maxLength={70} {...form.text('debtorName', action)} data-autofocus />
      <TextInput required label={t`IBAN`} maxLength={42} {...form.text('iban', action)} />
      <div className="row">
        <TextInput label={t`Town`} description={t`Only for banks outside of the European Economic Area`} maxLength={35} {...form.text('town', action)} />
        <TextInput label={t`Country`} description={t`Two letters, such as GB or CH`} maxLength={2} {...form.text('country', action)} />
      </div>
      {!current && <NativeSelect label={t`Tell me before a collection`} data={['14', '7', '5', '2'].map((days) => ({ value: days, label: t`${days} days` }))} value={notice} onChange={(event) => setNotice(event.currentTarget.value)} />}
      {!current && <Checkbox label={t`For one collection only`} checked={once} onChange={(event) => setOnce(event.currentTarget.checked)} />}
      <Checkbox required label={<Trans>I authorise the co-op to send instructions to my bank to debit my account, and my bank to debit it as the co-op instructs. I am entitled to a refund from my bank within eight weeks, under the terms of my agreement with it.</Trans>} checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!agreed}><Trans>Sign</Trans></Button></div>
    </form>
  );
}

function Collections({ rows }: { rows: OwnCollection[] }) {
  const { t, i18n } = useLingui();
  const columns = useMemo((): Column<OwnCollection>[] => [
    { id: 'on', head: t`Day`, by: (row) => row.collectOn, cell: (row) => absolute(row.collectOn, i18n.locale) },
    { id: 'invoice', head: t`Invoice`, cell: (row) => <Link to="/invoices/$invoiceId" params={{ invoiceId: row.invoiceId } as never}>{row.invoiceNumber}</Link> },
    { id: 'amount', head: t`Amount`, end: true, cell: (row) => <Amount of={row.amount} /> },
    { id: 'state', head: t`State`, cell: (row) => <><ItemState state={row.state} />{row.reason && <small className="mono">{row.reason}</small>}</> },
  ], [t, i18n]);
  return <Panel title={t`What is or was collected`} flush><DataTable caption={t`Collections`} columns={columns} rows={rows} id={(row) => `${row.invoiceId} ${row.collectOn}`} empty={<p className="soft" style={{ padding: '1rem' }}><Trans>Nothing yet.</Trans></p>} /></Panel>;
}
