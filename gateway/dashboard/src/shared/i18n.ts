import { i18n, type Messages } from '@lingui/core';
import { directionOf, PSEUDO, type Language } from './languages';

type Catalogue = () => Promise<{ messages: Messages }>;
const VISITORS = import.meta.glob<{ messages: Messages }>('../locales/*/messages.po');
const MEMBERS = import.meta.glob<{ messages: Messages }>('../locales/*/members.po');

let wanted: Language = 'en';
let behindSignIn = false;

async function texts(all: Record<string, Catalogue>, part: string, language: Language): Promise<Messages> {
  const source = language === PSEUDO ? 'en' : language;
  const { messages } = await all[`../locales/${source}/${part}.po`]!();
  return import.meta.env.MODE !== 'production' && language === PSEUDO ? (await import('./pseudo')).pseudo(messages) : messages;
}

/**
 * Speaks a language from now on; only its texts are fetched. Where several are asked for at once, the last one counts.
 * @throws what went wrong where its texts do not come: then nothing changes
 */
export async function speak(language: Language): Promise<void> {
  wanted = language;
  const [visitors, members] = await Promise.all([texts(VISITORS, 'messages', language), behindSignIn ? texts(MEMBERS, 'members', language) : {}]);
  if (wanted !== language) return;
  i18n.load(language, { ...visitors, ...members });
  i18n.activate(language);
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

/** The texts of the pages behind the sign-in. Who asks again while they did not come tries again. */
export async function membersCatalogue(): Promise<void> {
  if (behindSignIn) return;
  const language = wanted;
  const members = await texts(MEMBERS, 'members', language);
  if (wanted !== language) return membersCatalogue();
  i18n.load(language, members);
  behindSignIn = true;
}
