import type { Messages } from '@lingui/core';

const ACCENTS: Record<string, string> = { a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', n: 'ñ', c: 'ç', s: 'š', y: 'ý', A: 'Á', E: 'É', I: 'Í', O: 'Ó', U: 'Ú', N: 'Ñ', C: 'Ç', S: 'Š', Y: 'Ý' };
const RIGHT_TO_LEFT = '\u202e';
const POP = '\u202c';

/** Words set from right to left and accented; blanks and tags stay what they are. */
const told = (text: string): string =>
  text.split(/(<\/?\d+\/?>)/).map((part) => (part.startsWith('<') ? part : part.replace(/[^\s]+/g, (word) => RIGHT_TO_LEFT + [...word].map((letter) => ACCENTS[letter] ?? letter).join('') + POP))).join('');

/** A compiled message is a text, or a list of texts and arguments; of plurals only the branches are texts. */
function message(of: unknown): unknown {
  if (typeof of === 'string') return of === '#' ? of : told(of);
  if (!Array.isArray(of)) return of;
  return of.map((part: unknown) => {
    if (!Array.isArray(part)) return message(part);
    const [name, kind, options] = part as [unknown, unknown, unknown];
    if (typeof options !== 'object' || options === null) return part;
    return [name, kind, Object.fromEntries(Object.entries(options).map(([key, value]) => [key, key === 'offset' ? value : message(value)]))];
  });
}

/** A catalogue whose every text shows that it came from there. */
export const pseudo = (messages: Messages): Messages => Object.fromEntries(Object.entries(messages).map(([id, of]) => [id, message(of)])) as Messages;
