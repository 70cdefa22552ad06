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
    default: return <>{notice}</>;
  }
}
