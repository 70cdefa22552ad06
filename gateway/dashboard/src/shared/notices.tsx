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
    case 'sign-in-link': return <Trans>Link to sign in by</Trans>;
    case 'address-link': return <Trans>Link to confirm an address</Trans>;
    case 'circular': return <Trans>Letter to many</Trans>;
    case 'outage-began': return <Trans>An outage affects members</Trans>;
    case 'outage-over': return <Trans>An outage is over</Trans>;
    case 'decision-decided': return <Trans>Decision of the moderators</Trans>;
    case 'decision-appeal-granted': return <Trans>Appeal granted</Trans>;
    case 'decision-appeal-refused': return <Trans>Appeal refused</Trans>;
    case 'recovery-begun':
    case 'recovery-of-another':
    case 'recovery-stopped':
    case 'recovery-code-made':
    case 'recovered': return <Trans>Recovery of an account</Trans>;
    case 'roles-changed': return <Trans>Roles changed</Trans>;
    case 'passkey-added':
    case 'passkey-removed':
    case 'code-app-added':
    case 'code-app-removed':
    case 'external-linked':
    case 'external-removed':
    case 'password-changed':
    case 'password-chosen':
    case 'address-changed': return <Trans>How somebody signs in changed</Trans>;
    default: return <>{notice}</>;
  }
}
