import { Button, Textarea, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFileTypePdf } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { newKey } from '@/shared/api';
import { download } from '@/shared/download';
import { isZero, readAmount } from '@/shared/money';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, ReasonButton, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Panel } from '@/shared/ui/page';
import { Amount, When } from '@/shared/ui/values';
import { approveWriteOff, askWriteOff, credit, creditNotePath, creditNotesQuery, withdrawWriteOff, type CreditNote } from './credit-api';
import type { Invoice } from './invoices-api';

const REFRESH = [['invoices'], ['invoice'], ['member'], ['home'], ['treasury']];

/** What was taken back of an invoice, and what is to be given up. */
export function Corrections({ invoice }: { invoice: Invoice }) {
  const { t } = useLingui();
  const { has } = useSession();
  const notes = useQuery({ ...creditNotesQuery(invoice.id), retry: false }).data ?? [];
  const save = useAction<CreditNote>({ run: (note) => download(creditNotePath(note, 'pdf'), `${note.number}.pdf`) });
  const treasurer = has('treasurer');
  if (notes.length === 0 && !treasurer && !invoice.writeOff) return null;
  return (
    <Panel title={t`Corrections`} actions={treasurer && invoice.state !== 'writtenOff' && <DialogButton size="compact-sm" label={<Trans>Credit note</Trans>} title={t`A credit note on ${invoice.number}`}>{(close) => <CreditForm invoice={invoice} close={close} />}</DialogButton>}>
      {notes.length === 0 ? <p className="soft"><Trans>Nothing of it was taken back. An issued invoice is never changed; a credit note with its own number corrects it.</Trans></p>
        : <ul className="plain">{notes.map((note) => (
          <li key={note.id} className="split">
            <span><b>{note.number}</b> <When at={note.issuedOn} plain /><br /><span className="soft">{note.reason}</span></span>
            <span className="toolbar"><Amount of={note.amount} /><Button size="compact-sm" variant="default" leftSection={<IconFileTypePdf size={14} aria-hidden="true" />} loading={save.busy} onClick={() => save.run(note)} aria-label={t`PDF of ${note.number}`}>{t`PDF`}</Button></span>
          </li>
        ))}</ul>}
      <ProblemNotice error={save.error} />
      <WriteOff invoice={invoice} />
    </Panel>
  );
}

function WriteOff({ invoice }: { invoice: Invoice }) {
  const { t } = useLingui();
  const { has } = useSession();
  const approve = useAction<void, unknown>({ run: () => approveWriteOff(invoice.id), refresh: REFRESH, said: () => t`Given up` });
  const withdraw = useAction<void, unknown>({ run: () => withdrawWriteOff(invoice.id), refresh: REFRESH, said: () => t`It is still owed` });
  if (invoice.writeOff) {
    return (
      <Notice tone="warn" title={t`To be given up, when another person agrees`}>
        <p>{invoice.writeOff.reason} <span className="soft"><When at={invoice.writeOff.askedAt} /></span></p>
        {has('treasurer', 'board') && <div className="toolbar"><Button size="compact-sm" loading={approve.busy} onClick={() => approve.run()}><Trans>Agree</Trans></Button><Button size="compact-sm" variant="default" loading={withdraw.busy} onClick={() => withdraw.run()}><Trans>No, it is still owed</Trans></Button></div>}
        <ProblemNotice error={approve.error ?? withdraw.error} />
      </Notice>
    );
  }
  if (!has('treasurer') || isZero(invoice.open)) return null;
  return (
    <ReasonButton label={<Trans>Give up what is open</Trans>} size="compact-sm" color="red" title={t`Give up what is open on ${invoice.number}`} confirm={t`Ask another person`} said={t`Another person is asked`} run={(reason) => askWriteOff(invoice.id, reason)} refresh={REFRESH}
      explain={<Trans>Nothing happens until another treasurer or the board agrees. Then it is owed no more, and the member is told nothing by it but that.</Trans>} />
  );
}

function CreditForm({ invoice, close }: { invoice: Invoice; close: () => void }) {
  const { t } = useLingui();
  const [key] = useState(newKey);
  const form = useFields({ amount: invoice.total.amount, reason: '' });
  const [wrong, setWrong] = useState<string>();
  const action = useAction<{ amount: string; reason: string }, CreditNote>({ run: (asked) => credit(invoice.id, asked, key), refresh: REFRESH, said: (note) => t`Credit note ${note.number} issued`, done: close });
  const send = () => {
    const amount = readAmount(form.values.amount);
    setWrong(amount === null ? t`Write it like 12.50` : undefined);
    if (amount !== null) action.run({ amount, reason: form.values.reason.trim() });
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <p><Trans>It gets the next number of its own series and can never be taken back. What is still open on this invoice is paid by it first; the rest is the payer’s credit, which pays what comes next.</Trans></p>
      <TextInput required inputMode="decimal" label={t`Amount in ${invoice.total.currency}`} {...form.text('amount', action)} error={wrong ?? action.fieldError('amount')} data-autofocus />
      <Textarea required autosize minRows={2} maxLength={300} label={t`Reason`} description={t`Stands on the credit note`} {...form.text('reason', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Issue the credit note</Trans></Button></div>
    </form>
  );
}
