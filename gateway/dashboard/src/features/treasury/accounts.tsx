import { Trans } from '@lingui/react/macro';

/** An account of the book in a word. */
export function AccountKind({ kind }: { kind: string }) {
  switch (kind) {
    case 'dues': case 'income-dues': return <Trans>Dues</Trans>;
    case 'usage': case 'income-usage': return <Trans>Traffic over what is included</Trans>;
    case 'bank': return <Trans>Bank</Trans>;
    case 'cash': return <Trans>Till</Trans>;
    case 'clearing-stripe': return <Trans>With Stripe</Trans>;
    case 'clearing-gocardless': return <Trans>With GoCardless</Trans>;
    case 'clearing-btcpay': return <Trans>Bitcoin not yet sold</Trans>;
    case 'clearing-direct-debit': return <Trans>Direct debits under way</Trans>;
    case 'receivable': return <Trans>Owed by members</Trans>;
    case 'wallet': return <Trans>Credit held for members</Trans>;
    case 'unbilled': return <Trans>Charged, not yet invoiced</Trans>;
    case 'written-off': case 'writtenOff': return <Trans>Given up</Trans>;
    case 'credited': return <Trans>Credited</Trans>;
    case 'vat': return <Trans>VAT owed</Trans>;
    case 'income-vat': return <Trans>VAT in what was charged</Trans>;
    case 'reserve': return <Trans>Reserve</Trans>;
    case 'bank-charges': return <Trans>Bank charges</Trans>;
    case 'cost-other': return <Trans>Other costs</Trans>;
    case 'income-other': return <Trans>Other income</Trans>;
    case 'settlement': return <Trans>Settling between members</Trans>;
    case 'cost-pool': return <Trans>Shared cost</Trans>;
    case 'moderators-pay': return <Trans>Moderators’ pay</Trans>;
    case 'pay-due': return <Trans>Pay owed to a moderator</Trans>;
    default: return <>{kind}</>;
  }
}

/** What its balance means; a balance is what came in minus what went out. */
export function AccountMeaning({ kind }: { kind: string }) {
  switch (kind) {
    case 'bank': case 'cash': return <Trans>Money that is there. It rises when somebody pays.</Trans>;
    case 'clearing-stripe': case 'clearing-gocardless': return <Trans>What members paid through a provider and it has not paid out yet. It falls when the payout is at the bank.</Trans>;
    case 'clearing-direct-debit': return <Trans>What was collected from payers’ accounts and the bank has not told yet, by run. It is zero once the statement is in.</Trans>;
    case 'clearing-btcpay': return <Trans>What members paid in Bitcoin, at the rate of that moment. It falls when it is sold and the money is at the bank.</Trans>;
    case 'income-dues': case 'income-usage': return <Trans>What was earned, below zero as in every ledger: it left this account for those who owe it.</Trans>;
    case 'receivable': return <Trans>What was invoiced and is not paid. It rises with an invoice and falls with a payment.</Trans>;
    case 'wallet': return <Trans>What the co-op holds for the payer, below zero: it is theirs.</Trans>;
    case 'unbilled': return <Trans>What was charged and is on no invoice yet. Fractions of a cent rest here.</Trans>;
    case 'written-off': return <Trans>What the co-op gave up.</Trans>;
    case 'credited': return <Trans>What credit notes gave back of what was earned.</Trans>;
    case 'vat': return <Trans>What is owed to the tax office, below zero by as much.</Trans>;
    case 'income-vat': return <Trans>The part of what was charged that is VAT, and so was not earned.</Trans>;
    case 'reserve': return <Trans>What was set aside.</Trans>;
    case 'bank-charges': return <Trans>What banks and payment providers took for themselves.</Trans>;
    case 'cost-other': return <Trans>What was paid and is no shared cost.</Trans>;
    case 'income-other': return <Trans>Interest, gifts and what else came from nobody’s bill, below zero as in every ledger.</Trans>;
    case 'settlement': return <Trans>Through here members settle with one another. It is zero after each transaction.</Trans>;
    case 'cost-pool': return <Trans>One shared cost: below zero as it is charged to members, up again as it is paid.</Trans>;
    case 'moderators-pay': return <Trans>What moderators were awarded, since the start.</Trans>;
    case 'pay-due': return <Trans>Awarded to one moderator and not yet paid: below zero by what is owed.</Trans>;
    default: return null;
  }
}
