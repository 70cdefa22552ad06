/** The reader's own region of a language: dates of someone with "en-GB" are written as in Britain, not as in the USA. */
export function regionOf(locale: string): string {
  const own = typeof navigator === 'undefined' ? [] : navigator.languages ?? [];
  return own.find((language) => language === locale || language.startsWith(`${locale}-`)) ?? locale;
}
