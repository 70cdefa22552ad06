// Packs what the browser keeps, once and as tightly as can be: the gateway serves the packed file to who understands it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** Smaller files gain nothing on the wire. */
const WORTHWHILE_BYTES = 1_000;

const assets = join(process.env.DASHBOARD_DIST ?? new URL('../dist/', import.meta.url).pathname, 'assets');
let plain = 0;
let packed = 0;
for (const name of readdirSync(assets).filter((one) => /\.(js|css|svg)$/.test(one))) {
  const bytes = readFileSync(join(assets, name));
  if (bytes.length < WORTHWHILE_BYTES) continue;
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  writeFileSync(join(assets, `${name}.br`), brotli);
  plain += bytes.length;
  packed += brotli.length;
}
console.log(`FIGURE dashboard.packed_percent ${Math.round((packed / plain) * 100)} % | all scripts and styles, brotli, of ${(plain / 1000).toFixed(0)} kB`);
