import { fileURLToPath } from 'node:url';
import { lingui } from '@lingui/vite-plugin';
import babel from '@rolldown/plugin-babel';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: '/',
  plugins: [
    react(),
    babel({
      include: /\/src\/.*\.tsx?$/,
      presets: [],
      plugins: ['@lingui/babel-plugin-lingui-macro'],
      parserOpts: { plugins: ['typescript', 'jsx'] },
    }),
    lingui(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8080', '/log/': 'http://127.0.0.1:8080', '/id': 'http://127.0.0.1:8080', '/oauth2': 'http://127.0.0.1:8080', '/login': 'http://127.0.0.1:8080' } },
  build: {
    // Maven builds into its own target folder
    outDir: process.env.DASHBOARD_DIST ?? 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows our own origin only: nothing becomes a data: URL or an inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    sourcemap: false,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'lint/**/*.test.ts', 'test/*.test.ts'],
    testTimeout: 60_000,
  },
});
