import AxeBuilder from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Page, type Request } from 'playwright-core';
import { mkdirSync } from 'node:fs';
import { expect } from 'vitest';
import { CHROMIUM } from './chromium';

export { NO_BROWSER } from './chromium';

/** Set it to keep a picture of every screen. */
const SHOTS = process.env.SHOTS;

export const WIDTHS = [360, 1280] as const;

/** How long anything may take on a machine that does much else, in milliseconds. */
const PATIENCE = 120_000;

/** What each context waits for; a stream is open for ever, and nobody waits for its end. */
const awaited = new WeakMap<BrowserContext, Set<Request>>();

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-dev-shm-usage',
    // WebGL in software, for the graph alone: pages painted that way take eight times as long
    '--disable-gpu', '--enable-unsafe-swiftshader'] });

/** A page that fails the journey when a script throws or the content security policy stops something. */
export async function open(browser: Browser, origin: string, width: number, scheme: 'light' | 'dark' = 'light', locale = 'en-GB'): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext({ baseURL: origin, viewport: { width, height: width < 600 ? 740 : 860 }, colorScheme: scheme, locale, timezoneId: 'Europe/Madrid', reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE);
  const open = new Set<Request>();
  awaited.set(context, open);
  context.on('request', (request) => { if (request.resourceType() !== 'eventsource') open.add(request); });
  context.on('requestfinished', (request) => open.delete(request));
  context.on('requestfailed', (request) => open.delete(request));
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  return { page, context, faults };
}

/** Waits until nothing loads and nothing is left to be drawn, by what the page does and not by the clock. */
export async function settle(page: Page): Promise<void> {
  const open = awaited.get(page.context())!;
  // What is drawn may ask for more: twice in a row there is nothing
  for (let calm = 0; calm < 2; calm = open.size === 0 ? calm + 1 : 0) {
    await expect.poll(() => [...open].map((request) => request.url()), { timeout: PATIENCE, interval: 20 }).toEqual([]);
    await page.evaluate(() => new Promise((idle) => requestIdleCallback(idle, { timeout: 2_000 })));
  }
  await page.waitForFunction(() => document.querySelectorAll('.mantine-Skeleton-root').length === 0);
  await page.waitForFunction(() => [...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('canvas')));
}

/** Goes to another screen as a link does: without loading all anew. */
export async function follow(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => history.pushState(null, '', to), path);
  await settle(page);
}

/** Keeps a picture where pictures are wanted. */
export async function picture(page: Page, name: string, width: number): Promise<void> {
  if (SHOTS) {
    mkdirSync(SHOTS, { recursive: true });
    const language = await page.locator('html').getAttribute('lang');
    await page.screenshot({ path: `${SHOTS}/${name}-${width}${language === 'en' ? '' : `-${language}`}.png`, fullPage: true });
  }
}

/** Nothing may stand beyond the edge, on either side. */
export async function fits(page: Page, name: string, width: number): Promise<void> {
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(sideways, `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
}

/** What a sentence is put together from is not read. */
export async function whole(page: Page, name: string): Promise<void> {
  const marks = await page.evaluate(() => document.body.innerText.match(/.*<\u2060?\d+\/>.*/g) ?? []);
  expect(marks, `${name} shows marks of a sentence`).toEqual([]);
}

/** Waits until nothing loads, then holds the screen to its width and to WCAG 2.2 AA, or to some of its rules. */
export async function inspect(page: Page, name: string, width: number, rules?: string[]): Promise<void> {
  await settle(page);
  await picture(page, name, width);
  // There are no frames of others to look into: the other mode would open a page more for each screen
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (rules ? axe.withRules(rules) : axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])).analyze();
  expect(violations.map((one) => `${one.id}: ${one.help} ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`), `${name} at ${width} px`).toEqual([]);
  await whole(page, name);
  await fits(page, name, width);
}
