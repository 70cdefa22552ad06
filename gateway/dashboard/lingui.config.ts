import { formatter } from '@lingui/format-po';
import { defineConfig } from '@lingui/conf';

// The completeness test extracts into a folder of its own and compares.
const folder = `${process.env.CATALOGUE_FOLDER ?? '<rootDir>/src/locales'}/{locale}`;
const tests = ['**/*.test.ts', '**/*.test.tsx'];
// Shared by pages behind the sign-in only
const inside = ['<rootDir>/src/shared/notices.tsx', '<rootDir>/src/shared/problem-texts-inside.ts', '<rootDir>/src/app/Viewed.tsx'];
const visitors = ['landing', 'setup', 'join', 'reports'].map((feature) => `<rootDir>/src/features/${feature}`);

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'es', 'ca', 'de', 'fr'],
  // A text that is not translated yet is shown in English; the completeness test names it.
  fallbackLocales: { default: 'en' },
  // The first page carries the texts that a visitor may meet; the others come with the first page behind the sign-in.
  catalogs: [
    { path: `${folder}/messages`, include: ['<rootDir>/src/app', '<rootDir>/src/shared', ...visitors], exclude: [...inside, ...tests] },
    { path: `${folder}/members`, include: ['<rootDir>/src/features', ...inside], exclude: [...visitors, ...tests] },
  ],
  runtimeConfigModule: { Trans: ['@/shared/Trans', 'Trans'] },
  format: formatter({ lineNumbers: false, origins: true }),
});
