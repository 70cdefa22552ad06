import { describe, expect, it } from 'vitest';
import { differences } from './icu';

const NODES = '{n, plural, =0 {no node} one {# node of {who}} other {# nodes of {who}}} <0>here</0>';
const wrong = (said: string, language = 'de'): string => differences({ id: NODES, said }, language).join('\n');

describe('a translation', () => {
  it('is right with the same arguments, tags and forms, in another order', () => {
    expect(wrong('<0>hier</0> {n, plural, =0 {kein Knoten} one {# Knoten von {who}} other {# Knoten von {who}}}')).toBe('');
  });

  it.each([
    ['{n, plural, =0 {kein Knoten} one {# Knoten} other {# Knoten}} <0>hier</0>', /arguments n instead of n who/],
    ['{n, plural, =0 {kein} one {# von {who}} other {# von {who}}} hier', /tags {2}instead of <\/0> <0>/],
    ['{n, plural, =0 {kein} other {# von {who}}} <0>hier</0>', /no form "one"/],
    ['{n, plural, =0 {kein} one {# von {who}}} <0>hier</0>', /no form "other"/],
    ['{n, plural, =0 {kein} one {# von {who}} few {#} other {# von {who}}} <0>hier</0>', /forms few of n/],
    ['{n, plural, one {# von {who}} other {# von {who}}} <0>hier</0>', /exact forms {2}of n instead of =0/],
    ['{n} {who} <0>hier</0>', /choices {2}instead of plural:n/],
    ['{n, plural, one {#} <0>hier</0>', /./],
  ])('is not with %s', (said, what) => {
    expect(wrong(said)).toMatch(what);
  });

  it('may leave out what a language says of millions', () => {
    expect(wrong('{n, plural, =0 {ningún nodo} one {# nodo de {who}} other {# nodos de {who}}} <0>aquí</0>', 'es')).toBe('');
  });
});
