import { formatter } from '@lingui/format-po';
import { defineConfig } from '@lingui/conf';

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en'],
  // The completeness test extracts into a folder of its own and compares.
  catalogs: [{ path: `${process.env.CATALOGUE_FOLDER ?? '<rootDir>/src/locales'}/{locale}/messages`, include: ['<rootDir>/src'] }],
  format: formatter({ lineNumbers: false, origins: true }),
});
