// Prints what the first page, the heaviest page and the heaviest texts weigh over the wire, and fails the build above a limit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const FIRST_PAGE_LIMIT_KB = 250;
/** A page behind the sign-in, with all it needs and the texts of every such page: what a table page costs at the first visit. */
const TABLE_PAGE_LIMIT_KB = 400;
const ROUTE_LIMIT_KB = 60;
const TEXTS_LIMIT_KB = 70;
/** May be heavier than other routes: they draw. */
const DRAWING = ['features/nodes/MeshPage.tsx'];

const dist = process.env.DASHBOARD_DIST ?? new URL('../dist/', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const weights = new Map();
const weigh = (file) => {
  if (!weights.has(file)) weights.set(file, (file.endsWith('.woff2') ? readFileSync(join(dist, file)) : gzipSync(readFileSync(join(dist, file)))).length);
  return weights.get(file);
};
const kb = (bytes) => (bytes / 1000).toFixed(1);
const sum = (files) => [...files].reduce((total, file) => total + weigh(file), 0);

/** Every file that the browser must have for {@code keys}. */
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

const keys = Object.keys(manifest);
const heaviest = (found) => found.map((key) => [key, weigh(manifest[key].file)]).sort(([, a], [, b]) => b - a)[0];
const entry = keys.find((key) => manifest[key].isEntry);
const font = (manifest[entry].assets ?? []).find((file) => /next-latin-wght-normal.*woff2$/.test(file));
const texts = (part) => heaviest(keys.filter((key) => key.endsWith(`/${part}.po`)));

// In the language whose texts weigh most
const [visitorTexts] = texts('messages');
const [memberTexts, memberTextsBytes] = texts('members');
const shell = reach([entry, visitorTexts]);
const first = new Set([...shell, ...reach([keys.find((key) => key.endsWith('features/landing/LandingPage.tsx'))]), font, 'index.html']);
const routes = keys.filter((key) => manifest[key].isDynamicEntry && /Page\.tsx$/.test(key));
// What a route adds to the pages before it: its own chunk and those that it shares with other routes only
const added = routes.map((key) => {
  const files = [...reach([key])].filter((file) => !shell.has(file));
  return { key, bytes: sum(files), own: weigh(manifest[key].file) };
}).sort((a, b) => b.bytes - a.bytes);
const tables = added.filter(({ key }) => !DRAWING.some((name) => key.endsWith(name)));
const widest = tables[0];
const heavy = [...tables].sort((a, b) => b.own - a.own)[0];

for (const file of first) console.log(`  ${kb(weigh(file)).padStart(7)} kB ${file.endsWith('.woff2') ? '    ' : 'gzip'}  ${file}`);
const figures = [
  ['first_page_kb', sum(first), FIRST_PAGE_LIMIT_KB, `landing page, gzip, font and texts included (${visitorTexts})`],
  ['table_page_kb', sum(first) + widest.bytes + memberTextsBytes, TABLE_PAGE_LIMIT_KB, `heaviest page behind the sign-in at a first visit, with all its texts (${widest.key})`],
  ['route_chunk_kb', heavy.own, ROUTE_LIMIT_KB, `heaviest route but the map (${heavy.key})`],
  ['texts_kb', memberTextsBytes, TEXTS_LIMIT_KB, `texts behind the sign-in in the language that needs most (${memberTexts})`],
];
let tooHeavy = false;
for (const [name, bytes, limit, what] of figures) {
  console.log(`FIGURE dashboard.${name} ${kb(bytes)} kB | ${what}, limit ${limit}`);
  if (bytes / 1000 > limit) {
    console.error(`dashboard.${name} is above its limit of ${limit} kB: ${what}`);
    tooHeavy = true;
  }
}
process.exit(tooHeavy ? 1 : 0);
