// One person at a real browser on a living co-op. Each run signs in through the real pages, does one thing and prints one line of JSON.
//   node person.mjs <public-url> <email, or - for nobody> <password> <picture folder> <deed> [argument …]
// COOP_NOW is the co-op's time where it is not the machine's; COOP_SPKI is the hash of the key of a certificate that nobody vouches for.
import { createRequire } from 'node:module';
import path from 'node:path';
import { identityDeeds } from './identity.mjs';
import { joiningDeeds } from './joining.mjs';
import { justiceDeeds } from './justice.mjs';
import { liveDeeds } from './live.mjs';
import { moneyDeeds } from './money.mjs';
import { walkingDeeds } from './walking.mjs';

const dashboard = createRequire(path.resolve(import.meta.dirname, '../../../../gateway/dashboard/package.json'));
const { chromium } = dashboard('playwright-core');
const PATIENCE = 120_000;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

if (process.env.COOP_SPKI) FLAGS.push(`--ignore-certificate-errors-spki-list=${process.env.COOP_SPKI}`);

const [publicUrl, email, password, pictures, deed, ...rest] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
const context = await browser.newContext({ baseURL: publicUrl, viewport: { width: 1280, height: 860 }, locale: 'en-GB', timezoneId: 'Europe/Madrid' });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE);
if (process.env.COOP_NOW) await page.clock.setFixedTime(new Date(process.env.COOP_NOW));
const faults = [];
page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
page.on('response', (response) => { if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`); });
page.on('console', (message) => { if (/Content Security Policy/i.test(message.text())) faults.push(message.text()); });

const picture = (name) => page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
const bytes = (text) => {
  const [, number, unit] = /([\d.,]+)\s*([kMGT]?B)/.exec(text);
  return Number(number.replaceAll(',', '')) * { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[unit];
};

async function signIn() {
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/id/'));
}

const deeds = {
  /** How many nodes the page shows as up once as many as there are have told of themselves, and by how many bytes the total grew while looking at it. */
  async watchNodes(nodes) {
    await page.goto('/nodes');
    await page.getByText('Carried in 24 h').waitFor();
    const carried = () => page.locator('.figure', { hasText: 'Carried' }).innerText();
    const before = await carried();
    await page.waitForFunction((text) => [...document.querySelectorAll('.figure')].some((one) => one.innerText.includes('Carried') && one.innerText !== text), before);
    const rows = page.locator('tbody tr').filter({ hasText: 'Up' });
    await rows.nth(Number(nodes) - 1).waitFor();
    const up = await rows.count();
    await picture('nodes');
    return { up, before: bytes(before), after: bytes(await carried()) };
  },
  /** Bans an address from the page of bans and waits until the page says that every node has it. */
  async ban(address) {
    await page.goto('/bans');
    await page.getByRole('button', { name: 'New ban' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Address or prefix').fill(address);
    await dialog.getByText(/1 member is hit/).waitFor();
    await dialog.getByLabel('Reason').fill('Tries every door of the street');
    await dialog.getByRole('button', { name: 'Ban', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('on 6 of 6 nodes').first().waitFor();
    await picture('ban');
    return { nodes: 6 };
  },
  /** Lifts the newest ban. */
  async lift() {
    await page.goto('/bans');
    await page.getByRole('button', { name: 'Lift' }).first().click();
    await page.getByRole('dialog').getByLabel('Reason').fill('Cleaned up');
    await page.getByRole('dialog').getByRole('button', { name: 'Lift the ban' }).click();
    await page.getByText('The ban is lifted').waitFor();
    return {};
  },
  /** Records that one invoice was paid in full, in cash: what comes by the bank is told by the bank. */
  async pay(invoice) {
    await page.goto(`/invoices/${invoice}`);
    await page.getByRole('button', { name: 'Record payment' }).click();
    await page.getByRole('dialog').getByLabel('How').selectOption('cash');
    await page.getByRole('dialog').getByRole('button', { name: 'Record payment' }).click();
    await page.getByText('Payment recorded').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await page.getByText('Paid', { exact: true }).first().waitFor();
    await picture('paid');
    return {};
  },
  /** What a member reads about the own connection. */
  async readOwn() {
    await page.goto('/my');
    await page.getByText('My bill').waitFor();
    await page.waitForLoadState('networkidle');
    await picture('own');
    return { limited: await page.getByText('Your connection is limited').count() > 0, text: (await page.locator('main').innerText()).slice(0, 2000) };
  },
};

Object.assign(deeds, identityDeeds(page, picture), joiningDeeds(page, picture), justiceDeeds(page, picture), moneyDeeds(page, picture), liveDeeds(page, picture), walkingDeeds(page, pictures));

try {
  if (email !== '-') await signIn();
  const told = await deeds[deed](...rest);
  if (faults.length > 0) throw new Error(faults.join('; '));
  console.log(JSON.stringify(told));
} catch (error) {
  await picture(`failed-${deed}`).catch(() => undefined);
  console.error(`${deed}: ${error.message}; ${faults.join('; ')}; at ${page.url()}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
