import { defineConfig } from 'vitest/config';

// Measures the built dashboard in Chromium; run `npm run build` first.
export default defineConfig({ test: { environment: 'node', include: ['test/journeys/**/*.bench.ts'], testTimeout: 300_000, hookTimeout: 120_000 } });
