import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fits, inspect, launch, NO_BROWSER, open, picture, settle, WIDTHS } from './browser';
import { FakeCoop, IDS } from './fake-api';
import { ALL, eachScreen } from './screens';

describe.skipIf(NO_BROWSER)('the language', () => {
  const coop = new FakeCoop();
  let origin: string;
  let browser: Browser;
  let finish = () => Promise.resolve();
  beforeAll(async () => {
    coop.appealShown = true;
    origin = await coop.start();
    browser = await launch();
  });
  afterEach(() => {
    coop.language = null;
    return finish();
  });
  afterAll(async () => {
    await browser?.close();
    await coop.stop();
  });
  async function visitor(locale: string, width = 360): Promise<Page> {
    const opened = await open(browser, origin, width, 'light', locale);
    finish = () => opened.context.close();
    return opened.page;
  }
  const spoken = (page: Page) => page.locator('html').getAttribute('lang');

  it('is the one that the browser would rather read, and only its texts are fetched', async () => {
    coop.signIn(IDS.board);
    const page = await visitor('ca-ES');
    const fetched: string[] = [];
    page.on('request', (request) => { if (/messages-|members-[^a]/.test(request.url())) fetched.push(request.url()); });
    await page.goto('/');
    await page.getByRole('link', { name: 'Inicia' }).or(page.getByRole('link', { name: 'Entra' })).first().waitFor();
    await settle(page);

    expect(await spoken(page)).toBe('ca');
    expect(await page.locator('html').getAttribute('dir')).toBe('ltr');
    expect(fetched).toHaveLength(1);
  });

  it.each(WIDTHS)('is chosen on a public page at %i px, and stays', async (width) => {
    coop.signIn(IDS.board);
    const page = await visitor('en-GB', width);
    await page.goto('/');
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('link', { name: 'Anmelden' }).first().waitFor();
    expect(await spoken(page)).toBe('de');
    await inspect(page, 'language-chosen', width);

    await page.goto('/report');
    await page.getByLabel('Sprache').waitFor();
    expect(await spoken(page)).toBe('de');
    expect((await page.context().cookies()).find(({ name }) => name === 'coopmesh-language')).toMatchObject({ value: 'de', path: '/', sameSite: 'Lax' });
  });

  it('of who is signed in is on record, and comes along to another browser', async () => {
    coop.signIn(IDS.ana, 'member');
    coop.language = null;
    const page = await visitor('en-GB', 1280);
    await page.goto('/my');
    await page.getByText('My bill').waitFor();
    await page.getByLabel('Language').selectOption('es');
    await page.getByLabel('Idioma').waitFor();
    await expect.poll(() => coop.language).toBe('es');
    expect(coop.asked.filter(({ path }) => path === '/api/me/language')).toHaveLength(1);
    await finish();

    const other = await visitor('fr-FR');
    await other.goto('/my');
    await expect.poll(() => spoken(other)).toBe('es');
    await other.goto('/my/usage');
    await settle(other);
    expect(await spoken(other)).toBe('es');
  });

  it('writes amounts, days and counts in its own grammar', async () => {
    coop.signIn(IDS.board, ...ALL);
    const page = await visitor('de-DE', 1280);
    await page.goto(`/invoices/${IDS.invoice}`);
    await settle(page);
    const text = await page.locator('main').innerText();
    expect(text).toMatch(/\d,\d\d\s€/);
    expect(text).not.toMatch(/€\d/);
    expect(text).toMatch(/\d\d\.\d\d\.20\d\d/);
  });

  it.each(WIDTHS)('German is accessible and fits on every screen at %i px', async (width) => {
    const { page, context, faults } = await open(browser, origin, width, 'light', 'de-DE');
    finish = () => context.close();
    await eachScreen(coop, page, async (name) => {
      expect(await spoken(page), name).toBe('de');
      await inspect(page, name, width);
    });
    expect(faults).toEqual([]);
  });

  it('Spanish is accessible and fits on every screen', async () => {
    const { page, context, faults } = await open(browser, origin, 360, 'light', 'es-ES');
    finish = () => context.close();
    await eachScreen(coop, page, async (name) => {
      expect(await spoken(page), name).toBe('es');
      await picture(page, name, 360);
      await fits(page, name, 360);
    });
    expect(faults).toEqual([]);
  });
});
