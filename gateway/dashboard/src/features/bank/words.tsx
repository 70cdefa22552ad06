import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { PayerName } from '@/shared/payers';
import { Pill } from '@/shared/ui/status';
import { Amount } from '@/shared/ui/values';
import type { Place, PlaceKind, Suggestion } from './bank-api';

/** What speaks for a suggestion, in a few words. */
export function Reason({ why, what }: { why: string; what?: string | null }) {
  switch (why) {
    case 'reference': return <Trans>its reference names invoice {what}</Trans>;
    case 'number': return <Trans>it names invoice {what}</Trans>;
    case 'amountIsOpen': return <Trans>just what is open ({what})</Trans>;
    case 'amountBelow': return <Trans>less than what is open ({what})</Trans>;
    case 'amountAbove': return <Trans>more than what is open ({what}); the rest becomes credit</Trans>;
    case 'invoiceClosed': return <Trans>nothing is open on {what} any more; it becomes credit</Trans>;
    case 'payerLearned': return <Trans>this account was said to be theirs</Trans>;
    case 'payerDiffers': return <Trans>careful: this account was said to be another payer’s</Trans>;
    case 'amountOnly': return <Trans>only the amount fits ({what})</Trans>;
    case 'inBook': return <Trans>already in the book on {what}</Trans>;
    case 'returnCode': return <Trans>the bank returned it ({what})</Trans>;
    case 'endToEnd': return <Trans>same end-to-end id as the payment ({what})</Trans>;
    case 'sameAccount': return <Trans>same account as the payment of {what}</Trans>;
    case 'bankCharge': return <Trans>{what} of it is the bank’s charge</Trans>;
    case 'costOpen': return <Trans>just what is to be paid of a shared cost ({what})</Trans>;
    case 'ownAccount': return <Trans>the other side is an account of ours</Trans>;
    case 'collection': return <Trans>it names the run of direct debits {what}</Trans>;
    case 'bankCode': return <Trans>the bank calls it so</Trans>;
    default: return <>{why}</>;
  }
}

export function Confidence({ of }: { of: Suggestion['confidence'] }) {
  switch (of) {
    case 'certain': return <Pill tone="ok"><Trans>Certain</Trans></Pill>;
    case 'likely': return <Pill tone="info"><Trans>Likely</Trans></Pill>;
    case 'possible': return <Pill tone="quiet"><Trans>Possible</Trans></Pill>;
  }
}

export function AccountName({ of }: { of: string }) {
  switch (of) {
    case 'bank-charges': return <Trans>Bank charges</Trans>;
    case 'cost-other': return <Trans>Other costs</Trans>;
    case 'vat': return <Trans>VAT owed</Trans>;
    case 'income-other': return <Trans>Other income</Trans>;
    case 'cash': return <Trans>Till</Trans>;
    case 'reserve': return <Trans>Reserve</Trans>;
    case 'clearing-stripe': return <Trans>With Stripe</Trans>;
    case 'clearing-gocardless': return <Trans>With GoCardless</Trans>;
    case 'clearing-btcpay': return <Trans>Bitcoin not yet sold</Trans>;
    default: return <>{of}</>;
  }
}

export function KindName({ of }: { of: PlaceKind }) {
  switch (of) {
    case 'payment': return <Trans>Payments</Trans>;
    case 'return': return <Trans>Returned payments</Trans>;
    case 'cost': return <Trans>Shared costs paid</Trans>;
    case 'cost-return': return <Trans>Shared costs that came back</Trans>;
    case 'collection': return <Trans>Direct debits</Trans>;
    case 'debit-return': return <Trans>Direct debits that went back</Trans>;
    case 'account': return <Trans>Against an account</Trans>;
    case 'booked': return <Trans>In the book before</Trans>;
    case 'own': return <Trans>Between own accounts</Trans>;
  }
}

/** Where money goes or went, in a line. */
export function PlaceText({ of }: { of: Place }) {
  const amount = <Amount of={of.amount} signed />;
  switch (of.kind) {
    case 'payment': return <>{amount} <Trans>payment of <PayerName id={of.payerId!} /></Trans>{of.invoiceId && <> · <Link to="/invoices/$invoiceId" params={{ invoiceId: of.invoiceId } as never}><Trans>the invoice</Trans></Link></>}</>;
    case 'return': return <>{amount} <Trans>a payment that came back; its invoice is owed again</Trans></>;
    case 'cost': return <>{amount} <Link to="/cost-pools/$poolId" params={{ poolId: of.costPoolId! } as never}><Trans>paid for a shared cost</Trans></Link></>;
    case 'cost-return': return <>{amount} <Link to="/cost-pools/$poolId" params={{ poolId: of.costPoolId! } as never}><Trans>paid for a shared cost, and come back</Trans></Link></>;
    case 'collection': return <>{amount} <Trans>direct debits that the bank credits</Trans></>;
    case 'debit-return': return <>{amount} <Trans>a direct debit that went back; its invoice is owed again</Trans>{of.reason && <span className="soft"> · {of.reason}</span>}</>;
    case 'account': return <>{amount} <AccountName of={of.account!} />{of.reason && <span className="soft"> · {of.reason}</span>}</>;
    case 'booked': return <>{amount} <Trans>what stands in the book already; nothing new is booked</Trans></>;
    case 'own': return <>{amount} <Trans>between our own accounts</Trans></>;
  }
}
