import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspect, launch, NO_BROWSER, open, WIDTHS } from './browser';
import { FakeCoop, IDS } from './fake-api';
import { PROPOSALS } from './fake-assembly';

const ALL = ['member', 'board', 'treasurer', 'moderator', 'network'];

/** Looks at the screens with such names only. */
const SCREENS = new RegExp(process.env.SCREENS ?? '');

/** Name, path, and a text that only the loaded screen shows. */
const PUBLIC: [string, string, RegExp][] = [
  ['landing', '/', /owned by us/],
  ['join', '/join', /Become a member of Vall Mesh/],
  ['report', '/report', /What did you see/],
  ['transparency', '/transparency', /41 of 42/],
  ['follow-up', `/report/${IDS.report}#unguessable-token`, /You were right/],
  ['sign-in-needed', '/members', /Please sign in/],
  ['missing', '/nowhere', /no such page/],
];
const OFFICE: [string, string, RegExp][] = [
  ['home', '/home', /people want to join|person wants to join/],
  ['failed-messages', '/failed-messages', /not known here yet/],
  ['members', '/members', /Cooperativa La Font/],
  ['keys', '/nodes/keys', /Both count/],
  ['circulars', '/members/circulars', /The tower is down on Monday/],
  ['recoveries', '/members/recoveries', /Ready for a code/],
  ['members-import', '/members/import', /spring\.csv/],
  ['member', `/members/${IDS.ana}`, /Applied to join/],
  ['applicant', `/members/${IDS.applicant}`, /Approve/],
  ['nodes', '/nodes', /Church tower/],
  ['node', '/nodes/11111111-0000-4000-8000-000000000001', /as wanted/],
  ['node-pending', '/nodes/11111111-0000-4000-8000-000000000004', /has not come in/],
  ['router', '/nodes/collected/c0ffee000001', /Told, not signed/],
  ['router-silent', '/nodes/collected/c0ffee000002', /No figures/],
  ['outages', '/outages', /back by noon/],
  ['feeds', '/feeds', /Prometheus on the tower/],
  ['mesh', '/mesh', /Squares are gateways|Sites with a node/],
  ['implausible', '/implausible', /More bytes than the line/],
  ['links', '/links', /Goes on/],
  ['links-credited', '/links?view=credited', /told by one end only/],
  ['discrepancy', '/links/d15c0000-0000-4000-8000-000000000001', /What each end said/],
  ['invoices', '/invoices', /2026-00041/],
  ['invoice', `/invoices/${IDS.invoice}`, /signed usage windows/],
  ['bank', '/bank', /names invoice 2026-00041/],
  ['bank-placed', '/bank?view=placed', /By rule/],
  ['bank-report', '/bank?view=report', /Something is unexplained/],
  ['bank-files', '/bank?view=files', /Learned when somebody confirmed/],
  ['direct-debit', '/direct-debit', /DD-20261013-0001/],
  ['direct-debit-run', `/direct-debit/${IDS.payRun}`, /Who is collected from/],
  ['providers', '/providers', /The bank refused/],
  ['vat', '/vat', /The book says the same/],
  ['tools', '/tools', /Takes nothing/],
  ['reminders', '/reminders', /Steps of today wait for the bank/],
  ['parts', '/parts', /Lost her job|2 of 3/],
  ['mail', '/mail', /no such mailbox/],
  ['mail-words', '/mail?view=words', /Own words/],
  ['treasury', '/treasury', /Balanced/],
  ['books', '/treasury/books', /Close a month/],
  ['terms', '/settlement-terms', /In force/],
  ['accounts', '/accounts', /Ana Ribas/],
  ['statement', `/accounts/receivable:${IDS.payer}`, /Balance after/],
  ['cost-pools', '/cost-pools', /Waiting for eyes/],
  ['cost-pool', `/cost-pools/${IDS.pool}`, /Its document/],
  ['cost-pool-paid', `/cost-pools/${IDS.tower}`, /Paid from the bank/],
  ['payroll', '/payroll', /Waits for approval/],
  ['pay-run', `/payroll/${IDS.payRun}`, /Who is paid what/],
  ['my-hours', '/my/hours', /in cash/],
  ['names', '/names', /tower-camera/],
  ['name-disputes', '/names/disputes', /fire watch/],
  ['plans', '/plans', /Coming/],
  ['simulations', '/simulations', /Try a proposal/],
  ['simulation', `/simulations/${IDS.simulation}`, /same to the byte/],
  ['cases', '/cases', /No. 17/],
  ['case', `/cases/${IDS.case}`, /sign-in attempts/],
  ['desk', '/cases/desk', /Village watch/],
  ['workload', '/cases/workload', /By moderator/],
  ['appeals', '/cases/appeals', /is overdue/],
  ['appeal', `/cases/appeals/${IDS.appeal}`, /What the member says/],
  ['assembly', '/assembly', /Looks for seconders/],
  ['proposal-draft', `/assembly/${PROPOSALS.draft}`, /Second it/],
  ['proposal-coming', `/assembly/${PROPOSALS.coming}`, /Take back/],
  ['proposal-adopted', `/assembly/${PROPOSALS.adopted}`, /Seal for the minutes/],
  ['outside-lists', '/bans/lists', /Hardly anything is left/],
  ['firewalls', '/bans/firewalls', /Firewall at the exchange/],
  ['bans', '/bans?why=10.201.1.20', /slowest/],
];
const MEMBER: [string, string, RegExp][] = [
  ['my-assembly', '/assembly', /Vote is open/],
  ['proposal-open', `/assembly/${PROPOSALS.open}`, /Do you agree with the proposal/],
  ['my-data', '/my/data', /to prove who had which right/],
  ['my', '/my', /so far/],
  ['my-outages', '/outages', /Something on your way/],
  ['my-usage', '/my/usage', /hours without a report/],
  ['my-usage-month', '/my/usage?span=before', /By the day/],
  ['why', `/invoices/${IDS.invoice}/why`, /Adds up/],
  ['why-peak', `/invoices/${IDS.paid}/why`, /highest hours dropped/],
  ['my-spending', '/my/spending', /dues included/],
  ['my-direct-debit', '/my/direct-debit', /stands against it/],
  ['my-autopay', '/my/autopay', /reported lost/],
  ['my-parts', '/my/parts', /Paid in parts: part 2 of 3/],
  ['cost-share', `/cost-shares/${IDS.share}`, /largest remainders/],
  ['settlement', `/settlements/${IDS.entry}`, /others paid you/],
  ['why-shared', `/invoices/${IDS.paid}/why`, /Share of a cost: Transit/],
  ['my-treasury', '/treasury', /At the bank/],
  ['my-names', '/my/names', /katalog|8080/],
  ['names-member', '/names', /tower-camera/],
  ['my-payroll', '/payroll', /Moderator 2/],
  ['my-books', '/treasury/books', /Invoices paid/],
  ['my-node', '/nodes/11111111-0000-4000-8000-000000000001', /Last 24 hours/],
  ['my-simulation', `/simulations/${IDS.simulation}`, /For me/],
  ['my-cases', '/my/cases', /no machine/],
  ['my-report', '/report', /You report as a member/],
];

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
      await page.getByText(shows).first().waitFor({ timeout: 30_000 }).catch((error) => { throw new Error(`${name}: ${String(error)}`); });
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
    await look([['empty-home', '/home', /Nothing waits for you/], ['empty-members', '/members', /join page/], ['empty-nodes', '/nodes', /box makes its own key/], ['empty-invoices', '/invoices', /by itself/], ['empty-simulations', '/simulations', /before you vote/], ['empty-cases', '/cases', /case opens here/], ['empty-bans', '/bans', /Nothing is banned/], ['empty-appeals', '/cases/appeals', /waits here with a clock/], ['empty-my-cases', '/my/cases', /Should moderators ever/], ['empty-workload', '/cases/workload', /appears here/], ['empty-bank', '/bank', /Nothing waits/], ['empty-plans', '/plans', /first member/], ['empty-my', '/my', /watch it come in/], ['empty-accounts', '/accounts', /first posting/], ['empty-statement', '/accounts/bank', /Nothing was posted/], ['empty-implausible', '/implausible', /Every report could be right/], ['empty-links', '/links', /ends of every link agree/], ['empty-direct-debit', '/direct-debit', /Nothing was collected yet/], ['empty-my-direct-debit', '/my/direct-debit', /Invoices are paid by transfer/], ['empty-my-autopay', '/my/autopay', /Who pays for a connection chooses here/], ['empty-my-parts', '/my/parts', /Who pays for a connection asks here/], ['empty-spending', '/my/spending', /Nobody pays through you/], ['empty-costs', '/cost-pools', /Declare one with its invoice/], ['empty-payroll', '/payroll', /board sets the rates/], ['empty-names', '/names', /moves along when the node does/], ['empty-my-names', '/my/names', /by a name instead/], ['empty-name-disputes', '/names/disputes', /Nobody disputes/], ['empty-hours', '/my/hours', /within two months/], ['empty-usage', '/my/usage', /Nobody told anything/], ['empty-router', '/nodes/collected/c0ffee000001', /within a week/]], 1280);
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
