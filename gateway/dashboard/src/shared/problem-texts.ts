import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { slugOf, type FieldError, type Problem } from './problem';

// What services answer is English and names the particulars. For readers of other languages each kind of problem that a person
// may meet has a text here; the service's words stand beside it.
const TEXTS: Record<string, MessageDescriptor> = {
  'account-claimed': msg`Somebody has set a password for this account already.`,
  'already-banned': msg`A ban of this target is in force already.`,
  'amount-too-large': msg`The amount is too large.`,
  'another-person': msg`This wants another person than the one who asked for it.`,
  'appeal-refused': msg`This decision cannot be appealed: too late, or an appeal was made already.`,
  'appeal-step-refused': msg`The appeal is past this step.`,
  'autopay-refused': msg`This way of paying by itself cannot be chosen.`,
  'ballot-not-signed': msg`The ballot is not signed for this vote.`,
  'ballot-with-a-name': msg`A ballot is cast without a name: nobody may be signed in to it.`,
  'ban-malformed': msg`What shall be banned is not written as it should be.`,
  'ban-refused': msg`The rules forbid this ban.`,
  'ban-step-refused': msg`The ban is past this step.`,
  'bank-file-refused': msg`The bank’s file could not be taken.`,
  'bank-refused': msg`This cannot be booked like that.`,
  'bill-run-refused': msg`These bills cannot be made now.`,
  'body-too-large': msg`What was sent is too large.`,
  'cap-below-dues': msg`The cap must not be below the dues.`,
  'case-step-refused': msg`The case is past this step.`,
  'choice-refused': msg`This choice is not possible.`,
  'conflict-of-interest': msg`You are involved yourself: somebody else has to decide.`,
  'coop-already-constituted': msg`This co-op exists already.`,
  'coop-not-constituted': msg`This co-op does not exist yet.`,
  'coop-unknown': msg`This part has not heard of the co-op yet. Try again in a moment.`,
  'cost-pool-refused': msg`The shared cost is past this step, or somebody else has to take it.`,
  'cost-trial-busy': msg`Another trial is being computed. Try again when it is done.`,
  'credit-refused': msg`This cannot be credited.`,
  'csrf-token-missing': msg`This change did not come from a page of this session: load the page again.`,
  'currency-unknown': msg`There is no such currency.`,
  'decision-malformed': msg`The decision is not written as it should be.`,
  'decision-refused': msg`This decision is not possible as it stands.`,
  'decision-step-refused': msg`The decision is past this step.`,
  'direct-debit-refused': msg`This is not possible with the direct debit as it stands.`,
  'document-malformed': msg`The document is not a PDF or picture that can be read.`,
  'document-not-ready': msg`The document is still being made. Try again in a moment.`,
  'document-too-large': msg`The document is too large.`,
  'erasure-hindered': msg`Nothing can be erased yet: something still stands against it.`,
  'evidence-not-whole': msg`Parts of the evidence are missing or were changed.`,
  'idempotency-key-reused': msg`The same form was sent before with other figures. Load the page again.`,
  'instalment-plan-decided': msg`It was decided about this agreement already.`,
  'instalment-plan-refused': msg`Parts like these cannot be agreed.`,
  'invoice-closed': msg`This invoice is paid, credited or written off already.`,
  'key-step-refused': msg`The key is past this step.`,
  'location-incomplete': msg`A place wants both latitude and longitude.`,
  'month-not-over': msg`This month is not over yet.`,
  'name-refused': msg`This name cannot be taken.`,
  'never-ban-malformed': msg`This is not an address or prefix.`,
  'not-a-key': msg`This is not a key.`,
  'not-allowed': msg`This is not yours to do.`,
  'not-claimable': msg`This box cannot be claimed: the code is wrong, or somebody has claimed it.`,
  'nothing-open': msg`Nothing is open here.`,
  'outside-list-malformed': msg`The list is not described as it should be.`,
  'outside-list-not-taken': msg`The list could not be taken.`,
  'outside-list-refused': msg`This is not possible with the list as it stands.`,
  'paper-unacceptable': msg`The electoral paper is not one that can be taken.`,
  'part-too-slow': msg`A part of the co-op took the call but did not answer in time. A change may have been made: look before you try again.`,
  'part-unavailable': msg`A part of the co-op does not answer right now.`,
  'pay-run-refused': msg`This is not possible with the pay as it stands.`,
  'payment-reversed': msg`This payment was taken back already.`,
  'payment-under-way': msg`A payment is under way already.`,
  'place-unknown': msg`There is no such place.`,
  'plan-refused': msg`This plan cannot be taken as it stands.`,
  'plan-unknown': msg`There is no such plan.`,
  'policy-refused': msg`These rules contradict one another.`,
  'pools-exhausted': msg`No address is free any more: add a pool.`,
  'provider-away': msg`The payment provider does not answer. Try again later.`,
  'provider-not-offered': msg`This way of paying is not offered.`,
  'provider-refused': msg`The payment provider refused.`,
  'received-in-future': msg`The day lies in the future.`,
  'received-too-long-ago': msg`The day is too long ago.`,
  'refund-too-large': msg`More cannot be given back than came in.`,
  'report-refused': msg`The report cannot be taken as it stands.`,
  'second-moderator-wanted': msg`This wants a second moderator.`,
  'settlement-refused': msg`This is not possible with what was settled.`,
  'sign-in-required': msg`Sign in to see this.`,
  'signed-out': msg`Your session is over: sign in again.`,
  'simulation-busy': msg`Another proposal is being computed. Try again when it is done.`,
  'status-report-refused': msg`The bank’s answer could not be taken.`,
  'step-not-legal': msg`This is past that step: load the page again.`,
  'subject-unknown': msg`Nobody is known who had this address at that time.`,
  'time-zone-unknown': msg`There is no such time zone.`,
  'times-wrong': msg`The end must lie after the beginning.`,
  'too-many-applications': msg`Too many people apply at this moment. Try again later.`,
  'too-many-attempts': msg`Too many attempts. Try again later.`,
  'too-many-bouncers': msg`There are as many keys as may be: revoke one first.`,
  'too-many-calls': msg`Too many calls. Try again in a minute.`,
  'too-many-circulars': msg`Enough letters were sent to many today.`,
  'too-many-feed-keys': msg`There are as many keys as may be: revoke one first.`,
  'too-many-guesses': msg`Too many wrong codes. Try again later.`,
  'too-many-layouts': msg`There are as many arrangements as may be: remove one first.`,
  'too-many-reads': msg`Too many questions. Try again in a minute.`,
  'too-many-reports': msg`Too many reports came from here. Try again later.`,
  'too-many-webhook-receivers': msg`There are as many tools as may be: remove one first.`,
  'too-much-maintenance': msg`As much work is announced as may be.`,
  'try-again': msg`Somebody else changed the same at this moment. Try again.`,
  'webhook-receiver-disabled': msg`This tool is switched off.`,
  'webhook-secrets-overlap': msg`The secret was changed a short while ago: the old one still counts.`,
  'write-off-not-asked': msg`Nobody has asked to give this up.`,
};

