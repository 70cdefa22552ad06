import { afterEach, describe, expect, it } from 'vitest';
import { absolute, relative } from '../src/shared/time';
import { chosenLanguage, directionOf, firstLanguage, isLanguage, LANGUAGES, rememberLanguage } from '../src/shared/languages';
import { formatMoney } from '../src/shared/money';

afterEach(() => { document.cookie = 'coopmesh-language=; path=/; max-age=0'; });

describe('the language of the first page', () => {
  it('is the first that the browser would rather read and that is spoken', () => {
    expect(firstLanguage('', ['eu', 'ca-ES', 'es-ES', 'en'])).toBe('ca');
    expect(firstLanguage('', ['DE-at'])).toBe('de');
    expect(firstLanguage('', ['ja', 'pt-BR'])).toBe('en');
    expect(firstLanguage('', [])).toBe('en');
  });

  it('is the one that was chosen here, whatever the browser says', () => {
    rememberLanguage('fr');
    expect(chosenLanguage()).toBe('fr');
    expect(firstLanguage(document.cookie, ['de'])).toBe('fr');
  });

  it('is not what a cookie makes up', () => {
    expect(firstLanguage('coopmesh-language=xx; other=1', ['es'])).toBe('es');
    expect(firstLanguage('coopmesh-language=../../en', [])).toBe('en');
    expect(isLanguage('toString')).toBe(false);
    expect(chosenLanguage('not-coopmesh-language=de')).toBeNull();
  });
});

describe('a language', () => {
  it('runs its own way', () => {
    expect(Object.keys(LANGUAGES).map(directionOf)).toEqual(['ltr', 'ltr', 'ltr', 'ltr', 'ltr']);
    expect(['ar-XB', 'ar', 'he', 'fa-IR', 'ur'].map(directionOf)).toEqual(['rtl', 'rtl', 'rtl', 'rtl', 'rtl']);
    expect(directionOf('arn')).toBe('ltr');
  });

  it('has its own grammar of amounts, days and distances', () => {
    const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
    const money = { amount: '-1234.50', currency: 'EUR' };
    expect(plain(formatMoney(money, 'de'))).toBe('-1.234,50 €');
    expect(plain(formatMoney(money, 'fr'))).toBe('-1 234,50 €');
    expect(plain(formatMoney(money, 'ca'))).toBe('-1.234,50 €');
    expect(absolute('2026-11-21', 'de')).toBe('21.11.2026');
    expect(absolute('2026-11-21', 'es')).toBe('21 nov 2026');
    expect(relative('2026-11-21', 'ca', Date.parse('2026-11-22T12:00:00Z'))).toBe('ahir');
    expect(relative('2026-11-21T12:00:00Z', 'fr', Date.parse('2026-11-21T12:03:00Z'))).toBe('il y a 3 minutes');
  });
});

describe('a name in a sentence', () => {
  const said = async (who: string): Promise<string> => {
    const { i18n } = await import('@lingui/core');
    await import('../src/shared/i18n');
    i18n.loadAndActivate({ locale: 'en', messages: { joined: [['who'], ' joined'] } as never });
    return i18n._({ id: 'joined', values: { who } });
  };

  it('is told apart from it where it runs the other way, and nowhere else', async () => {
    expect(await said('Núria Puig')).toBe('Núria Puig joined');
    expect(await said('<0>x</0> a < b')).toBe('<0>x</0> a < b joined');
    expect(await said('שלום')).toBe('\u2068שלום\u2069 joined');
    expect(await said('\u202egpj.exe')).toBe('\u2068\u202egpj.exe\u2069 joined');
  });

  it('cannot end its own isolation', async () => {
    expect(await said('\u2069\u2069\u202eevil')).toBe('\u2068\u202eevil\u2069 joined');
    expect(await said('\u2067open')).toBe('\u2068\u2067open\u2069\u2069 joined');
  });
});
