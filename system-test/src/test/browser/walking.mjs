// Somebody looks at every page that their menu leads to, and, where that is asked for, at one of each kind of page behind those.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const DASHBOARD = path.resolve(import.meta.dirname, '../../../../gateway/dashboard');
const dashboard = createRequire(path.join(DASHBOARD, 'package.json'));
const AxeBuilder = dashboard('@axe-core/playwright').default;
const { generateMessageId } = dashboard('@lingui/message-utils/generateMessageId');

const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 360, height: 740 };
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What a visitor finds without an account. */
const PUBLIC = ['/', '/join', '/report', '/transparency', '/appeal', '/treasury/books', '/members', '/nowhere'];
const PAGES_MAX = 80;
const PATIENCE_MS = 60_000;

/** Texts of the catalogue by what they are in the source; those with arguments are left out. */
function catalogue(language) {
  const texts = new Map();
  for (const part of ['messages', 'members']) {
    const file = path.join(DASHBOARD, `src/locales/${language}/${part}.po`);
    if (!existsSync(file)) throw new Error(`no texts in ${file}`);
    for (const [, source, text] of readFileSync(file, 'utf8').matchAll(/^msgid "(.*)"\nmsgstr "(.*)"$/gm)) {
      if (source !== '' && !/[{<\\]/.test(source)) texts.set(source, text);
    }
  }
  return texts;
}

/** A path with what stands for one thing among many as one sign. */
const shape = (href) => new URL(href, 'http://x').pathname.replace(/\/([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|\d+|\d{4}-\d{2})(?=\/|$)/g, '/*');
const named = (href) => shape(href).slice(1).replaceAll('/', '-').replaceAll('*', 'one') || 'start';

/** The deeds, on a page; `pictures` is the folder that screenshots go to. */
export function walkingDeeds(page, pictures) {
  const faults = [];
  const underWay = new Set();
  let at = '';
  // What is told as it happens is under way for ever
  const counts = (request) => !request.url().includes('/api/live');
  const ended = (request) => underWay.delete(request);
  page.on('request', (request) => { if (counts(request)) underWay.add(request); });
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  page.on('console', (message) => {
    // A refusal is the page's to show; the browser tells it, too
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(`${at}: console: ${message.text()}`);
  });

  async function settle() {
    await page.locator('main h1').first().waitFor({ timeout: PATIENCE_MS });
    await page.waitForFunction(() => document.querySelectorAll('.mantine-Skeleton-root').length === 0, undefined, { timeout: PATIENCE_MS });
    const until = performance.now() + PATIENCE_MS;
    // By what the page does and not by the clock; what is drawn may ask for more: twice in a row there is nothing
    for (let calm = 0; calm < 2; calm = underWay.size === 0 ? calm + 1 : 0) {
      while (underWay.size > 0) {
        if (performance.now() > until) throw new Error(`${at} never comes to rest: ${[...underWay].map((one) => one.url()).join(' ')}`);
        await page.waitForTimeout(20);
      }
      await page.evaluate(() => new Promise((idle) => requestIdleCallback(idle, { timeout: 2_000 })));
    }
    await page.waitForFunction(() => document.querySelectorAll('.mantine-Skeleton-root').length === 0, undefined, { timeout: PATIENCE_MS });
  }

  async function look(width, folder, language) {
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) faults.push(`${at} at ${width} px scrolls sideways by ${sideways} px`);
    const marks = await page.evaluate(() => document.body.innerText.match(/.*<\u2060?\d+\/>.*/g) ?? []);
    for (const mark of marks) faults.push(`${at} shows a mark of a sentence: ${mark}`);
    // The language changes nothing about that but how long words are
    if (language === 'en' || width === NARROW.width) await hold(width);
    await page.screenshot({ path: path.join(folder, `${named(at)}-${width}-${language}.png`), fullPage: true });
  }

  async function hold(width) {
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(RULES).analyze();
    for (const one of violations) faults.push(`${at} at ${width} px: ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')}`);
  }

  /** Texts as they stand on the page, each by itself. */
  const texts = () => page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) => (/^(SCRIPT|STYLE|NOSCRIPT)$/.test(node.parentElement?.tagName ?? '') || node.parentElement?.closest('option, [lang="en"]:not(html)') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode.textContent.trim());
    document.querySelectorAll('[aria-label], [placeholder]').forEach((one) => found.push(one.getAttribute('aria-label') ?? '', one.getAttribute('placeholder') ?? ''));
    return [...new Set(found.filter((text) => text !== ''))];
  });

  return {
    /** Looks at all of it in one language, at both widths, `deep` also at what pages lead to; tells what was seen and what was wrong. */
    async walk(who, language, deep) {
      const spoken = catalogue(language);
      const keys = new Set([...spoken.keys()].map((source) => generateMessageId(source)));
      const folder = path.join(pictures, 'walk', who);
      mkdirSync(folder, { recursive: true });
      await page.setViewportSize(WIDE);
      await page.goto('/');
      await settle();
      // Chosen in this browser only, not on record
      await page.context().addCookies([{ name: 'coopmesh-language', value: language, url: page.url() }]);
      await page.goto('/');
      await settle();
      const menu = await page.locator('nav a.nav-link').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      const signedIn = menu.length > 0;
      const queue = (signedIn ? menu : PUBLIC).map((href) => [href, 0]);
      const known = new Set(queue.map(([href]) => shape(href)));
      const seen = [];
      while (queue.length > 0 && seen.length < PAGES_MAX) {
        const [href, depth] = queue.shift();
        at = href;
        await page.setViewportSize(WIDE);
        await page.goto(href);
        await settle();
        seen.push(shape(href));
        const said = await texts();
        for (const text of said) {
          if (keys.has(text)) faults.push(`${at}: the key ${text} instead of its text`);
          if (/\{\w+[,}]|\bundefined\b|\bNaN\b|\[object |Invalid Date/.test(text)) faults.push(`${at}: “${text.slice(0, 80)}”`);
          const translated = language === 'en' ? undefined : spoken.get(text);
          // Short words may be a name: somebody's, or of a place
          if (translated && translated !== text && text.length > 12) faults.push(`${at}: “${text.slice(0, 80)}” is English`);
        }
        if ((await page.locator('html').getAttribute('lang')) !== language) faults.push(`${at}: is not in ${language}`);
        if (depth < 1 && signedIn && deep === 'deep') {
          const links = await page.locator('main a[href^="/"]').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
          for (const link of links) {
            if (known.has(shape(link)) || /^\/(id|api|pay|log|oauth2)\b|\.\w{2,5}$/.test(link)) continue;
            known.add(shape(link));
            queue.push([link, depth + 1]);
          }
        }
        await look(WIDE.width, folder, language);
        await page.setViewportSize(NARROW);
        await settle();
        await look(NARROW.width, folder, language);
      }
      return { menu, seen, faults };
    },
  };
}
