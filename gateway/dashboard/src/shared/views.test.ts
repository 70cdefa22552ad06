import { beforeEach, describe, expect, it } from 'vitest';
import { keepView, viewsOf } from './views';

describe('kept views of a list', () => {
  beforeEach(() => localStorage.clear());
  it('are replaced by their name, forgotten, and bounded', () => {
    keepView('/members', { name: 'North', search: { zone: 'North' } });
    keepView('/members', { name: 'North', search: { zone: 'North', state: 'active' } });
    expect(viewsOf('/members')).toEqual([{ name: 'North', search: { zone: 'North', state: 'active' } }]);
    expect(viewsOf('/invoices')).toEqual([]);
    expect(keepView('/members', { name: 'North', search: null })).toEqual([]);
    for (let at = 0; at < 20; at++) keepView('/members', { name: String(at), search: { q: String(at) } });
    expect(viewsOf('/members').map((one) => one.name)).toEqual(['8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19']);
  });
  it('are none where something else lies', () => {
    localStorage.setItem('coopmesh-views /members', '{"a":1}');
    expect(viewsOf('/members')).toEqual([]);
    localStorage.setItem('coopmesh-views /members', 'x');
    expect(viewsOf('/members')).toEqual([]);
  });
});
