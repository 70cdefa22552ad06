import { i18n, type Messages } from '@lingui/core';
import { directionOf, PSEUDO, type Language } from './languages';

type Catalogue = () => Promise<{ messages: Messages }>;
const VISITORS = import.meta.glob<{ messages: Messages }>('../locales/*/messages.po');
const MEMBERS = import.meta.glob<{ messages: Messages }>('../locales/*/members.po');

// Names may hold letters that run the other way, and signs that turn what follows them: such a value is told apart from its sentence.
const TURNS = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;
const apart = (value: unknown): unknown => typeof value === 'string' && TURNS.test(value) ? `\u2068${balanced(value)}\u2069` : value;

/** Isolates that a value opens are closed in it, and it closes none but its own. */
function balanced(value: string): string {
  let kept = '';
  let open = 0;
  for (const sign of value) {
    if (sign === '\u2069' && open === 0) continue;
    if (sign === '\u2069') open--;
    else if (/[\u2066-\u2068]/.test(sign)) open++;
    kept += sign;
  }
  return kept + '\u2069'.repeat(open);
}

const say = i18n._.bind(i18n) as (message: unknown, values?: Record<string, unknown>, options?: unknown) => string;
const allApart = (values: Record<string, unknown> | undefined) => values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, apart(value)]));
i18n._ = i18n.t = ((message: unknown, values?: Record<string, unknown>, options?: unknown) =>
  typeof message === 'object' && message !== null && 'values' in message
    ? say({ ...message, values: allApart(message.values as Record<string, unknown>) })
    : say(message, allApart(values), options)) as typeof i18n._;

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
