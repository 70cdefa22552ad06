/** The languages the dashboard speaks, each by its own name. English is the source: what another lacks is said in it. */
export const LANGUAGES = { en: 'English', es: 'Español', ca: 'Català', de: 'Deutsch', fr: 'Français' } as const;

/** Mirrored and accented English, to see what was forgotten: in development and in tests, never in what members get. */
export const PSEUDO = 'ar-XB';

export type Language = keyof typeof LANGUAGES | typeof PSEUDO;

/** As the choices of a list. */
export const LANGUAGE_CHOICES = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));

const SPOKEN: string[] = [...Object.keys(LANGUAGES), ...(import.meta.env.MODE === 'production' ? [] : [PSEUDO])];

export const isLanguage = (tag: string | null | undefined): tag is Language => SPOKEN.includes(tag ?? '');

/** Which way a language runs. */
export const directionOf = (language: string): 'ltr' | 'rtl' => (/^(ar|dv|fa|he|ku|ps|ug|ur|yi)(-|$)/.test(language) ? 'rtl' : 'ltr');

/** The gateway reads it, too, and asks the other pages for this language; hence a cookie. */
const COOKIE = 'coopmesh-language';
const YEAR_SECONDS = 31_536_000;

/** What was chosen in this browser. */
export function chosenLanguage(cookies = document.cookie): Language | null {
  const tag = cookies.split('; ').find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  return isLanguage(tag) ? tag : null;
}

export function rememberLanguage(language: Language): void {
  document.cookie = `${COOKIE}=${language}; path=/; max-age=${YEAR_SECONDS}; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
}

/** What was chosen; else the first that the browser would rather read; else English. */
export function firstLanguage(cookies = document.cookie, wanted: readonly string[] = navigator.languages): Language {
  const guess = wanted.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag! in LANGUAGES);
  return chosenLanguage(cookies) ?? (guess as Language | undefined) ?? 'en';
}
