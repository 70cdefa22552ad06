import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const files = (ending: RegExp): string[] => readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => ending.test(name)).map((name) => `src/${name}`);

/** Left and right, where start and end is meant: such a rule stands on the wrong side in a language that runs the other way. */
const PHYSICAL = /\b(margin|padding|border|scroll-margin|scroll-padding)-(left|right)\b|(?<![\w-])(left|right)\s*:|(text-align|float|clear)\s*:\s*(left|right)\b|border-(top|bottom)-(left|right)-radius/;
const PHYSICAL_STYLE = /\b(margin|padding|border)(Left|Right)\b|[{,]\s*(left|right):|textAlign: ['"](left|right)|\s(ml|mr|pl|pr)=\{/;

const found = (file: string, what: RegExp): string[] => readFileSync(file, 'utf8').split('\n').flatMap((line, at) => (what.test(line) ? [`${file}:${at + 1} ${line.trim().slice(0, 100)}`] : []));

describe('what is laid out', () => {
  it('says start and end, not left and right', () => {
    expect(files(/\.css$/).length).toBeGreaterThan(5);
    expect(files(/\.css$/).flatMap((file) => found(file, PHYSICAL))).toEqual([]);
    expect(files(/\.tsx$/).flatMap((file) => found(file, PHYSICAL_STYLE))).toEqual([]);
  });

  it('finds such a rule', () => {
    for (const rule of ['a { margin-left: 1px }', 'a{left:0}', 'a { text-align: right; }', 'a { border-top-left-radius: 1px }']) expect(rule).toMatch(PHYSICAL);
    for (const style of ["<a style={{ marginLeft: 2 }} />", '<a style={{ left: 2 }} />', '<Group ml={3}>']) expect(style).toMatch(PHYSICAL_STYLE);
    for (const rule of ['a { margin-inline-start: 1px }', 'a { inset-inline-start: 0 }']) expect(rule).not.toMatch(PHYSICAL);
  });
});
