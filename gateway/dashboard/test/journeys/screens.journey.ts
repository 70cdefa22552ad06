import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, inspect, launch, NO_BROWSER, open, WIDTHS } from './browser';
import { FakeCoop, IDS } from './fake-api';
import { ALL, MEMBER, OFFICE, PUBLIC, SCREENS } from './screens';

describe.skipIf(NO_BROWSER)('every screen', () => {
  const coop = new FakeCoop();
  let origin: string;
  let browser: Browser;
  beforeAll(async () => {
    coop.appealShown = true;
    origin = await coop.start();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await coop.stop();
  });

  async function look(screens: [string, string, RegExp][], width: number, scheme: 'light' | 'dark' = 'light') {
    const { page, context, faults } = await open(browser, origin, width, scheme);
    for (const [name, path, shows] of screens.filter(([name]) => SCREENS.test(name))) {
      await page.goto(path);
      await page.getByText(shows).first().waitFor().catch((error) => { throw new Error(`${name}: ${String(error)}`); });
      // Dark differs in its colours only
      await (scheme === 'dark' ? inspect(page, `${name}-dark`, width, ['color-contrast']) : inspect(page, name, width));
      expect(await page.title(), name).toMatch(/\S/);
    }
    expect(faults).toEqual([]);
    await context.close();
  }

  for (const width of WIDTHS) {
    it(`is accessible and fits for visitors at ${width} px`, async () => {
      coop.signIn(IDS.board);
      await look(PUBLIC, width);
    });
    it(`is accessible and fits for the office at ${width} px`, async () => {
      coop.signIn(IDS.board, ...ALL);
      await look(OFFICE, width);
    });
    it(`is accessible and fits for a member at ${width} px`, async () => {
      coop.signIn(IDS.ana, 'member');
      await look(MEMBER, width);
    });
  }

  it('is reached as a link leads there, without loading all anew', async () => {
    for (const [who, roles, screens] of [[IDS.board, ALL, OFFICE], [IDS.ana, ['member'], MEMBER]] as const) {
      coop.signIn(who, ...roles);
      const { page, context, faults } = await open(browser, origin, 1280);
      await page.goto('/treasury');
      for (const [name, path, shows] of screens.filter(([name]) => SCREENS.test(name))) {
        await follow(page, path);
        expect(await page.getByText(shows).count(), name).toBeGreaterThan(0);
      }
      expect(faults).toEqual([]);
      await context.close();
    }
  });

  it('is accessible in dark colours', async () => {
    coop.signIn(IDS.board, ...ALL);
    await look(OFFICE, 1280, 'dark');
    coop.signIn(IDS.ana, 'member');
    await look(MEMBER, 360, 'dark');
    coop.signIn(IDS.board);
    await look(PUBLIC, 1280, 'dark');
  });

  it('teaches where it is empty', async () => {
    coop.empty = true;
    coop.signIn(IDS.board, ...ALL);
    await look([['empty-home', '/home', /Nothing waits for you/], ['empty-members', '/members', /join page/], ['empty-nodes', '/nodes', /box makes its own key/], ['empty-invoices', '/invoices', /by itself/], ['empty-simulations', '/simulations', /before you vote/], ['empty-cases', '/cases', /case opens here/], ['empty-bans', '/bans', /Nothing is banned/], ['empty-appeals', '/cases/appeals', /waits here with a clock/], ['empty-look-ups', '/cases/look-ups', /until somebody else agrees/], ['empty-my-cases', '/my/cases', /Should moderators ever/], ['empty-workload', '/cases/workload', /appears here/], ['empty-bank', '/bank', /Nothing waits/], ['empty-plans', '/plans', /first member/], ['empty-my', '/my', /watch it come in/], ['empty-accounts', '/accounts', /first posting/], ['empty-statement', '/accounts/bank', /Nothing was posted/], ['empty-implausible', '/implausible', /Every report could be right/], ['empty-links', '/links', /ends of every link agree/], ['empty-direct-debit', '/direct-debit', /Nothing was collected yet/], ['empty-my-direct-debit', '/my/direct-debit', /Invoices are paid by transfer/], ['empty-my-autopay', '/my/autopay', /Who pays for a connection chooses here/], ['empty-my-parts', '/my/parts', /Who pays for a connection asks here/], ['empty-spending', '/my/spending', /Nobody pays through you/], ['empty-costs', '/cost-pools', /Declare one with its invoice/], ['empty-payroll', '/payroll', /board sets the rates/], ['empty-names', '/names', /moves along when the node does/], ['empty-my-names', '/my/names', /by a name instead/], ['empty-name-disputes', '/names/disputes', /Nobody disputes/], ['empty-hours', '/my/hours', /within two months/], ['empty-usage', '/my/usage', /Nobody told anything/], ['empty-router', '/nodes/collected/c0ffee000001', /within a week/]], 1280);
    coop.empty = false;
  });

  it('stands when a part does not answer', async () => {
    coop.billingSilent = true;
    coop.signIn(IDS.board, ...ALL);
    await look([['home-partial', '/home', /Billing does not answer/]], 1280);
    coop.billingSilent = false;
  });

  it('sets up a co-op that does not exist yet', async () => {
    coop.constituted = false;
    coop.signIn(IDS.board);
    await look([['set-up', '/', /Set up your co-op/]], 360);
    await look([['set-up', '/', /Set up your co-op/]], 1280);
    coop.constituted = true;
  });

  it('shows each role its own places only', async () => {
    const { page, context } = await open(browser, origin, 1280);
    const places = async (...roles: string[]) => {
      coop.signIn(IDS.ana, ...roles);
      await page.goto('/treasury');
      await page.getByRole('navigation', { name: 'Places' }).waitFor();
      return page.getByRole('navigation', { name: 'Places' }).getByRole('link').allInnerTexts();
    };
    expect(await places('member')).toEqual(['Assembly', 'Treasury', 'Shared costs', 'Moderators’ pay', 'Plans', 'My connection', 'Names', 'Report abuse', 'Transparency']);
    expect(await places('member', 'treasurer')).toEqual(['What needs me', 'Members', 'Assembly', 'Invoices', 'Reconciliation', 'Direct debit', 'Payment providers', 'Other tools', 'Reminders', 'Mail', 'Treasury', 'Shared costs', 'Moderators’ pay', 'Plans', 'My connection', 'Names', 'Report abuse', 'Transparency']);
    expect(await places('member', 'moderator')).toEqual(['What needs me', 'Members', 'Assembly', 'Nodes', 'Cases', 'Bans', 'Treasury', 'Shared costs', 'Moderators’ pay', 'Plans', 'My connection', 'Names', 'Report abuse', 'Transparency']);
    await context.close();
  });
});
