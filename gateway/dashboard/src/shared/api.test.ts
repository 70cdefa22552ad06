import { afterEach, describe, expect, it, vi } from 'vitest';
import { carryCsrf, get, newKey, onSessionLost, post, withQuery } from './api';
import { ApiError } from './problem';
import { coopNow, setCoopTime } from './time';

const answer = (status: number, body: string, contentType = 'application/json') =>
  vi.stubGlobal('fetch', vi.fn(async () => new Response(status === 204 ? null : body, { status, headers: { 'Content-Type': contentType } })));
const sent = () => vi.mocked(fetch).mock.calls[0]![1]! as RequestInit & { headers: Record<string, string> };

afterEach(() => {
  vi.unstubAllGlobals();
  carryCsrf(null);
  onSessionLost(() => {});
});

describe('the api client', () => {
  it('carries the CSRF token on changes only', async () => {
    carryCsrf({ header: 'X-CSRF-TOKEN', token: 'abc' });

    answer(200, '{}');
    await get('/api/me');
    expect(sent().headers).not.toHaveProperty('X-CSRF-TOKEN');

    answer(201, '{"id":"1"}');
    await post('/api/payments', { amount: '12.50' }, { idempotencyKey: 'k1' });
    expect(sent().headers).toMatchObject({ 'X-CSRF-TOKEN': 'abc', 'Idempotency-Key': 'k1', 'Content-Type': 'application/json' });
  });

  it('throws the problem of the service', async () => {
    answer(409, '{"type":"https://coopmesh.org/problems/member-not-applicant","detail":"Ana is active already"}', 'application/problem+json');

    await expect(post('/api/members/1/approve', {})).rejects.toMatchObject({ problem: { status: 409, detail: 'Ana is active already' } });
  });

  it('tells a lost session once and still throws', async () => {
    const lost = vi.fn();
    onSessionLost(lost);
    answer(401, '', '');

    await expect(get('/api/me')).rejects.toBeInstanceOf(ApiError);
    expect(lost).toHaveBeenCalledOnce();
  });

  it('tells a dead line from an answer', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => { throw new TypeError('Failed to fetch'); }));

    await expect(get('/api/me')).rejects.toMatchObject({ problem: { status: 0 } });
  });

  it('takes an empty answer for an empty answer, and a page of HTML for a fault', async () => {
    answer(204, '');
    await expect(post('/api/bans/1/lift', { reason: 'over' })).resolves.toBeUndefined();

    answer(200, '<!doctype html>', 'text/html');
    await expect(get('/api/me')).rejects.toMatchObject({ problem: { status: 502 } });
  });

  it('follows the clock that an answer tells', async () => {
    const later = new Date(Date.now() + 40 * 86_400_000);
    vi.stubGlobal('fetch', vi.fn(async () => new Response('{}', { headers: { 'Content-Type': 'application/json', 'Coop-Time': later.toISOString() } })));

    await get('/api/me');

    expect(Math.abs(coopNow() - later.getTime())).toBeLessThan(2_000);
    setCoopTime(new Date().toISOString());
  });

  it('leaves empty values out of a query and escapes the rest', () => {
    expect(withQuery('/api/members', { q: 'a&b', state: '', after: null, limit: 50 })).toBe('/api/members?q=a%26b&limit=50');
    expect(withQuery('/api/members', {})).toBe('/api/members');
  });

  it('makes a new idempotency key each time', () => {
    expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
    expect(newKey()).not.toBe(newKey());
  });
});
