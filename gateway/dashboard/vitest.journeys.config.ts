import { defineConfig } from 'vitest/config';
import { NO_BROWSER } from './test/journeys/chromium.ts';

if (NO_BROWSER) console.warn('SKIPPED journeys of the dashboard: no Chromium found; install chromium, or let CHROMIUM name one');

// Browser journeys against the built dashboard; run `npm run build` first.
export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/journeys/**/*.journey.ts'],
    // A test looks at many screens, on whatever machine
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 2,
    setupFiles: ['test/journeys/unsteady.ts'],
    retry: 1,
  },
});
