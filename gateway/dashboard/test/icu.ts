import { parse, type Token } from '@messageformat/parser';

/** A text of the catalogue, and what is said for it. */
export interface Text {
  id: string;
  said: string;
}

interface Shape {
  args: Set<string>;
  /** Argument, kind, and the forms given for it. */
  choices: { arg: string; kind: string; forms: string[] }[];
}

function shape(text: string): Shape {
  const of: Shape = { args: new Set(), choices: [] };
  const walk = (tokens: Token[]): void => {
    for (const token of tokens) {
      if (token.type === 'content' || token.type === 'octothorpe') continue;
      of.args.add(token.arg);
      if (!('cases' in token)) continue;
      of.choices.push({ arg: token.arg, kind: token.type, forms: token.cases.map((one) => one.key) });
      token.cases.forEach((one) => walk(one.tokens));
    }
  };
  walk(parse(text));
  return of;
}

const sorted = (values: Iterable<string>): string => [...new Set(values)].sort().join(' ');
const tags = (text: string): string => sorted(text.match(/<\/?\d+\/?>/g) ?? []);

/** What a translation must have as its source has it, and has not: one sentence each. */
export function differences({ id, said }: Text, language: string): string[] {
  const wrong: string[] = [];
  const say = (what: string): void => void wrong.push(`${JSON.stringify(id)}: ${what} in ${JSON.stringify(said)}`);
  let source: Shape;
  let target: Shape;
  try {
    [source, target] = [shape(id), shape(said)];
  } catch (broken) {
    say(`${String(broken)}`);
    return wrong;
  }
  if (sorted(source.args) !== sorted(target.args)) say(`arguments ${sorted(target.args)} instead of ${sorted(source.args)}`);
  if (tags(id) !== tags(said)) say(`tags ${tags(said)} instead of ${tags(id)}`);
  const kinds = (of: Shape): string => sorted(of.choices.map(({ arg, kind }) => `${kind}:${arg}`));
  if (kinds(source) !== kinds(target)) say(`choices ${kinds(target)} instead of ${kinds(source)}`);
  for (const { arg, kind, forms } of target.choices) {
    if (!forms.includes('other')) say(`no form "other" of ${arg}`);
    if (kind === 'select') {
      const known = source.choices.find((one) => one.arg === arg)?.forms ?? [];
      if (sorted(known) !== sorted(forms)) say(`forms ${sorted(forms)} of ${arg} instead of ${sorted(known)}`);
      continue;
    }
    const needed: string[] = new Intl.PluralRules(language, { type: kind === 'selectordinal' ? 'ordinal' : 'cardinal' }).resolvedOptions().pluralCategories;
    // What the language has a form of its own for; "many" of Romance languages is for millions, where "other" will do.
    const missing = needed.filter((form) => form !== 'many' && !forms.includes(form));
    if (missing.length > 0 && !(missing.every((form) => form === 'one') && forms.includes('=1'))) say(`no form "${missing.join('", "')}" of ${arg}`);
    const foreign = forms.filter((form) => !/^=\d+$/.test(form) && !needed.includes(form));
    if (foreign.length > 0) say(`forms ${foreign.join(' ')} of ${arg}, which the language has not`);
    const exact = (of: string[]): string => sorted(of.filter((form) => form.startsWith('=')));
    const known = source.choices.find((one) => one.arg === arg)?.forms ?? [];
    if (exact(known) !== exact(forms) && !forms.includes('=1')) say(`exact forms ${exact(forms)} of ${arg} instead of ${exact(known)}`);
  }
  return wrong;
}
