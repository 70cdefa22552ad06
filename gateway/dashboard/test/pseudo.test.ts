import { setupI18n, type Messages } from '@lingui/core';
import { describe, expect, it } from 'vitest';
import { pseudo } from '../src/shared/pseudo';

const bare = (text: string): string => text.replace(/[\u202e\u202c]/g, '');

describe('the pseudo-language', () => {
  it('shows every word that came from the catalogue, and leaves arguments and tags alone', () => {
    const messages = pseudo({ a: ['Nodes of <0>', ['who'], '</0>'], b: ['#'], c: 'Save' } as unknown as Messages);
    const i18n = setupI18n({ locale: 'ar-XB', messages: { 'ar-XB': messages } });
    expect(bare(i18n._('a', { who: 'Ana' }))).toBe('Ñódéš óf <0>Ana</0>');
    expect(bare(i18n._('c'))).toBe('Šávé');
    expect(i18n._('c')).not.toBe(bare(i18n._('c')));
  });

  it('counts', () => {
    const messages = pseudo({ n: [['n', 'plural', { one: ['#', ' node'], other: ['#', ' nodes'] }]] } as unknown as Messages);
    const i18n = setupI18n({ locale: 'en', messages: { en: messages } });
    expect(bare(i18n._('n', { n: 1 }))).toBe('1 ñódé');
    expect(bare(i18n._('n', { n: 7 }))).toBe('7 ñódéš');
  });
});
