import { Trans as Sentence, type TransProps } from '@lingui/react';

// Sentences mark their parts as <0>…</0>: in a value that is no mark, and an unseen sign keeps it from being taken for one.
const MARK = /<(?=\/?[a-z\d]+\/?>)/gi;
const unmarked = (value: unknown): unknown => typeof value === 'string' ? value.replace(MARK, '<\u2060') : value;

/** A sentence with parts and values in it; a value may be a part itself, but its words never stand for one. The macro of this name becomes it. */
export function Trans({ values, ...sentence }: TransProps) {
  return <Sentence {...sentence} values={values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, unmarked(value)]))} />;
}
