import { defineConfig } from 'vitest/config';

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
