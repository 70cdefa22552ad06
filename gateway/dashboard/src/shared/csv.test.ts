import { afterEach, describe, expect, it, vi } from 'vitest';
import { cell, csv, everything } from './csv';

afterEach(() => vi.unstubAllGlobals());

describe('a file for a spreadsheet', () => {
  it.each([
    ['Ana Ribas', 'Ana Ribas'],
    ['Ribas, Ana', '"Ribas, Ana"'],
    ['the "mill"', '"the ""mill"""'],
    ['two\nlines', '"two\nlines"'],
    [' edge ', '" edge "'],
    [null, ''],
    [undefined, ''],
    [12, '12'],
    ['-12.50', '-12.50'],
    ['0.000001', '0.000001'],
  ])('writes %j as %s', (value, written) => expect(cell(value)).toBe(written));

  it.each([
    ['=1+1', "'=1+1"],
    ['+34 600 000 000', "'+34 600 000 000"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['=HYPERLINK("http://evil.example","x")', '"\'=HYPERLINK(""http://evil.example"",""x"")"'],
    ['  =1', "'  =1"],
    ['\t=1', '"\'\t=1"'],
    ['|calc', "'|calc"],
  ])('does not let %j run', (value, written) => expect(cell(value)).toBe(written));

  it('has a head and ends each line', () => expect(csv(['a', 'b'], [['1', null]])).toBe('a,b\r\n1,\r\n'));

  it('holds every page of the list', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', vi.fn(async (path: string) => {
      asked.push(path);
      const body = path.includes('after=') ? { items: [3], next: null } : { items: [1, 2], next: 'c' };
      return new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } });
    }));

    expect(await everything('/api/members', { state: 'active', q: undefined })).toEqual({ rows: [1, 2, 3], more: false });
    expect(asked).toEqual(['/api/members?state=active&limit=200', '/api/members?state=active&limit=200&after=c']);
  });
});
