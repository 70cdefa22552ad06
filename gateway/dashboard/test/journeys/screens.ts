import type { Page } from 'playwright-core';
import { follow, settle } from './browser';
import { IDS, type FakeCoop } from './fake-api';
import { PROPOSALS } from './fake-assembly';

export const ALL = ['member', 'board', 'treasurer', 'moderator', 'network'];

/** Looks at the screens with such names only. */
export const SCREENS = new RegExp(process.env.SCREENS ?? '');

/** Name, path, and a text that only the loaded screen shows. */
export const PUBLIC: [string, string, RegExp][] = [
  ['landing', '/', /owned by us/],
  ['join', '/join', /Become a member of Vall Mesh/],
  ['report', '/report', /What did you see/],
  ['banned', '/appeal', /The address that is banned/],
  ['banned-appeal', `/appeal/${IDS.report}#token`, /Why is the ban wrong/],
  ['transparency', '/transparency', /41 of 42/],
  ['follow-up', `/report/${IDS.report}#unguessable-token`, /You were right/],
  ['sign-in-needed', '/members', /Please sign in/],
  ['missing', '/nowhere', /no such page/],
];
export const OFFICE: [string, string, RegExp][] = [
  ['home', '/home', /people want to join|person wants to join/],
  ['failed-messages', '/failed-messages', /not known here yet/],
  ['members', '/members', /Cooperativa La Font/],
  ['keys', '/nodes/keys', /Both count/],
  ['circulars', '/members/circulars', /The tower is down on Monday/],
  ['recoveries', '/members/recoveries', /Ready for a code/],
  ['members-mail', '/members/mail', /nobody by that name/],
  ['members-sorting', '/members/sorting', /stands a/],
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
  ['terms', '/settlement-terms', /there is no plan village/],
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
  ['plea', `/cases/pleas/${IDS.report}`, /What they say/],
  ['look-ups', '/cases/look-ups', /names no port/],
  ['assembly', '/assembly', /Looks for seconders/],
  ['proposal-draft', `/assembly/${PROPOSALS.draft}`, /Second it/],
  ['proposal-coming', `/assembly/${PROPOSALS.coming}`, /Take back/],
  ['proposal-adopted', `/assembly/${PROPOSALS.adopted}`, /Seal for the minutes/],
  ['outside-lists', '/bans/lists', /Hardly anything is left/],
  ['firewalls', '/bans/firewalls', /Firewall at the exchange/],
  ['bans', '/bans?why=10.201.1.20', /slowest/],
];
export const MEMBER: [string, string, RegExp][] = [
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
  ['outage-credit', `/outage-credits/${IDS.entry}`, /you get back/],
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

/** Whoever is looking, and at what. */
const EVERY: [string, string[], typeof PUBLIC][] = [[IDS.board, [], PUBLIC], [IDS.board, ALL, OFFICE], [IDS.ana, ['member'], MEMBER]];

/** Goes to every screen as whoever sees it, and waits until it stands. */
export async function eachScreen(coop: FakeCoop, page: Page, look: (name: string) => Promise<void>): Promise<void> {
  for (const [who, roles, screens] of EVERY) {
    coop.signIn(who, ...roles);
    for (const [at, [name, path]] of screens.filter(([name]) => SCREENS.test(name)).entries()) {
      // Somebody else's session starts anew
      await (at === 0 ? page.goto(path).then(() => settle(page)) : follow(page, path));
      await page.locator('h1').first().waitFor().catch((error) => { throw new Error(`${name}: ${String(error)}`); });
      await look(name);
    }
  }
}