/** What kind of problem it is, in the reader's language; nothing where none is known, or where the service's words will do. */
export function problemText(problem: Problem): string | null {
  const text = TEXTS[slugOf(problem)];
  return text && (i18n.locale !== 'en' || !problem.detail) ? i18n._(text) : null;
}

/** What is wrong with a field, in the reader's language where the rule is a common one. */
export function fieldText(error: FieldError): string {
  if (i18n.locale === 'en') return error.message;
  switch (error.rule?.toLowerCase()) {
    case 'required': case 'notnull': case 'notblank': case 'notempty': return i18n._(msg`This is missing.`);
    case 'size': case 'length': return i18n._(msg`This is too short or too long.`);
    case 'pattern': case 'malformed': case 'type': case 'invalid': return i18n._(msg`This is not written as it should be.`);
    case 'email': return i18n._(msg`This is not an e-mail address.`);
    case 'min': case 'max': case 'range': case 'positive': case 'positiveorzero': case 'digits': case 'decimalmin': case 'decimalmax': return i18n._(msg`This figure is outside its limits.`);
    case 'future': case 'futureorpresent': return i18n._(msg`This day has to lie in the future.`);
    case 'past': case 'pastorpresent': return i18n._(msg`This day must not lie in the future.`);
    default: return error.message;
  }
}
