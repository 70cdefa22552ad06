import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every text of a catalogue, with its context. */
const texts = (file: string): string[] =>
  readFileSync(file, 'utf8').split('\n\n').slice(1).map((entry) => entry.split('\n').filter((line) => !line.startsWith('#') && !line.startsWith('msgstr')).join('\n').split('\nmsgstr')[0]!.trim()).filter((entry) => entry !== '').sort();

describe('the catalogues', () => {
  it('have every text of the dashboard and no other: else run "npm run messages"', () => {
    execFileSync('node', ['node_modules/@lingui/cli/dist/lingui.js', 'extract', '--clean'], { env: { ...process.env, CATALOGUE_FOLDER: folder }, stdio: 'pipe' });

    for (const part of ['messages', 'members']) expect(texts(`src/locales/en/${part}.po`)).toEqual(texts(join(folder, `en/${part}.po`)));
  });
});
