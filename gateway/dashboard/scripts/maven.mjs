// What the Maven build calls. Installs the libraries and builds the pages, each only when something has changed since the
// last time. Arguments: the folder that the pages are built into, and the class path that they are copied to afterwards.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const dashboard = new URL('..', import.meta.url).pathname;
const [dist, classes] = process.argv.slice(2);
const SOURCES = ['src', 'public', 'scripts', 'index.html', 'vite.config.ts', 'lingui.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json'];

/** When the newest file at or below {@code path} was written; 0 where there is none. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  return stat.isDirectory() ? Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name)))) : stat.mtimeMs;
}

function npm(...words) {
  const { status, error } = spawnSync('npm', words, { cwd: dashboard, stdio: 'inherit', shell: process.platform === 'win32', env: { ...process.env, DASHBOARD_DIST: dist } });
  if (error) console.error(`npm cannot be started (${error.message}): Node.js 20.19 or newer is needed to build the dashboard`);
  if (status !== 0) process.exit(status ?? 1);
}

if (newest(join(dashboard, 'node_modules/.package-lock.json')) < newest(join(dashboard, 'package-lock.json'))) npm('ci', '--silent');
if (newest(join(dist, '.vite/manifest.json')) < Math.max(...SOURCES.map((name) => newest(join(dashboard, name))))) {
  // Names of assets carry their hash: those of an older build would stay on the class path for ever.
  for (const old of ['dashboard', 'static']) rmSync(join(classes, old), { recursive: true, force: true });
  npm('run', '--silent', 'build', '--', '--logLevel', 'warn');
}
