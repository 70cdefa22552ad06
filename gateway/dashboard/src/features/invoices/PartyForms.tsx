import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { LANGUAGE_CHOICES } from '@/shared/languages';
import type { Payer } from '@/shared/payers';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { ProblemNotice } from '@/shared/ui/notice';
import { plusDays, today } from '@/shared/time';
import { sayDetails, sayReverse, saySeller, type Address, type Details, type Seller } from './documents-api';

interface AddressFields { line1: string; line2: string; postCode: string; city: string; country: string }

const fields = (address?: Address): AddressFields => ({ line1: address?.line1 ?? '', line2: address?.line2 ?? '', postCode: address?.postCode ?? '', city: address?.city ?? '', country: address?.country ?? '' });
const given = (text: string): string | null => text.trim() || null;
const addressOf = (from: AddressFields): Address => ({ line1: given(from.line1), line2: given(from.line2), postCode: given(from.postCode), city: given(from.city), country: from.country.trim().toUpperCase() });

/** What invoices say of a payer, given by the payer or the treasurer. Invoices that are out stay as they are. */
export function DetailsForm({ payerId, details, known, close }: { payerId: string; details: Details | null; known?: Payer; close: () => void }) {
  const { t, i18n } = useLingui();
  const form = useFields({ name: details?.name ?? known?.name ?? '', vatId: details?.vatId ?? '', language: details?.language ?? i18n.locale, email: details?.email ?? (details ? '' : known?.email ?? ''), ...fields(details?.address) });
  const action = useAction<Details>({ run: (next) => sayDetails(payerId, next), refresh: [['payer-details'], ['invoice']], said: () => t`Invoices from now on will say so`, done: close });
  const send = () => action.run({ name: form.values.name.trim(), address: addressOf(form.values), vatId: given(form.values.vatId), language: form.values.language, email: given(form.values.email) });
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <p className="soft"><Trans>Invoices from now on name the payer like this. Those that are out stay as they are.</Trans></p>
      <TextInput required maxLength={140} label={t`Name`} autoComplete="name" {...form.text('name', action)} data-autofocus />
      <AddressRows form={form} action={action} />
      <TextInput type="email" label={t`E-mail for invoices`} description={t`Invoices, receipts and reminders go there`} autoComplete="email" maxLength={254} {...form.text('email', action)} />
      <div className="row">
        <TextInput label={t`VAT ID`} maxLength={15} {...form.text('vatId', action)} />
        <NativeSelect label={t`Language`} data={LANGUAGE_CHOICES} {...form.text('language', action)} />
      </div>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}

/** Whether a payer with a VAT id owes the tax themselves, where the co-op charges VAT. */
export function ReverseForm({ payerId, close }: { payerId: string; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ effectiveOn: plusDays(today(), 1), reverse: 'yes' });
  const action = useAction<void, unknown>({ run: () => sayReverse(payerId, form.values.effectiveOn, form.values.reverse === 'yes'), refresh: [['vat'], ['invoice']], said: () => t`Invoices from that day on will say so`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <p className="soft"><Trans>A business in another country of the EU may owe the VAT itself (reverse charge). Then it is charged none, pays the same price, and the invoice says so. Ask your tax adviser when that is.</Trans></p>
      <NativeSelect label={t`The payer owes the VAT themselves`} data={[{ value: 'yes', label: t`Yes` }, { value: 'no', label: t`No` }]} {...form.text('reverse', action)} />
      <TextInput required type="date" label={t`From`} {...form.text('effectiveOn', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}

/** Who the co-op is on its invoices. */
export function SellerForm({ seller, close }: { seller: Seller | null; close: () => void }) {
  const { t, i18n } = useLingui();
  const form = useFields({
    name: seller?.name ?? '', vatId: seller?.vatId ?? '', taxNumber: seller?.taxNumber ?? '', register: seller?.register ?? '', iban: seller?.iban ?? '', bic: seller?.bic ?? '',
    creditorId: seller?.creditorId ?? '', email: seller?.email ?? '', taxNote: seller?.taxNote ?? '', belgian: seller?.belgianReferences ?? false, language: seller?.language ?? i18n.locale, ...fields(seller?.address),
  });
  const action = useAction<Seller, unknown>({ run: (next) => saySeller(next), refresh: [['seller'], ['documents'], ['invoice']], said: () => t`Invoices from now on will say so`, done: close });
  const compact = (text: string) => given(text.replace(/\s/g, '').toUpperCase());
  const send = () => action.run({
    name: form.values.name.trim(), address: addressOf(form.values), vatId: compact(form.values.vatId), taxNumber: given(form.values.taxNumber), register: given(form.values.register), iban: compact(form.values.iban),
    bic: compact(form.values.bic), creditorId: compact(form.values.creditorId), email: given(form.values.email), taxNote: form.values.taxNote.trim(), belgianReferences: form.values.belgian, language: form.values.language,
  });
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <p className="soft"><Trans>The law wants this on every invoice. Those that are out stay as they are.</Trans></p>
      <TextInput required maxLength={70} label={t`Name of the co-op`} {...form.text('name', action)} data-autofocus />
      <AddressRows form={form} action={action} />
      <div className="row">
        <TextInput label={t`VAT ID`} maxLength={15} {...form.text('vatId', action)} />
        <TextInput label={t`Register`} description={t`Needed where there is no VAT ID`} maxLength={100} {...form.text('register', action)} />
      </div>
      <div className="row">
        <TextInput label={t`Tax number`} maxLength={40} {...form.text('taxNumber', action)} />
        <TextInput type="email" label={t`E-mail`} maxLength={254} {...form.text('email', action)} />
      </div>
      <TextInput required label={t`Why no VAT is charged`} description={t`In the words of the law, such as: small business, section 19 UStG`} maxLength={300} {...form.text('taxNote', action)} />
      <div className="row">
        <TextInput label={t`IBAN`} maxLength={42} {...form.text('iban', action)} />
        <TextInput label={t`BIC`} maxLength={11} {...form.text('bic', action)} />
      </div>
      <div className="row">
        <TextInput label={t`SEPA creditor ID`} maxLength={35} {...form.text('creditorId', action)} />
        <NativeSelect label={t`Language where a payer chose none`} data={LANGUAGE_CHOICES} {...form.text('language', action)} />
      </div>
      <Checkbox label={t`Belgian structured communication instead of ISO 11649 references`} checked={form.values.belgian} onChange={(event) => form.set('belgian', event.currentTarget.checked)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Save</Trans></Button></div>
    </form>
  );
}

interface AddressForm {
  text: (name: keyof AddressFields, action: { fieldError: (field: string) => string | undefined }, field: string) => object;
}

function AddressRows({ form, action }: { form: AddressForm; action: { fieldError: (field: string) => string | undefined } }) {
  const { t } = useLingui();
  return (
    <>
      <TextInput label={t`Street`} autoComplete="address-line1" maxLength={100} {...form.text('line1', action, 'address.line1')} />
      <TextInput label={t`Second line`} autoComplete="address-line2" maxLength={100} {...form.text('line2', action, 'address.line2')} />
      <div className="row">
        <TextInput label={t`Post code`} autoComplete="postal-code" maxLength={16} {...form.text('postCode', action, 'address.postCode')} />
        <TextInput label={t`Town`} autoComplete="address-level2" maxLength={80} {...form.text('city', action, 'address.city')} />
        <TextInput required label={t`Country`} description={t`Two letters, such as DE`} autoComplete="country" minLength={2} maxLength={2} {...form.text('country', action, 'address.country')} />
      </div>
    </>
  );
}
