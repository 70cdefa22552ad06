import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PSEUDO } from '../../src/shared/languages';
import { launch, NO_BROWSER, open, picture, WIDTHS } from './browser';
import { FakeCoop } from './fake-api';
import { eachScreen } from './screens';

describe.skipIf(NO_BROWSER)('what runs from right to left', () => {
  const dist = mkdtempSync(join(tmpdir(), 'mirrored-'));
  const coop = new FakeCoop(`${dist}/`);
  let origin: string;
  let browser: Browser;
  beforeAll(async () => {
    // The pseudo-language is in no build that members get
    const built = spawnSync('node', ['node_modules/vite/bin/vite.js', 'build', '--mode', 'pseudo', '--logLevel', 'error'], { env: { ...process.env, DASHBOARD_DIST: dist }, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
    coop.appealShown = true;
    origin = await coop.start();
    browser = await launch();
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await coop.stop();
    rmSync(dist, { recursive: true, force: true });
  });

  it.each(WIDTHS)('is mirrored, fits, and has its headings and labels from the catalogue at %i px', async (width) => {
    const { page, context, faults } = await open(browser, origin, width);
    await context.addCookies([{ name: 'coopmesh-language', value: PSEUDO, url: origin }]);
    const sideways: string[] = [];
    await eachScreen(coop, page, async (name) => {
      expect(await page.locator('html').getAttribute('dir'), name).toBe('rtl');
      await picture(page, name, width);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (beyond > 0) sideways.push(`${name} ${beyond} px`);
      const literal = await page.evaluate(() => [...document.querySelectorAll('th, legend, nav:not(.crumbs) a')].filter((one) => !one.closest('body [lang="en"]')).map((one) => (one as HTMLElement).innerText.trim()).filter((text) => /\p{Script=Latin}{4,}/u.test(text) && !text.includes('\u202e')));
      expect(literal, `${name} has texts that are not from the catalogue`).toEqual([]);
    });
    expect(sideways).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });
});
