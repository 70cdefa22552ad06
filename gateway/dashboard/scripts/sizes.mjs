// Prints what the first page weighs over the wire and fails the build above the limit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const FIRST_PAGE_LIMIT_KB = 250;
const dist = process.env.DASHBOARD_DIST ?? new URL('../dist/', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const gzip = (file) => gzipSync(readFileSync(join(dist, file))).length;

function reach(keys) {
  const seen = new Set();
  const files = new Set();
  const walk = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    files.add(chunk.file);
    (chunk.css ?? []).forEach((css) => files.add(css));
    (chunk.imports ?? []).forEach(walk);
  };
  keys.forEach(walk);
  return files;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const landing = Object.keys(manifest).find((key) => key.endsWith('features/landing/LandingPage.tsx'));
const files = reach([entry, landing].filter(Boolean));
const font = Object.values(manifest).map((chunk) => chunk.file).find((file) => /next-latin-wght-normal.*woff2$/.test(file))
  ?? readFontName();
function readFontName() {
  const assets = manifest[entry].assets ?? [];
  return assets.find((file) => /next-latin-wght-normal.*woff2$/.test(file));
}

let total = gzip('index.html');
for (const file of files) {
  const bytes = gzip(file);
  total += bytes;
  console.log(`  ${(bytes / 1000).toFixed(1).padStart(7)} kB gzip  ${file}`);
}
if (font) {
  const bytes = readFileSync(join(dist, font)).length;
  total += bytes;
  console.log(`  ${(bytes / 1000).toFixed(1).padStart(7)} kB       ${font}`);
}
const kb = total / 1000;
console.log(`FIGURE dashboard.first_page_kb ${kb.toFixed(1)} kB | landing page, gzip, font included, limit ${FIRST_PAGE_LIMIT_KB}`);
if (kb > FIRST_PAGE_LIMIT_KB) {
  console.error(`the first page is heavier than ${FIRST_PAGE_LIMIT_KB} kB`);
  process.exit(1);
}
