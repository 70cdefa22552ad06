import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { INSIDE_TEXTS } from './problem-texts-inside';
import { slugOf, type FieldError, type Problem } from './problem';

// What services answer is English and names the particulars. For readers of other languages each kind of problem that a person
// may meet has a text here; the service's words stand beside it.
const TEXTS: Record<string, MessageDescriptor> = {
  ...INSIDE_TEXTS,
  'amount-too-large': msg`The amount is too large.`,
  'appeal-refused': msg`This decision cannot be appealed: too late, or an appeal was made already.`,
  'appeal-step-refused': msg`The appeal is past this step.`,
  'ballot-not-signed': msg`The ballot is not signed for this vote.`,
  'ballot-with-a-name': msg`A ballot is cast without a name: nobody may be signed in to it.`,
  'body-too-large': msg`What was sent is too large.`,
  'coop-already-constituted': msg`This co-op exists already.`,
  'coop-not-constituted': msg`This co-op does not exist yet.`,
  'coop-unknown': msg`This part has not heard of the co-op yet. Try again in a moment.`,
  'csrf-token-missing': msg`This change did not come from a page of this session: load the page again.`,
  'currency-unknown': msg`There is no such currency.`,
  'document-malformed': msg`The document is not a PDF or picture that can be read.`,
  'document-too-large': msg`The document is too large.`,
  'evidence-not-whole': msg`Parts of the evidence are missing or were changed.`,
  'location-incomplete': msg`A place wants both latitude and longitude.`,
  'not-allowed': msg`This is not yours to do.`,
  'paper-unacceptable': msg`The electoral paper is not one that can be taken.`,
  'part-too-slow': msg`A part of the co-op took the call but did not answer in time. A change may have been made: look before you try again.`,
  'part-unavailable': msg`A part of the co-op does not answer right now.`,
  'payment-under-way': msg`A payment is under way already.`,
  'place-unknown': msg`There is no such place.`,
  'plan-refused': msg`This plan cannot be taken as it stands.`,
  'plan-unknown': msg`There is no such plan.`,
  'policy-refused': msg`These rules contradict one another.`,
  'pools-exhausted': msg`No address is free any more: add a pool.`,
  'provider-away': msg`The payment provider does not answer. Try again later.`,
  'provider-not-offered': msg`This way of paying is not offered.`,
  'provider-refused': msg`The payment provider refused.`,
  'report-refused': msg`The report cannot be taken as it stands.`,
  'sign-in-required': msg`Sign in to see this.`,
  'signed-out': msg`Your session is over: sign in again.`,
  'step-not-legal': msg`This is past that step: load the page again.`,
  'time-zone-unknown': msg`There is no such time zone.`,
  'too-many-applications': msg`Too many people apply at this moment. Try again later.`,
  'too-many-attempts': msg`Too many attempts. Try again later.`,
  'too-many-calls': msg`Too many calls. Try again in a minute.`,
  'too-many-guesses': msg`Too many wrong codes. Try again later.`,
  'too-many-reads': msg`Too many questions. Try again in a minute.`,
  'too-many-reports': msg`Too many reports came from here. Try again later.`,
  'try-again': msg`Somebody else changed the same at this moment. Try again.`,
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
