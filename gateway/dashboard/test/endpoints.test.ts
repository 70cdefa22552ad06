import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

// The services write down what they answer; what the dashboard asks for has to stand there, with that verb.

const repository = '../../'; // tests run in the dashboard's folder
const read = (path: string): string => readFileSync(repository + path, 'utf8');

/** The gateway's own, and pages of the sign-in. */
const OWN = ['GET /api/session', 'POST /api/session/view', 'DELETE /api/session/view', 'GET /api/overview/home', 'GET /api/overview/members/{id}', 'POST /id/sign-out'];
const offered = [
  ...OWN,
  ...['membership-service', 'billing-service', 'abuse-reporting'].flatMap((service) =>
    Object.entries((JSON.parse(read(`${service}/openapi.json`)) as { paths: Record<string, object> }).paths).flatMap(([path, verbs]) => Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`))),
];

/** A path with its variable parts as one sign each, without its query. */
const shape = (path: string): string => path.replace(/\?.*$/, '').replace(/\$\{[^}]*\}+|\{[^}]*\}/g, '*');
const shapes = new Set(offered.map((one) => shape(one)));

const VERBS: Record<string, string> = { get: 'GET', download: 'GET', post: 'POST', postForFile: 'POST', put: 'PUT', putFile: 'PUT', remove: 'DELETE' };
const CALL = /\b(get|post|put|remove|putFile|postForFile|download)(?:<(?:[^<>(]|<[^<>]*>)*>)?\(\s*(?:withQuery\(\s*)?(['`])(\/[^'`]*)\2\s*([,)])/g;

interface Call { file: string; verb: string; path: string }
const calls: Call[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name))
  .flatMap((file) => [...read(`gateway/dashboard/src/${file}`).matchAll(CALL)].map(([, verb, , path]) => ({ file, verb: VERBS[verb!]!, path: path! })));

/** A variable part may stand for the name of a step, such as "approve". */
const isOffered = ({ verb, path }: Call): boolean => {
  const asked = `${verb} ${shape(path)}`;
  if (shapes.has(asked)) return true;
  const pattern = new RegExp(`^${asked.replace(/[.+?^()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+')}$`);
  return [...shapes].some((one) => pattern.test(one));
};

describe('what the dashboard asks for', () => {
  it('is answered by a service, by that verb', () => {
    expect(calls.length).toBeGreaterThan(150);
    expect(calls.filter((call) => !isOffered(call)).map(({ file, verb, path }) => `${file}: ${verb} ${path}`)).toEqual([]);
  });

  it('stands in the route table', () => {
    const table = read('gateway/src/main/java/org/coopmesh/gateway/routing/Routes.java');
    const segments = [...new Set(calls.map(({ path }) => /^\/api\/([a-z-]+)/.exec(path)?.[1]).filter((one) => one && !['session', 'overview'].includes(one)))];
    expect(segments.length).toBeGreaterThan(20);
    expect(segments.filter((one) => !table.includes(`"${one}"`))).toEqual([]);
  });

  it('is found out where no service answers it', () => {
    expect(isOffered({ file: '', verb: 'DELETE', path: '/api/session' })).toBe(false);
    expect(isOffered({ file: '', verb: 'GET', path: '/api/invoices/${id}/nothing' })).toBe(false);
    expect(isOffered({ file: '', verb: 'GET', path: '/api/invoices/${id}' })).toBe(true);
  });
});
