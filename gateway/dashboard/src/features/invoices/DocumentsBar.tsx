import { Button } from '@mantine/core';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconFileZip } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { download } from '@/shared/download';
import { useSession } from '@/shared/session';
import { month, monthName } from '@/shared/time';
import { DialogButton, useAction } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { archivePath, progressQuery, retryDocuments, sellerQuery, type Progress } from './documents-api';
import { SellerForm } from './PartyForms';

/** How far the documents are, and what keeps them. For the treasurer. */
export function DocumentsBar() {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const treasurer = has('treasurer');
  const progress = useQuery({ ...progressQuery, enabled: treasurer }).data;
  const seller = useQuery({ ...sellerQuery, enabled: treasurer });
  const retry = useAction<void, Progress>({ run: retryDocuments, refresh: [['documents']] });
  const name = monthName(month(0), i18n.locale);
  const save = useAction<void>({ run: () => download(archivePath(month(0)), `invoices-${month(0)}.zip`) });
  if (!treasurer || !progress || seller.isPending) return null;
  const all = progress.waiting + progress.ready + progress.failed;
  const who = <DialogButton wide size="compact-sm" variant={progress.sellerKnown ? 'default' : 'filled'} label={<Trans>The co-op on invoices</Trans>} title={t`Who the co-op is on its invoices`}>{(close) => <SellerForm seller={seller.data ?? null} close={close} />}</DialogButton>;
  return (
    <div className="stack">
      {progress.sellerKnown
        ? <div className="toolbar"><span className="soft"><Trans>{progress.ready} of <Plural value={all} one="# document" other="# documents" /> drawn up</Trans></span>{who}<Button component={Link} to="/vat" size="compact-sm" variant="default"><Trans>VAT</Trans></Button>
          {progress.ready > 0 && <Button size="compact-sm" variant="default" leftSection={<IconFileZip size={14} aria-hidden="true" />} loading={save.busy} onClick={() => save.run()}><Trans>PDFs issued in {name}</Trans></Button>}</div>
        : <Notice tone="warn" title={t`Documents wait`}><p><Trans>Say who the co-op is: without a name and an address an invoice is none.</Trans></p>{who}</Notice>}
      {progress.failed > 0 && <Notice tone="bad" title={<Plural value={progress.failed} one="# document could not be drawn up" other="# documents could not be drawn up" />}>
        <ul>{progress.failures.slice(0, 5).map((one) => <li key={one.id}>{one.number.startsWith('CN') ? one.number : <Link to="/invoices/$invoiceId" params={{ invoiceId: one.id }}>{one.number}</Link>}: {one.why}</li>)}</ul>
        <Button size="compact-sm" variant="default" loading={retry.busy} onClick={() => retry.run()}><Trans>Try again</Trans></Button>
      </Notice>}
      <ProblemNotice error={retry.error ?? save.error} />
    </div>
  );
}
