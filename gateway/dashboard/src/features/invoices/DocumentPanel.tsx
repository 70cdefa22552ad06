import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFileTypePdf, IconFileTypeXml } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { download } from '@/shared/download';
import { isZero } from '@/shared/money';
import { payerQuery } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { DialogButton, useAction } from '@/shared/ui/action';
import { ProblemNotice } from '@/shared/ui/notice';
import { Facts, Panel } from '@/shared/ui/page';
import { detailsQuery, documentPath, documentQuery, makePayLink } from './documents-api';
import type { Invoice } from './invoices-api';
import { DetailsForm, ReverseForm } from './PartyForms';

/** The invoice on paper, what a transfer for it carries, and who it names. */
export function DocumentPanel({ invoice }: { invoice: Invoice }) {
  const { t } = useLingui();
  const { has } = useSession();
  const document = useQuery(documentQuery(invoice.id)).data;
  const details = useQuery({ ...detailsQuery(invoice.payerId), retry: false }).data;
  const payer = useQuery({ ...payerQuery(invoice.payerId), retry: false }).data;
  const save = useAction<'pdf' | 'xml'>({ run: (form) => download(documentPath(invoice.id, form), `${invoice.number}.${form}`) });
  if (!document) return null;
  const ready = document.state === 'ready';
  return (
    <Panel title={t`Document`} actions={details && <span className="toolbar">{has('treasurer') && details.details?.vatId && <DialogButton size="compact-sm" label={<Trans>Reverse charge</Trans>} title={t`Who owes the VAT`}>{(close) => <ReverseForm payerId={invoice.payerId} close={close} />}</DialogButton>}<DialogButton size="compact-sm" wide label={<Trans>Name and address</Trans>} title={t`What invoices say of the payer`}>{(close) => <DetailsForm payerId={invoice.payerId} details={details.details ?? null} known={payer} close={close} />}</DialogButton></span>}>
      <Facts items={[
        [t`Reference`, document.reference && <span key="r" className="mono">{document.reference}</span>],
        [t`Named on invoices`, details && <span key="n" className="prose">{details.details?.name ?? t`payer ${details.payerNumber}`}</span>],
      ]} />
      {ready ? (
        <div className="toolbar">
          <Button variant="default" size="sm" leftSection={<IconFileTypePdf size={16} aria-hidden="true" />} loading={save.busy} onClick={() => save.run('pdf')}><Trans>Save PDF</Trans></Button>
          <Button variant="default" size="sm" leftSection={<IconFileTypeXml size={16} aria-hidden="true" />} loading={save.busy} onClick={() => save.run('xml')}><Trans>Save XML</Trans></Button>
        </div>
      ) : document.state === 'failed' ? <p><Trans>The document could not be drawn up. The treasurer sees why.</Trans></p>
        : document.reference ? <p className="soft"><Trans>The document is being drawn up.</Trans></p>
          : <p className="soft">{has('treasurer') ? <Trans>Documents wait until you have said, on the page of invoices, who the co-op is.</Trans> : <Trans>The document waits until the treasurer has said who the co-op is.</Trans>}</p>}
      {document.reference && !isZero(invoice.open) && <PayLink invoiceId={invoice.id} />}
      <ProblemNotice error={save.error} />
    </Panel>
  );
}

/** A link to a page where anybody who holds it sees what is open and how it is paid. */
function PayLink({ invoiceId }: { invoiceId: string }) {
  const { t } = useLingui();
  const make = useAction<void, { path: string }>({ run: () => makePayLink(invoiceId) });
  if (make.output) return <TextInput readOnly label={t`Pay link`} description={t`Who holds it sees number and amount, and how to pay. Told this once; earlier links stay good.`} value={window.location.origin + make.output.path} onFocus={(event) => event.currentTarget.select()} />;
  return <><div><Button variant="default" size="sm" loading={make.busy} onClick={() => make.run()}><Trans>Make a pay link</Trans></Button></div><ProblemNotice error={make.error} /></>;
}
