import { defineConfig } from 'vitest/config';
import { NO_BROWSER } from './test/journeys/chromium.ts';

if (NO_BROWSER) console.warn('SKIPPED screens.journey, work.journey: no Chromium found; install chromium, or let CHROMIUM name one');

// Browser journeys against the built dashboard; run `npm run build` first.
export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/journeys/**/*.journey.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
