import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse, type Token } from '@messageformat/parser';
import type { Locator, Page } from 'playwright-core';

// Journeys are written in English. Here what they look for is said in another language, by the catalogue that the page uses.

interface Said { id: string; said: string; whole: RegExp; names: string[] }
const PO = createRequire(import.meta.url)('pofile') as { parse: (text: string) => { items: { msgid: string; msgstr: string[] }[] } };
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const plain = (text: string): string => text.replace(/<\/?\d+\/?>/g, '');

/** A pattern of the English text; each place of an argument is a group, in the order of {@code names}. */
function pattern(tokens: Token[], names: string[], counted = ''): string {
  return tokens.map((token) => {
    if (token.type === 'content') return literal(token.value);
    if (token.type === 'octothorpe') { names.push(counted); return '([\\d.,]+)'; }
    if (!('cases' in token)) { names.push(token.arg); return '(.+?)'; }
    return `(?:${token.cases.map((one) => pattern(one.tokens, names, token.arg)).join('|')})`;
  }).join('');
}

/** The text with its arguments; of plural forms the one that the language uses of the number. */
function fill(tokens: Token[], given: Map<string, string>, language: string, counted = ''): string {
  return tokens.map((token) => {
    if (token.type === 'content') return token.value;
    if (token.type === 'octothorpe') return given.get(counted) ?? '';
    if (!('cases' in token)) return given.get(token.arg) ?? '';
    const value = given.get(token.arg) ?? '1';
    const form = token.type === 'select' ? value : new Intl.PluralRules(language).select(Number(value));
    const one = token.cases.find(({ key }) => key === `=${value}`) ?? token.cases.find(({ key }) => key === form) ?? token.cases.find(({ key }) => key === 'other')!;
    return fill(one.tokens, given, language, token.arg);
  }).join('');
}

export class Speech {
  private readonly all: Said[];

  constructor(readonly language: string) {
    this.all = ['messages', 'members'].flatMap((part) => PO.parse(readFileSync(new URL(`../../src/locales/${language}/${part}.po`, import.meta.url), 'utf8')).items.map(({ msgid, msgstr }) => {
      const names: string[] = [];
      return { id: plain(msgid), said: plain(msgstr[0]!), names, whole: new RegExp(`^${pattern(parse(plain(msgid)), names)}$`) };
    }));
  }

  /** What the page says for an English text of it, whole or in part; what no catalogue has is said by people or services, and stays. */
  of(text: string): string | RegExp {
    // A number is no word of any text
    if (!/\p{L}/u.test(text)) return text;
    const exact = this.all.find(({ id }) => id === text);
    if (exact) return exact.said;
    for (const one of this.all) {
      const found = one.names.length > 0 && !/^\W*\{[^}]*\}\W*$/.test(one.id) && one.whole.exec(text);
      if (!found) continue;
      const given = new Map<string, string>();
      one.names.forEach((name, at) => { if (found[at + 1] !== undefined) given.set(name, String(this.of(found[at + 1]!))); });
      return fill(parse(one.said), given, this.language);
    }
    const around = this.all.filter(({ id }) => id.includes(text)).sort((a, b) => a.id.length - b.id.length)[0];
    if (!around) return text;
    const names: string[] = [];
    return new RegExp(pattern(parse(around.said), names).replaceAll('(.+?)', '.+?'));
  }

  /** A page that is asked in English and answers in this language. */
  page(of: Page): Page {
    return this.told(of);
  }

  private told<T extends object>(of: T): T {
    return new Proxy(of, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          const answer: unknown = (value as (...given: unknown[]) => unknown).apply(target, /^(getBy(Text|Role|Label|Placeholder|Title|AltText)|filter|selectOption)$/.test(String(name)) ? args.map((arg, at) => this.argument(String(name), arg, at)) : args.map(bare));
          return isLocator(answer) ? remember(this.told(answer), answer) : answer;
        };
      },
    });
  }

  private argument(method: string, arg: unknown, at: number): unknown {
    if (typeof arg === 'string') return method === 'getByRole' ? arg : at === 0 ? this.of(arg) : arg;
    if (typeof arg !== 'object' || arg === null || arg instanceof RegExp) return arg;
    return Object.fromEntries(Object.entries(arg).map(([key, value]) => [key, typeof value === 'string' && /^(name|hasText|hasNotText|label)$/.test(key) ? this.of(value) : bare(value)]));
  }
}

const bares = new WeakMap<object, object>();
const remember = <T extends object>(told: T, of: T): T => { bares.set(told, of); return told; };
const bare = (value: unknown): unknown => (typeof value === 'object' && value !== null ? bares.get(value) ?? value : value);
const isLocator = (value: unknown): value is Locator => typeof value === 'object' && value !== null && 'waitFor' in value && 'click' in value && !('goto' in value);
