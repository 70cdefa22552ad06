import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../src/shared/languages';
import { differences, type Text } from './icu';

interface Item { msgid: string; msgstr: string[]; obsolete: boolean }
const PO = createRequire(import.meta.url)('pofile') as { parse: (text: string) => { items: Item[] } };

const PARTS = ['messages', 'members'];
const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
afterAll(() => rmSync(folder, { recursive: true }));

const items = (file: string): Text[] => PO.parse(readFileSync(file, 'utf8')).items.filter((item) => !item.obsolete).map(({ msgid, msgstr }) => ({ id: msgid, said: msgstr[0] ?? '' }));
const ids = (texts: Text[]): string[] => texts.map(({ id }) => id).sort();

describe('the catalogues', () => {
  beforeAll(() => {
    execFileSync('node', ['node_modules/@lingui/cli/dist/lingui.js', 'extract', '--clean'], { env: { ...process.env, CATALOGUE_FOLDER: folder }, stdio: 'pipe' });
  }, 300_000);

  it.each(Object.keys(LANGUAGES))('have every text of the dashboard and no other in %s: else run "npm run messages"', (language) => {
    for (const part of PARTS) expect(ids(items(`src/locales/${language}/${part}.po`))).toEqual(ids(items(join(folder, `${language}/${part}.po`))));
  });
});

describe.each(Object.keys(LANGUAGES).filter((language) => language !== 'en'))('what is said in %s', (language) => {
  const all = PARTS.flatMap((part) => items(`src/locales/${language}/${part}.po`));

  it('leaves no text out', () => {
    expect(all.filter(({ said }) => said.trim() === '').map(({ id }) => id)).toEqual([]);
  });

  it('has the arguments, tags and plural forms that the English has, and every form that the language needs', () => {
    expect(all.filter(({ said }) => said.trim() !== '').flatMap((text) => differences(text, language))).toEqual([]);
  });
});
