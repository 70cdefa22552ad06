import { Trans } from '@lingui/react/macro';

/** What a notice is called. */
export function NoticeName({ notice }: { notice: string }) {
  switch (notice) {
    case 'invoice': return <Trans>Invoice to pay</Trans>;
    case 'invoice-paid': return <Trans>Invoice, paid already</Trans>;
    case 'receipt': return <Trans>Payment received</Trans>;
    case 'credit-note': return <Trans>Credit note</Trans>;
    case 'reminder': return <Trans>Reminder</Trans>;
    case 'last-reminder': return <Trans>Last reminder</Trans>;
    case 'overdue': return <Trans>Overdue notice</Trans>;
    case 'mandate-signed': return <Trans>Mandate signed</Trans>;
    case 'collection': return <Trans>Direct debit to come</Trans>;
    case 'collection-failed': return <Trans>Direct debit failed</Trans>;
    case 'collection-postponed': return <Trans>Direct debit failed, tried again</Trans>;
    case 'charge-failed': return <Trans>Charge failed, tried again</Trans>;
    case 'charge-given-up': return <Trans>Charge failed for good</Trans>;
    case 'top-up-failed': return <Trans>Wallet not filled</Trans>;
    case 'instalments-agreed': return <Trans>Agreed to pay in parts</Trans>;
    case 'instalments-refused': return <Trans>Not agreed to pay in parts</Trans>;
    case 'instalments-ended': return <Trans>Plan of parts ended</Trans>;
    default: return <>{notice}</>;
  }
}
