import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it as test, vi } from 'vitest';
import { inspect, launch, NO_BROWSER, open } from './browser';
import { fold, unfold } from '../../src/features/assembly/ballot';
import { FakeCoop, IDS } from './fake-api';
import { FakeAssembly, PROPOSALS } from './fake-assembly';
import { Speech } from './speech';

const ALL = ['member', 'board', 'treasurer', 'moderator', 'network'];

/** What is done in German, too: what members and the office do most. */
const ALSO = new Set<string>([
  'a board member approves an applicant from the list',
  'a refusal wants a reason, and escape leaves everything as it was',
  'a treasurer records a payment once, however often the form is sent',
  'another moderator grants an appeal with reasons',
  'the board writes to those it chose in the list',
  'a board member sees what a member sees, changes nothing, and comes back',
  'a member adds a node and sees it come in',
  'a member goes from a bill to the hours behind a line, and takes them along',
  'somebody reports without a name and follows up by the link',
]);

/** Does every journey in one language instead, as far as what it looks for is found there: a journey that reads on its own may not be. */
const LANGUAGE = process.env.LANGUAGE;

/** What people do, one journey after another; each width and language in a file of its own, so that they run side by side. */
export const work = (width: number, spoken: 'en' | 'de'): void => { describe.skipIf(NO_BROWSER || (LANGUAGE !== undefined && spoken !== 'en'))(`at ${width} px`, () => {
  const language = LANGUAGE ?? spoken;
  const it = (name: string, act: () => Promise<void>): void => { if (language === 'en' || LANGUAGE || ALSO.has(name)) test(name, act); };
  const speech = language === 'en' ? null : new Speech(language);
  let browser: Browser;
  let coop: FakeCoop;
  let page: Page;
  let origin: string;
  let faults: string[];
  let finish: () => Promise<void>;
  beforeAll(async () => { browser = await launch(); });
  afterAll(async () => { await browser?.close(); });
  beforeEach(async () => {
    coop = new FakeCoop();
    origin = await coop.start();
    const opened = await open(browser, origin, width, 'light', language === 'en' ? 'en-GB' : language);
    page = speech ? speech.page(opened.page) : opened.page;
    faults = opened.faults;
    finish = () => opened.context.close();
    coop.signIn(IDS.board, ...ALL);
  });
  afterEach(async () => {
    expect(faults).toEqual([]);
    await finish();
    await coop.stop();
  });
  const asked = (path: RegExp) => coop.asked.filter((one) => path.test(one.path));
  const dialog = () => page.getByRole('dialog');

  it('a board member approves an applicant from the list', async () => {
    await page.goto('/members?state=applicant');
    await page.getByRole('button', { name: 'Approve' }).click();
    await dialog().waitFor();
    await inspect(page, 'approve', width);
    await dialog().getByRole('button', { name: 'Approve' }).click();

    await page.getByText('Cooperativa La Font is a member now').waitFor();
    expect(asked(/approve$/)[0]!.headers['x-csrf-token']).toBe('csrf-of-this-session');
  });

  it('a refusal wants a reason, and escape leaves everything as it was', async () => {
    await page.goto(`/members/${IDS.applicant}`);
    await page.getByRole('button', { name: 'Refuse' }).click();
    expect(await dialog().getByRole('button', { name: 'Refuse' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/refuse$/)).toEqual([]);
  });

  it('the board takes members from a file, once every line can be taken', async () => {
    await page.goto('/members/import');
    await page.locator('input[type=file]').setInputFiles({ name: 'october.csv', mimeType: 'text/csv', buffer: Buffer.from('name,email\n') });
    await page.getByText('Nothing can be taken yet').waitFor();
    await page.getByText('same name:').waitFor();
    expect(await page.getByRole('button', { name: 'Take it in' }).isDisabled()).toBe(true);
    await inspect(page, 'import-problems', width);
    await page.getByLabel('Plan, where a line names none').selectOption('standard');
    await page.getByText('This would come of it').waitFor();
    await inspect(page, 'import-preview', width);
    await page.getByRole('button', { name: 'Take it in' }).click();
    await page.getByText('Taken in').waitFor();
    await inspect(page, 'import-taken', width);
    const [taken] = asked(/members\/import$/);
    expect(taken!.path).toMatch(/sha256=[0-9a-f]{64}.*plan=standard|members\/import/);
    expect(asked(/members\/import$/)).toHaveLength(1);
  });

  it('the board approves a recovery, hands a code over and stops another', async () => {
    await page.goto('/members/recoveries');
    await page.getByRole('button', { name: 'Approve the recovery of Joan Serra' }).click();
    await page.getByText('Both have approved').waitFor();
    await page.getByRole('button', { name: 'Make a code for Ana Ribas' }).click();
    await page.getByText('0a1b2-c3d4e').waitFor();
    await inspect(page, 'recovery-code', width);
    await page.getByRole('button', { name: 'Stop the recovery of Joan Serra' }).click();
    await page.getByText('It was stopped').waitFor();
    expect(asked(/recoveries\/.*\/(approval|code|stop)$/)).toHaveLength(3);
  });

  it('the board changes a key, adds a pool and forgets a box', async () => {
    await page.goto('/nodes/keys');
    await page.getByRole('button', { name: 'Retire the key before' }).click();
    await dialog().getByText('1 node is not ready').waitFor();
    await dialog().getByLabel('Take the step though').check();
    await dialog().getByLabel('Reason').fill('The tower gets a new box');
    await inspect(page, 'key-step', width);
    await dialog().getByRole('button', { name: 'Take the step' }).click();
    await page.getByText('The step is taken').waitFor();
    expect(asked(/keys\/access-list\/retire$/)[0]!.body).toEqual({ reason: 'The tower gets a new box', whoeverWaits: true, disowned: false });
    await page.getByRole('button', { name: 'Add a pool' }).click();
    await dialog().getByLabel('IPv4').fill('127.0.0.0/8');
    await dialog().getByLabel('Reason').fill('More houses');
    await dialog().getByRole('button', { name: 'Add it' }).click();
    await dialog().getByText('is loopback').first().waitFor();
    await dialog().getByLabel('IPv4').fill('10.202.0.0/16');
    await dialog().getByRole('button', { name: 'Add it' }).click();
    await page.getByText('10.202.0.0/16').waitFor();
    await page.getByRole('button', { name: 'Forget Box 7' }).click();
    await page.getByText('No box waits for an owner').waitFor();
    await inspect(page, 'keys', width);
  });

  it('a board member sees what a member sees, changes nothing, and comes back', async () => {
    await page.goto(`/members/${IDS.ana}`);
    await page.getByRole('button', { name: 'See what they see' }).click();
    await dialog().getByLabel('Reason').fill('Cannot find the bill');
    await inspect(page, 'view-begins', width);
    await dialog().getByRole('button', { name: 'Look' }).click();
    await page.getByText('You see what Ana Ribas sees').waitFor();
    expect(asked(/session\/view$/)[0]!.body).toEqual({ memberId: IDS.ana, reason: 'Cannot find the bill' });
    await page.getByRole('heading', { name: 'My connection', level: 1 }).waitFor();
    await page.getByText('Only the member sees this.').first().waitFor();
    expect(await page.getByRole('link', { name: 'Assembly' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Members' }).count()).toBe(0);
    await inspect(page, 'view', width);
    await page.getByRole('button', { name: 'Back to my own pages' }).click();
    await page.getByRole('button', { name: 'See what they see' }).waitFor();
    expect(await page.getByText('You see what Ana Ribas sees').count()).toBe(0);
    expect(asked(/session\/view$/).map((one) => one.method)).toEqual(['POST', 'DELETE']);
  });

  it('the board writes to those it chose in the list', async () => {
    await page.goto('/members');
    await page.getByRole('checkbox', { name: 'Choose Ana Ribas' }).check();
    await page.getByText('1 member chosen').waitFor();
    await page.getByRole('button', { name: 'Choose all that are shown' }).click();
    await page.getByRole('checkbox', { name: 'Choose Joan Serra' }).uncheck();
    await inspect(page, 'members-chosen', width);
    expect(await page.getByRole('checkbox', { name: 'Choose Cooperativa La Font' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Write them a letter' }).click();
    await dialog().getByLabel('Subject').fill('The key of the barn');
    await dialog().getByLabel('Text').fill('Who has it?');
    await inspect(page, 'letter-chosen', width);
    await dialog().getByRole('button', { name: 'Send it' }).click();
    await page.getByText('The letter is on its way').waitFor();
    const [sent] = asked(/circulars\/[0-9a-f-]{36}$/);
    const { members } = sent!.body as { members: string[] };
    expect(members).toContain(IDS.ana);
    expect(members).not.toContain(IDS.joan);
    expect(await page.getByRole('button', { name: 'Write them a letter' }).count()).toBe(0);
  });

  it('the board writes to all of a zone', async () => {
    await page.goto('/members/circulars');
    await page.getByRole('button', { name: 'The tower is down on Monday' }).click();
    await page.getByText('10 sent').waitFor();
    await inspect(page, 'circular-sent', width);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Write a letter' }).click();
    await page.getByText('31 members get it').waitFor();
    await dialog().getByLabel('Zone').selectOption({ index: 1 });
    await dialog().getByLabel('Subject').fill('Meeting on Friday');
    await dialog().getByLabel('Text').fill('At eight, in the barn.');
    await inspect(page, 'circular-form', width);
    await dialog().getByRole('button', { name: 'Send it' }).click();
    await page.getByText('The letter is on its way').waitFor();
    await page.getByRole('button', { name: 'Meeting on Friday' }).waitFor();
    expect(asked(/circulars\/[0-9a-f-]{36}$/)[0]!.body).toMatchObject({ language: 'en', subject: 'Meeting on Friday', label: '' });
  });

  it('staff keeps a note, labels a member and moves a connection', async () => {
    await page.goto(`/members/${IDS.ana}`);
    await page.getByText('Has a ladder').waitFor();
    await page.getByLabel('New note').fill('Prefers the telephone.');
    await page.getByRole('button', { name: 'Write it down' }).click();
    await page.getByText('Prefers the telephone.').waitFor();
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await dialog().getByLabel('Labels').fill('roof access, elder');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('roof access · elder').waitFor();
    expect(asked(/labels$/)[0]!.body).toEqual({ labels: ['roof access', 'elder'] });
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    await dialog().getByLabel('Name').fill('Baker house');
    await dialog().getByLabel('Address').fill('Plaça Major 2');
    await inspect(page, 'member-move', width);
    await dialog().getByRole('button', { name: 'Move', exact: true }).click();
    await page.getByText('Baker house').first().waitFor();
    await inspect(page, 'member-notes', width);
    expect(asked(/sites\/[^/]+\/move$/)[0]!.body).toMatchObject({ name: 'Baker house', address: 'Plaça Major 2' });
  });

  it('the network says which nodes a site is to have', async () => {
    await page.goto(`/members/${IDS.ana}`);
    await page.getByRole('button', { name: 'Agreed nodes' }).first().click();
    const names = dialog().getByLabel('Names of the nodes');
    await names.waitFor();
    expect(await names.inputValue()).toBe('Barn\nMill roof');
    await names.fill('Barn\n\n  Tower ');
    await inspect(page, 'member-agreed', width);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Written down').waitFor();
    expect(asked(/agreed-nodes$/)[0]!.body).toEqual({ names: ['Barn', 'Tower'] });
    await page.getByRole('button', { name: 'Agreed nodes' }).first().click();
    await names.fill('x'.repeat(81));
    await page.getByText('Too long for a name').waitFor();
    expect(await dialog().getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  });

  it('the board hands a first password over, and lets somebody apply again', async () => {
    Object.assign(coop.members[1]!, { claimed: false });
    await page.goto(`/members/${IDS.ana}`);
    await page.getByRole('button', { name: 'Make a code' }).click();
    await page.getByText('0a1b2-c3d4e').waitFor();
    await inspect(page, 'member-welcome', width);
    coop.members[1]!.state = 'left';
    await page.reload();
    await page.getByRole('button', { name: 'Apply again' }).click();
    await dialog().getByLabel('The member agrees to these rules').check();
    await inspect(page, 'member-rejoin', width);
    await dialog().getByRole('button', { name: 'Apply again' }).click();
    await page.getByText('The board decides about it now').waitFor();
    expect(asked(/rejoin$/)[0]!.body).toEqual({ rulesVersion: 3, planCode: 'standard' });
  });

  it('a member votes in secret, and finds their ballot in the count', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.context().addCookies([{ name: 'coopmesh', value: 'the-session', url: origin }]);
    await page.goto(`/assembly/${PROPOSALS.open}`);
    expect(await page.getByRole('button', { name: 'Cast my ballot' }).isDisabled()).toBe(true);
    await page.getByLabel('No', { exact: true }).check();
    await inspect(page, 'vote', width);
    await page.getByRole('button', { name: 'Cast my ballot' }).click();
    await page.getByText('Your ballot is in the box').waitFor();
    await inspect(page, 'vote-cast', width);

    // The co-op saw a folded paper with a name, and a ballot without one; nothing stands in both.
    const [signing] = asked(/signature$/);
    const [casting] = asked(/ballots$/);
    expect(signing!.headers.cookie).toContain('the-session');
    expect(Object.keys(signing!.body)).toEqual(['folded']);
    expect(casting!.headers.cookie).toBeUndefined();
    expect(casting!.headers.referer).toBeUndefined();
    expect(casting!.headers['x-csrf-token']).toBeUndefined();
    expect(casting!.headers.authorization).toBeUndefined();
    expect(Object.keys(casting!.body).sort()).toEqual(['choice', 'nonce', 'proposalId', 'signature']);
    expect(coop.assembly.box.size).toBe(1);

    coop.assembly.others(await Promise.all((['yes', 'yes'] as const).map(async (choice) => {
      const paper = await fold(PROPOSALS.open, FakeAssembly.ballotKey, choice);
      return unfold(paper, FakeAssembly.blindSign(paper.folded));
    })));
    coop.assembly.count();
    await page.reload();
    await page.getByRole('button', { name: 'Count again, and look for my ballot' }).click();
    await page.getByText('Counted here: right, and your ballot is in it as you cast it').waitFor();
    await page.getByText('2 yes, 1 no, 0 abstentions.').waitFor();
    await page.getByText('The seal is the one above.').waitFor();
    await inspect(page, 'vote-counted', width);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save my receipt' }).click();
    const receipt = readFileSync(await (await saved).path(), 'utf8');
    await page.getByRole('button', { name: 'Remove it from this browser' }).click();
    await page.getByLabel('Check a receipt that you saved').waitFor();

    // A co-op that drops the ballot and signs the record all the same is found out, from the file alone.
    coop.assembly.tamper = (text) => text.replace(/^ballot \S+ no .*\n/m, '').replace('no 1 ', 'no 0 ');
    await page.locator('input[type=file]').setInputFiles({ name: 'receipt.json', mimeType: 'application/json', buffer: Buffer.from(receipt) });
    await page.getByText('Your ballot was taken and is not in the record').waitFor();
    await inspect(page, 'vote-dropped', width);
    // And one that makes a no into a yes.
    coop.assembly.tamper = (text) => text.replace(/^(ballot \S+) no /m, '$1 yes ').replace('yes 2 no 1', 'yes 3 no 0');
    await page.getByRole('button', { name: 'Count again' }).click();
    await page.getByText('A ballot in it was altered').waitFor();
  });

  it('a ballot whose answer was lost is carried on, and is still one', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto(`/assembly/${PROPOSALS.open}`);
    await page.route('**/api/assembly/ballots', (route) => route.abort(), { times: 1 });
    await page.getByLabel('Yes', { exact: true }).check();
    await page.getByRole('button', { name: 'Cast my ballot' }).click();
    await page.getByText('The co-op’s server does not answer').waitFor();
    coop.assembly.signedFor.clear(); // The service signs the same paper again; the stand-in keeps no paper.
    await page.reload();
    await page.getByText('Your ballot is not in the box yet').waitFor();
    await inspect(page, 'vote-waiting', width);
    await page.getByRole('button', { name: 'Cast my ballot' }).click();
    await page.getByText('Your ballot is in the box').waitFor();
    const [first, second] = asked(/signature$/);
    expect(second!.body).toEqual(first!.body);
    expect(coop.assembly.box.size).toBe(1);
  });

  it('a member proposes, another seconds, and what is off the subject is hidden', async () => {
    await page.goto('/assembly');
    await page.getByRole('button', { name: 'Propose' }).click();
    await dialog().getByLabel('In a line').fill('A slower slow lane');
    await dialog().getByLabel('What you propose, and why').fill('Less is enough to pay by.');
    await dialog().getByLabel('What it changes').selectOption('policy');
    await dialog().getByLabel('Slow lane in kbit/s').fill('8');
    await dialog().getByRole('button', { name: 'Propose it' }).click();
    await dialog().getByText('slowLaneKbit is 16 to 10000000').first().waitFor();
    await inspect(page, 'propose', width);
    await dialog().getByLabel('Slow lane in kbit/s').fill('512');
    await dialog().getByRole('button', { name: 'Propose it' }).click();
    await page.getByRole('heading', { name: 'A slower slow lane' }).waitFor();
    expect(asked(/assembly\/proposals$/)[1]!.body).toMatchObject({ title: 'A slower slow lane', change: { kind: 'policy', slowLaneKbit: 512, wallAfterDays: null }, effectFrom: null });

    await page.goto(`/assembly/${PROPOSALS.draft}`);
    await page.getByRole('button', { name: 'Second it' }).click();
    await page.getByText('In discussion').waitFor();
    await page.goto(`/assembly/${PROPOSALS.open}`);
    await page.getByText('hidden: advertising', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Hide', exact: true }).click();
    await dialog().getByLabel('Reason').fill('Not about it.');
    await dialog().getByRole('button', { name: 'Hide it' }).click();
    await page.getByText('Hidden: Not about it.').waitFor();
  });

  it('the board sets how the assembly decides', async () => {
    await page.goto('/assembly');
    await page.getByRole('button', { name: 'How it decides' }).click();
    await dialog().getByLabel('Quorum, in percent').fill('35');
    await dialog().getByLabel('Reason').fill('As the founding meeting said.');
    await inspect(page, 'assembly-terms', width);
    await dialog().getByRole('button', { name: 'Change it' }).click();
    await page.getByText('So it is from now on').waitFor();
    expect(asked(/terms$/)[0]!.body).toEqual({ terms: { quorumPercent: 35, majority: 'simple', rulesMajority: 'two-thirds', seconders: 2, discussionDays: 14, votingDays: 7 }, reason: 'As the founding meeting said.' });
  });

  it('a member takes along everything about themselves', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto('/my');
    await page.getByRole('link', { name: 'My data' }).click();
    await page.getByText('to prove who had which right when').waitFor();
    // What it is for stands beside what it is, not beyond the edge
    if (width === 1280) expect(await page.locator('.table-scroll').first().evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThanOrEqual(0);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Membership, places, nodes, sign-ins' }).click();
    expect((await saved).suggestedFilename()).toBe('about-me.zip');
    const bills = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Usage, bills, payments' }).click();
    expect((await bills).suggestedFilename()).toBe('my-bills.zip');
    await inspect(page, 'my-data', width);
    await page.getByRole('button', { name: 'Erase me' }).click();
    await dialog().getByRole('button', { name: 'Erase me for good' }).click();
    await dialog().getByText('leaves first').waitFor();
    await inspect(page, 'erase-me', width);
  });

  it('the board grants a role', async () => {
    await page.goto(`/members/${IDS.ana}`);
    await page.getByRole('button', { name: 'Change roles' }).click();
    await page.getByRole('checkbox', { name: 'Moderator' }).check();
    await page.getByLabel('Reason').fill('Elected in the assembly');
    await inspect(page, 'roles', width);
    await dialog().getByRole('button', { name: 'Change roles' }).click();
    await page.getByText('Roles changed').waitFor();
    expect(asked(/roles$/)[0]!.body).toEqual({ roles: ['member', 'moderator'], reason: 'Elected in the assembly' });
  });

  it('a treasurer records a payment once, however often the form is sent', async () => {
    await page.goto(`/invoices/${IDS.invoice}`);
    await page.getByRole('button', { name: 'Record payment' }).click();
    const amount = page.getByLabel('Amount in EUR');
    expect(await amount.inputValue()).toBe('27.40');
    await amount.fill('1.234,5');
    await dialog().getByRole('button', { name: 'Record payment' }).click();
    await page.getByText('Write it like 12.50').waitFor();
    await amount.fill('27,40');
    await inspect(page, 'payment', width);
    await dialog().getByRole('button', { name: 'Record payment' }).click();
    await page.getByText('Payment recorded').waitFor();
    await inspect(page, 'payment-done', width);
    await dialog().getByRole('button', { name: 'Done' }).click();
    await page.getByText('Paid', { exact: true }).first().waitFor();

    const [payment] = asked(/payments$/);
    expect(payment!.body).toMatchObject({ payerId: IDS.payer, invoiceId: IDS.invoice, amount: '27.40', currency: 'EUR', method: 'transfer' });
    expect(payment!.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    expect(asked(/payments$/)).toHaveLength(1);
  });

  it('a treasurer proposes a run of direct debits and another approves it', async () => {
    await page.goto('/direct-debit');
    await page.getByRole('button', { name: 'Propose a run' }).click();
    await page.getByText('What would be collected').waitFor();
    await inspect(page, 'direct-debit-propose', width);
    await dialog().getByRole('button', { name: 'Propose', exact: true }).click();
    await page.getByText('Waits for a second person').waitFor();
    expect(asked(/direct-debit\/runs$/)).toHaveLength(1);
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText('Hand the file to your bank').waitFor();
    await page.getByText('Not every payer was told').waitFor();
    await inspect(page, 'direct-debit-approved', width);
  });

  it('who pays signs for another account, and has to agree', async () => {
    await page.goto('/my/direct-debit');
    await page.getByText('stands against it').waitFor();
    await page.getByRole('button', { name: 'Another account' }).click();
    await dialog().getByLabel('IBAN').fill('FR1420041010050500013M02606');
    expect(await dialog().getByRole('button', { name: 'Sign', exact: true }).isDisabled()).toBe(true);
    await dialog().getByLabel(/I authorise/).check();
    await inspect(page, 'mandate-form', width);
    await dialog().getByRole('button', { name: 'Sign', exact: true }).click();
    await page.getByText('Signed', { exact: true }).first().waitFor();
    expect(asked(/debtor$/)[0]!.body).toMatchObject({ iban: 'FR1420041010050500013M02606', agreed: true });
  });

  it('a treasurer says how VAT is charged from a day on', async () => {
    await page.goto('/vat');
    await page.getByRole('button', { name: 'Change' }).click();
    await dialog().getByLabel('Rate in percent').fill('5,5');
    await inspect(page, 'vat-form', width);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Invoices from that day on will say so').first().waitFor();
    expect(asked(/\/vat\/terms$/).filter((one) => one.body).at(-1)!.body).toMatchObject({ mode: 'standard', rateHundredths: 550, reasonCode: null });
  });

  it('a treasurer adds a tool, is shown its secret once, and sends a message again', async () => {
    await page.goto('/tools');
    await page.getByRole('button', { name: 'Add a tool' }).click();
    await dialog().getByLabel('Address').fill('http://tool.example.org/hook');
    await dialog().getByLabel('Invoice overdue').check();
    await dialog().getByRole('button', { name: 'Add it' }).click();
    await page.getByText('wants https').first().waitFor();
    await inspect(page, 'tool-form', width);
    await dialog().getByLabel('Address').fill('https://tool.example.org/hook');
    await dialog().getByRole('button', { name: 'Add it' }).click();
    await page.getByText('Copy its secret now').waitFor();
    await page.getByText(/whsec_/).first().waitFor();
    await inspect(page, 'tool-secret', width);
    await dialog().getByRole('button', { name: 'I have it' }).click();
    expect(asked(/\/webhooks$/).filter((one) => one.body).at(-1)!.body).toMatchObject({ url: 'https://tool.example.org/hook', kinds: expect.arrayContaining(['invoice.overdue']) });

    await page.getByRole('button', { name: /Send msg_4a1f.* again/ }).click();
    await page.getByText('It is sent again, as the same message').first().waitFor();
    expect(asked(/\/again$/).length).toBeGreaterThan(0);
  });

  it('who pays chooses a wallet that fills itself, and takes the card back', async () => {
    await page.goto('/my/autopay');
    await page.getByText('reported lost').waitFor();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog().getByLabel(/Out of my wallet/).check();
    await dialog().getByLabel(/^charge/).fill('0.50');
    await dialog().getByRole('button', { name: 'Pay it so' }).click();
    await dialog().getByText('1 to 1000').first().waitFor();
    await inspect(page, 'autopay-form', width);
    await dialog().getByLabel(/^charge/).fill('30');
    await dialog().getByRole('button', { name: 'Pay it so' }).click();
    await page.getByText('Out of the wallet').waitFor();
    expect(asked(/autopay\/[0-9a-f-]{36}$/).at(-1)!.body).toMatchObject({ way: 'wallet', savingId: '5a5a5a5a-0000-4000-8000-000000000001', floor: '10.00', topUp: '30.00' });
    await page.getByRole('button', { name: /^Take Visa/ }).click();
    await page.getByText('Paid by hand').waitFor();
    await page.getByRole('button', { name: 'Save a card' }).click();
    await page.waitForURL(/came=true/);
    expect(asked(/autopay\/savings$/)[0]!.body).toMatchObject({ payerId: IDS.payer, provider: 'stripe' });
  });

  it('a treasurer sends a doubtful mail again, and says it in the co-op’s words', async () => {
    await page.goto('/mail');
    await page.getByRole('button', { name: 'Send again', exact: true }).first().click();
    await page.getByText('It may have arrived').waitFor();
    await inspect(page, 'mail-again', width);
    await dialog().getByRole('button', { name: 'Send again' }).click();
    await page.getByText('The mail waits to be sent').first().waitFor();
    expect(asked(/\/mails\/4\/again$/)).toHaveLength(1);

    await page.goto('/mail?view=words');
    await page.getByRole('button', { name: 'Change' }).first().click();
    await dialog().getByLabel('Text').fill('Thanks, {name}!');
    await dialog().getByRole('button', { name: 'Preview' }).click();
    await page.getByText('Thanks, Anna Example!').waitFor();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('{coop} is needed').first().waitFor();
    await inspect(page, 'mail-words-form', width);
    await dialog().getByLabel('Add a place').selectOption('coop');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Mails from now on will say so').waitFor();
    expect(asked(/words\/en$/).at(-1)!.body).toEqual({ subject: '{coop} has received {amount}', body: 'Thanks, {name}!{coop}' });
  });

  it('a treasurer credits a part, and asks another person to give the rest up', async () => {
    await page.goto(`/invoices/${IDS.invoice}`);
    await page.getByText('CN2026-000001').waitFor();
    await page.getByRole('button', { name: 'Credit note' }).click();
    await dialog().getByLabel('Amount in EUR').fill('3,00');
    await dialog().getByLabel('Reason').fill('Down again');
    await inspect(page, 'credit-note', width);
    await dialog().getByRole('button', { name: 'Issue the credit note' }).click();
    await page.getByText('Credit note CN2026-000002 issued').waitFor();
    expect(asked(/credit-notes$/)[0]!.body).toEqual({ amount: '3.00', reason: 'Down again' });

    await page.getByRole('button', { name: 'Give up what is open' }).click();
    await dialog().getByLabel('Reason').fill('moved away');
    await dialog().getByRole('button', { name: 'Ask another person' }).click();
    await page.getByText('To be given up, when another person agrees').waitFor();
    await page.getByRole('button', { name: 'Agree', exact: true }).click();
    await page.getByText('another person than who asked agrees').waitFor();
    await inspect(page, 'write-off-asked', width);
  });

  it('a treasurer says when to remind, and lets somebody be', async () => {
    await page.goto('/reminders');
    await page.getByText('No policy yet').waitFor();
    await page.getByRole('button', { name: 'Change the policy' }).click();
    await dialog().getByLabel('Last reminder').fill('20');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('a reminder comes before the grace is over').first().waitFor();
    await inspect(page, 'reminder-policy', width);
    await dialog().getByLabel('Last reminder').fill('7');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('The policy holds from today on').waitFor();
    expect(asked(/policy$/).at(-1)!.body).toEqual({ reminderAfter: -3, lastAfter: 7, graceDays: 14, waitForBank: true });

    await page.getByRole('button', { name: 'Let be' }).click();
    await dialog().getByLabel('Reason').fill('lost her job');
    await inspect(page, 'reminder-hold', width);
    await dialog().getByRole('button', { name: 'Let be' }).click();
    await page.getByText('lost her job').waitFor();
    await inspect(page, 'reminder-held', width);
  });

  it('a payer asks to pay in parts, the treasurer refuses, agrees and ends', async () => {
    coop.partPlans = [];
    coop.signIn(IDS.ana, 'member');
    await page.goto('/my/parts');
    await page.getByRole('button', { name: 'Ask to pay in parts' }).click();
    await dialog().getByLabel('Parts').selectOption('2');
    await dialog().getByRole('button', { name: 'Ask the treasurer' }).click();
    await page.getByText('at least three parts here').first().waitFor();
    await dialog().getByLabel('First part by').fill('2031-01-31');
    await dialog().getByLabel('Parts').selectOption('3');
    await dialog().getByLabel('Reason (optional)').fill('The car broke');
    await inspect(page, 'parts-ask', width);
    await dialog().getByRole('button', { name: 'Ask the treasurer' }).click();
    await page.getByText('The treasurer has not decided yet').waitFor();
    expect(asked(/instalment-plans\/mine$/).filter((one) => one.method === 'POST').at(-1)!.body).toMatchObject({ payerId: IDS.payer, days: ['2031-01-31', '2031-02-28', '2031-03-31'], reason: 'The car broke' });
    await inspect(page, 'parts-asked', width);

    coop.signIn(IDS.board, ...ALL);
    await page.goto('/parts?state=asked');
    await page.getByRole('button', { name: 'Refuse' }).click();
    await dialog().getByLabel('Reason').fill('Two parts are enough');
    await dialog().getByRole('button', { name: 'Do not agree' }).click();
    await page.getByText('Nobody pays in parts').waitFor();

    await page.goto(`/invoices/${IDS.invoice}`);
    await page.getByRole('link', { name: 'Pay in parts' }).click();
    await page.getByRole('button', { name: 'Agree on parts' }).click();
    await inspect(page, 'parts-agree', width);
    await dialog().getByRole('button', { name: 'Agree', exact: true }).click();
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await dialog().getByLabel('Reason').fill('She pays at once');
    await dialog().getByRole('button', { name: 'End it' }).click();
    await page.getByText('Ended', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Parts', exact: true }).first().click();
    await dialog().getByText('She pays at once').waitFor();
    await inspect(page, 'parts-ended', width);
  });

  it('a treasurer clears the bank by keys: move, confirm, undo, split', async () => {
    await page.goto('/bank');
    await page.getByText('names invoice 2026-00041').waitFor();
    await page.keyboard.press('j');
    await page.getByText('Nothing that is known fits').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByText('In the book', { exact: true }).last().waitFor();
    await page.getByText('Nothing that is known fits').waitFor();
    const [first] = asked(/bank\/bookings$/);
    expect(first!.body).toMatchObject({ partIds: ['ba4ce000-0000-4000-8000-000000000001'], places: [{ kind: 'payment', amount: '20.00', payerId: IDS.payer, invoiceId: IDS.invoice }] });
    expect(first!.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    await page.keyboard.press('u');
    await page.getByText('Undone; it waits again').waitFor();
    expect(asked(/undo$/)[0]!.body).toEqual({ reason: 'Undone at once' });

    await page.getByRole('button', { name: /Cooperativa La Font/ }).click();
    await page.keyboard.press('s');
    await dialog().getByLabel('Amount in EUR').fill('27,40');
    await dialog().getByLabel('Find the payer').fill('Ana');
    await dialog().getByLabel('Payer', { exact: true }).selectOption(IDS.payer);
    await dialog().getByRole('button', { name: 'One more part' }).click();
    expect(await dialog().getByLabel('Amount in EUR').nth(1).inputValue()).toBe('27.40');
    await dialog().getByLabel('What it is').nth(1).selectOption('account');
    await dialog().getByLabel('Reason').fill('A gift for the tower');
    await inspect(page, 'bank-split', width);
    await dialog().getByRole('button', { name: 'Put it there' }).click();
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/bank\/bookings$/)[1]!.body).toMatchObject({ places: [{ kind: 'payment', amount: '27.40', payerId: IDS.payer }, { kind: 'account', amount: '27.40', account: 'income-other', reason: 'A gift for the tower' }] });
  });

  it('a treasurer hands in a file, sees what it would bring, and what it brought', async () => {
    await page.goto('/bank');
    await page.getByRole('button', { name: 'Hand in a file' }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'october.csv', mimeType: 'text/csv', buffer: Buffer.from('Buchungstag;Betrag') });
    await page.getByText('Jordi Soler').waitFor();
    await dialog().getByText('Which column is which').click();
    await inspect(page, 'bank-import', width);
    await dialog().getByRole('button', { name: 'Take it in' }).click();
    await page.getByText('1 posted by its reference').waitFor();
    await page.getByText('A statement is missing').waitFor();
    await inspect(page, 'bank-imported', width);
    expect(asked(/csv-mapping$/)[0]!.body).toMatchObject({ delimiter: ';', decimal: ',' });
  });

  it('a treasurer says who the co-op is, then saves an invoice', async () => {
    await page.goto('/invoices');
    await page.getByText('Documents wait').waitFor();
    await inspect(page, 'documents-wait', width);
    await page.getByRole('button', { name: 'The co-op on invoices' }).click();
    await page.getByLabel('Name of the co-op').fill('Guifi Coop eG');
    await page.getByLabel('Country').fill('de');
    await page.getByLabel('Register').fill('GnR 123 Berlin');
    await page.getByLabel('Why no VAT is charged').fill('Small business, section 19 UStG');
    await page.getByLabel('IBAN').fill('DE88 3704 0044 0532 0130 00');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('no valid IBAN').first().waitFor();
    await inspect(page, 'seller', width);
    await page.getByLabel('IBAN').fill('DE89 3704 0044 0532 0130 00');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.getByText('40 of 42 documents drawn up').waitFor();
    await inspect(page, 'documents', width);
    expect(asked(/seller$/).at(-1)!.body).toMatchObject({ iban: 'DE89370400440532013000', vatId: null, address: { country: 'DE' }, belgianReferences: false });

    await page.goto(`/invoices/${IDS.invoice}`);
    await page.getByText('RF24 COOP 2026 0000 41').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save PDF' }).click();
    expect((await saved).suggestedFilename()).toBe('2026-00041.pdf');
    await page.getByRole('button', { name: 'Make a pay link' }).click();
    expect(await page.getByLabel('Pay link').inputValue()).toMatch(/^http.*\/pay\/[A-Za-z0-9_-]{22}$/);
    await inspect(page, 'document', width);
    await page.getByRole('button', { name: 'Name and address' }).click();
    await dialog().getByLabel(/^Name/).fill('Ana Puig');
    await dialog().getByLabel('Country').fill('ES');
    await inspect(page, 'details', width);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/details$/)[0]!.body).toMatchObject({ name: 'Ana Puig', address: { country: 'ES', city: null }, language: 'en' });
  });

  it('a treasurer runs the bills after being told what will happen', async () => {
    await page.goto('/invoices');
    await page.getByRole('button', { name: 'Run bills' }).click();
    await page.getByText('What will happen').waitFor();
    await inspect(page, 'bill-run', width);
    await dialog().getByRole('button', { name: /^Issue the invoices/ }).click();
    await page.getByText('42 invoices issued').waitFor();
    expect(asked(/bill-runs$/)[0]!.headers['idempotency-key']).toBeTruthy();
  });

  it('a moderator claims, looks up, notes and decides with two measures', async () => {
    await page.goto('/cases');
    await page.getByRole('button', { name: 'Claim case 17' }).click();
    await page.waitForURL(`**/cases/${IDS.case}`);
    await page.getByRole('button', { name: 'Look up the member' }).click();
    await page.getByLabel('Reason').fill('Needed to decide case 17');
    await dialog().getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('link', { name: 'The member’s page' }).waitFor();
    await page.getByLabel('New note').fill('Log matches the node’s counters.');
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page.getByText('Log matches').waitFor();

    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByRole('radio', { name: 'Upheld' }).check();
    await page.getByLabel('Rule', { exact: false }).first().fill('2: do no harm');
    await page.getByLabel('Reasons').fill('Brute force from one computer');
    await page.getByRole('button', { name: 'One more measure' }).click();
    await page.getByRole('group', { name: 'Measure 2' }).getByLabel('Measure', { exact: true }).selectOption('ban');
    await page.getByRole('group', { name: 'Measure 2' }).getByLabel('Aimed at').selectOption('address');
    await page.getByText('1 member is hit').waitFor();
    await inspect(page, 'decision', width);
    await dialog().getByRole('button', { name: 'Decide' }).click();
    await page.getByText('Upheld, in force').waitFor();
    await inspect(page, 'decided', width);

    const [decision] = asked(/decision$/);
    expect(decision!.body).toMatchObject({ outcome: 'upheld', rule: '2: do no harm', measures: [{ kind: 'warning', target: { kind: 'member', value: IDS.ana } }, { kind: 'ban', target: { kind: 'address', value: '10.201.1.20' } }] });
    expect((decision!.body.measures as { until?: string }[])[1]!.until).toMatch(/Z$/);
  });

  it('a moderator opens evidence with a reason and a passphrase, and mutes', async () => {
    await page.goto('/cases');
    await page.getByRole('button', { name: 'Claim case 17' }).click();
    await page.waitForURL(`**/cases/${IDS.case}`);
    await page.getByText('not what the sender declared').waitFor();
    await page.getByText('It went on until noon.').waitFor();
    await page.getByRole('button', { name: 'Open the file' }).click();
    await page.getByText('2 moderators open this together').waitFor();
    await dialog().getByLabel('Reason').fill('To decide case 17');
    await dialog().getByLabel('Passphrase of your key').fill('wrong passphrase');
    await dialog().getByRole('button', { name: 'Open and save' }).click();
    await dialog().getByText(/passphrase/i).nth(1).waitFor();
    await inspect(page, 'evidence', width);
    expect(asked(/reading$/)[0]!.body).toEqual({ reason: 'To decide case 17', passphrase: 'wrong passphrase' });
    await dialog().getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Mute the reporter' }).click();
    await dialog().getByLabel('Reason').fill('Reports at random');
    await dialog().getByRole('button', { name: 'Mute for 30 days' }).click();
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/mute$/)[0]!.body.until).toMatch(/Z$/);

    await page.goto('/cases/desk');
    await page.getByRole('button', { name: 'New partner' }).click();
    await dialog().getByLabel('Name').fill('Honeypots of the valley');
    await dialog().getByRole('button', { name: 'Make a key' }).click();
    await page.getByText('shown-once-key').waitFor();
    await inspect(page, 'partner-key', width);
  });

  it('what is permanent waits for another moderator, and a case is handed over', async () => {
    Object.assign(coop.cases[0]!, { state: 'underReview', claimedBy: IDS.board });
    coop.subject = IDS.ana;
    await page.goto(`/cases/${IDS.case}`);
    await page.getByText('for 14 days').waitFor();
    await inspect(page, 'case-proposal', width);
    await page.getByRole('button', { name: 'Hand over' }).click();
    await dialog().getByRole('radio').first().check();
    await dialog().getByLabel('Reason').fill('I am away');
    await inspect(page, 'hand-over', width);
    await dialog().getByRole('button', { name: 'Cancel' }).click();

    coop.decisions.push({ ...coop.appealed, id: 'dec15100-0000-4000-8000-000000000016', state: 'proposed', moderatorsNeeded: 3, agreed: [IDS.ana] });
    await page.reload();
    await page.getByText('2 of 3 moderators agree.').waitFor();
    await inspect(page, 'case-approvals', width);
    await page.getByRole('button', { name: 'Agree', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Hand over' }).click();
    await dialog().getByRole('radio').first().check();
    await dialog().getByLabel('Reason').fill('I am away');
    await dialog().getByRole('button', { name: 'Hand over' }).click();
    await page.getByText('Handed over to a colleague').waitFor();
    expect(asked(/hand-over$/)[0]!.body).toEqual({ to: IDS.joan, reason: 'I am away' });
  });

  it('a member reads why in their language and appeals, once', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto('/my/cases');
    await page.getByText('no machine').waitFor();
    await page.getByLabel('Language of the statements').selectOption('ca');
    await page.getByText('Exposició de motius').waitFor();
    await page.getByRole('button', { name: 'Appeal' }).click();
    expect(await dialog().getByRole('button', { name: 'Lodge the appeal' }).isDisabled()).toBe(true);
    await dialog().getByLabel('Why is it wrong?').fill('It was the installer');
    await inspect(page, 'my-appeal-form', width);
    await dialog().getByRole('button', { name: 'Lodge the appeal' }).click();
    await page.getByText('Another moderator answers by').waitFor();
    await inspect(page, 'my-appeal', width);

    expect(asked(/appeal$/)[0]!.body).toEqual({ text: 'It was the installer' });
    expect(await page.getByRole('button', { name: 'Appeal' }).count()).toBe(0);
  });

  it('another moderator grants an appeal with reasons', async () => {
    coop.appealShown = true;
    await page.goto('/cases/appeals');
    await page.getByRole('link', { name: /My router was reset/ }).click();
    await page.getByText('Brute force against a school server').waitFor();
    await page.getByRole('button', { name: 'Grant' }).click();
    await dialog().getByLabel('Reason').fill('The installer’s log shows it');
    await inspect(page, 'grant', width);
    await dialog().getByRole('button', { name: 'Grant' }).click();
    await page.getByText('Granted: every measure has ended').waitFor();

    expect(asked(/grant$/)[0]!.body).toEqual({ reason: 'The installer’s log shows it' });
    await page.getByRole('button', { name: 'Grant' }).waitFor({ state: 'detached' });
  });

  it('a moderator sees whom a ban would hit, bans, and lifts', async () => {
    await page.goto('/bans');
    await page.getByText('on 2 of 3 nodes').first().waitFor();
    await page.getByRole('button', { name: 'New ban' }).click();
    await dialog().getByLabel('Address or prefix').fill('10.200.0.1');
    await page.getByText('This target may not be banned').waitFor();
    await dialog().getByLabel('Address or prefix').fill('10.201.0.0/16');
    await page.getByText('14 members are hit').waitFor();
    await dialog().getByLabel('Reason').fill('Worm');
    await inspect(page, 'ban', width);
    await dialog().getByRole('button', { name: 'Ban', exact: true }).click();
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/bans$/)[0]!.body).toMatchObject({ target: { kind: 'address', value: '10.201.0.0/16' }, reason: 'Worm' });
    expect(asked(/bans$/)[0]!.body.until).toMatch(/Z$/);

    await page.getByRole('button', { name: 'Lift' }).first().click();
    await dialog().getByLabel('Reason').fill('Cleaned up');
    await dialog().getByRole('button', { name: 'Lift the ban' }).click();
    await page.getByText('The ban is lifted').waitFor();
  });

  const colleagueBans = (value: string) => coop.bans.unshift({ ...coop.bans[0]!, id: `ba000000-0000-4000-8000-${value.replaceAll(/\D/g, '').padStart(12, '0')}`, target: { kind: 'address', value } });
  const soon = 3_000;

  it('what a colleague bans appears on a page that is open', async () => {
    coop.telling = true;
    await page.goto('/bans');
    await page.getByText('10.201.4.20').first().waitFor();
    await vi.waitFor(() => expect(coop.came).toHaveLength(1), 10_000);
    colleagueBans('10.201.7.7/32');
    coop.tell('bans');
    await page.getByText('10.201.7.7').first().waitFor({ timeout: soon });

    // The line breaks: it comes back with what it had heard
    coop.hangUp();
    await vi.waitFor(() => expect(coop.came).toHaveLength(2), 10_000);
    expect(coop.came[1]).toBe('life-2');
    colleagueBans('10.201.8.8/32');
    coop.tell('*');
    await page.getByText('10.201.8.8').first().waitFor({ timeout: soon });
  });

  it('a page that is told nothing asks by itself', async () => {
    await page.goto('/bans');
    await page.getByText('10.201.4.20').first().waitFor();
    colleagueBans('10.201.9.9/32');
    await page.getByText('10.201.9.9').first().waitFor({ timeout: 15_000 });
  });

  it('tells why an address is blocked', async () => {
    await page.goto('/bans');
    await page.getByLabel('Address or prefix').fill('10.201.1.20');
    await page.getByRole('button', { name: 'Tell me' }).click();
    await page.getByText('Overdue since last week').waitFor();
    expect(page.url()).toContain('why=10.201.1.20');
  });

  it('a failed message is tried again until it is taken in', async () => {
    await page.goto('/home');
    await page.getByRole('link', { name: /between services failed/ }).click();
    await page.waitForURL('**/failed-messages');
    coop.letterFails = true;
    await page.getByRole('button', { name: 'Try message 41 again' }).click();
    await page.getByText('no member a0a00000 yet').waitFor();
    await inspect(page, 'message-failed-again', width);
    coop.letterFails = false;
    await page.getByRole('button', { name: 'Try message 41 again' }).click();
    await page.getByText('Message 41 was taken in').waitFor();
    await page.getByText('not known here yet').waitFor({ state: 'detached' });
  });

  if (language === 'en') test.each([['/members', /^members-\d{4}-\d\d-\d\d\.csv$/, 'Name,E-mail,', "'=Cooperativa"], ['/invoices', /^invoices-/, 'Number,Payer,', '27.40,EUR']])('the list at %s goes into a file', async (path, name, head, holds) => {
    coop.members[3]!.name = '=Cooperativa La Font';
    await page.goto(path);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const download = await waiting;
    const text = readFileSync(await download.path(), 'utf8');

    expect(download.suggestedFilename()).toMatch(name);
    expect(text.startsWith(`\uFEFF${head}`)).toBe(true);
    expect(text).toContain(holds);
  });

  it('a member adds a node and sees it come in', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto('/my');
    await page.getByRole('button', { name: 'Add a node' }).click();
    await page.getByLabel('Name').fill('Barn');
    await page.getByRole('button', { name: 'Get the code' }).click();
    await page.getByText('enrolment-code: K7Q2').waitFor();
    await inspect(page, 'enrolment', width);
    await page.getByText('It is here').waitFor();
  });

  it('a box is made ready with a sticker, and a member claims it once', async () => {
    await page.goto('/nodes');
    await page.getByRole('button', { name: 'Prepare a box' }).click();
    await page.getByLabel('Name').fill('Box 17');
    await page.getByRole('button', { name: 'Get the code' }).click();
    await page.getByRole('img', { name: 'QR code of the invitation' }).waitFor();
    await inspect(page, 'prepared-box', width);

    coop.signIn(IDS.ana, 'member');
    await page.goto('/my');
    await page.getByRole('button', { name: 'Claim a box' }).click();
    await page.getByLabel('Code on the sticker').fill('0000-0000');
    await page.getByRole('button', { name: 'Make it mine' }).click();
    await page.getByText('no box has this code').waitFor();
    await page.getByLabel('Code on the sticker').fill('k7q2-9fwm-tc4r-xh8p-jd3v-5nba');
    await inspect(page, 'claim-box', width);
    await page.getByRole('button', { name: 'Make it mine' }).click();
    await page.getByText('The box is yours').waitFor();
    await page.getByText('Box 17').first().waitFor();
  });

  it('bytes on the nodes page grow by themselves', async () => {
    await page.goto('/nodes');
    await page.getByText('Church tower').first().waitFor();
    const carried = () => page.locator('.figure', { hasText: 'Carried' }).innerText();
    const before = await carried();
    await page.waitForFunction((text) => [...document.querySelectorAll<HTMLElement>('.figure')].some((one) => one.innerText.includes('Carried') && one.innerText !== text), before, { timeout: 30_000 });
  });

  it('a member goes from a bill to the hours behind a line, and takes them along', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto('/my');
    await page.getByRole('link', { name: 'Why is it this much?' }).click();
    await page.getByText('Adds up, to the last fraction of a cent').waitFor();
    expect(await page.getByText('Computed again in your browser: it is right').count()).toBe(2);
    await page.getByRole('link', { name: 'The days and hours behind it' }).click();
    await page.getByText('By the day').waitFor();
    expect(page.url()).toContain(`siteId=${IDS.site}`);
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByText('By the hour').waitFor();
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const text = readFileSync(await (await waiting).path(), 'utf8');

    expect(text.trim().split('\r\n')).toHaveLength(25);
    expect(text).toMatch(/Z,\d+,\d+,\d+,\d+,yes/);
  });

  it('a bill whose figures do not make its amount is told', async () => {
    (coop.invoices[0]!.lines as { amount: unknown }[])[1]!.amount = { amount: '15.46', currency: 'EUR' };
    await page.goto(`/invoices/${IDS.invoice}/why`);
    await page.getByText('The lines do not add up to the bill').waitFor();
    await page.getByText('it differs. Tell the treasurer.').waitFor();
    await inspect(page, 'why-wrong', width);
  });

  it('what wants a fresh proof asks for it in a window of its own, and then goes on by itself', async () => {
    coop.payAccount = null;
    await page.goto('/my/hours');
    await page.getByRole('button', { name: 'Say where' }).click();
    await dialog().getByLabel('Name on the account').fill('Ana Ribas');
    await dialog().getByLabel('IBAN').fill('DE89 3704 0044 0532 0130 00');
    coop.wantsProof = true;
    await dialog().getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('dialog', { name: 'Is it you?' }).waitFor();
    await inspect(page, 'is-it-you', width);
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByText('It was not confirmed that it is you').waitFor();

    await dialog().getByRole('button', { name: 'Keep' }).click();
    const window = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Confirm that it is you' }).click();
    await window;
    await page.getByText('DE…3000').waitFor();
    expect(coop.wantsProof).toBe(false);
  });

  it('a moderator logs hours, another person approves the month, and the bank gets a file', async () => {
    coop.payAccount = null;
    await page.goto('/my/hours');
    await page.getByRole('button', { name: 'Log hours' }).click();
    await dialog().getByLabel('How long').fill('90 minutes');
    await dialog().getByLabel('What').fill('Read the new rules with two others');
    await dialog().getByRole('button', { name: 'Log', exact: true }).click();
    await page.getByText('Write it like 1:30').waitFor();
    await dialog().getByLabel('How long').fill('1:30');
    await inspect(page, 'log-hours', width);
    await dialog().getByRole('button', { name: 'Log', exact: true }).click();
    await page.getByText('Read the new rules').waitFor();
    expect(asked(/api\/hours\/[0-9a-f-]{36}$/)[0]!.body).toMatchObject({ minutes: 90, what: 'Read the new rules with two others' });
    await page.getByRole('button', { name: 'Say where' }).click();
    await dialog().getByLabel('Name on the account').fill('Ana Ribas');
    await dialog().getByLabel('IBAN').fill('DE89 3704 0044 0532 0130 01');
    await dialog().getByRole('button', { name: 'Keep' }).click();
    await page.getByText('not a valid IBAN').first().waitFor();
    await dialog().getByLabel('IBAN').fill('DE89 3704 0044 0532 0130 00');
    await dialog().getByRole('button', { name: 'Keep' }).click();
    await page.getByText('DE…3000').waitFor();

    await page.goto(`/payroll/${IDS.payRun}`);
    await page.getByText('You drew it up, so somebody else approves it.').waitFor();
    coop.signIn(IDS.joan, ...ALL);
    await page.reload();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText('To be paid').first().waitFor();
    await page.getByRole('button', { name: 'Make a file' }).click();
    await dialog().getByRole('button', { name: 'Make the file' }).click();
    await page.getByText('PAY-2026-10').first().waitFor();
    await inspect(page, 'pay-file', width);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    expect((await waiting).suggestedFilename()).toBe('PAY-2026-10-9a900000-1.xml');
    await page.getByRole('button', { name: 'The bank paid it' }).click();
    await dialog().getByRole('button', { name: 'Write down' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Paid in cash' }).click();
    await dialog().getByRole('button', { name: 'Write down' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Came back' }).first().click();
    await dialog().getByLabel('Reason').fill('Account closed');
    await dialog().getByRole('button', { name: 'It came back' }).click();
    await page.getByText('It is due again').waitFor();
    expect(asked(/lines\/1\/return$/)[0]!.body).toEqual({ reason: 'Account closed' });
    expect(asked(/transfers$/)[0]!.headers['idempotency-key']).toBeTruthy();
  });

  it('a member takes a name, hands it over, and another is disputed', async () => {
    coop.signIn(IDS.ana, 'member');
    coop.nodes.forEach((one) => Object.assign(one, { ownerId: IDS.ana }));
    await page.goto('/my/names');
    await page.getByRole('button', { name: 'Take a name' }).click();
    await dialog().getByLabel(/^Name/).fill('school');
    await dialog().getByLabel('It is the name of a service', { exact: false }).check();
    await dialog().getByLabel(/^Port/).fill('8080');
    await inspect(page, 'name-form', width);
    await dialog().getByRole('button', { name: 'Take it' }).click();
    await page.getByText('looks like it, is held').first().waitFor();
    await dialog().getByLabel(/^Name/).fill('oven');
    await dialog().getByRole('button', { name: 'Take it' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.getByText('oven.village.mesh').first().waitFor();
    await page.getByRole('button', { name: 'Hand over' }).first().click();
    await dialog().getByRole('button', { name: 'Make a code' }).click();
    await page.getByText('7QZ4M0RXK2V9TBCDEFGHJNPS15').waitFor();
    await inspect(page, 'name-code', width);
    await dialog().getByRole('button', { name: 'Done' }).click();

    await page.goto('/names');
    await page.getByRole('button', { name: 'Dispute' }).last().click();
    await dialog().getByLabel('Reason').fill('It is the school’s');
    await dialog().getByRole('button', { name: 'Dispute' }).click();
    await dialog().waitFor({ state: 'hidden' });
    coop.signIn(IDS.board, 'member', 'board');
    await page.goto('/names/disputes');
    await page.getByRole('button', { name: 'Let it stay' }).click();
    await dialog().getByLabel('Reason').fill('He was first');
    await dialog().getByRole('button', { name: 'Let it stay' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.getByText('He was first', { exact: true }).waitFor();
    expect(asked(/\/api\/names$/).at(-1)!.body).toMatchObject({ label: 'oven', service: { type: 'http', transport: 'tcp', port: 8080, hosts: [], path: null } });
    expect(asked(/\/disputes$/).at(-1)!.body).toEqual({ reason: 'It is the school’s' });
    expect(asked(/\/decision$/).at(-1)!.body).toEqual({ outcome: 'keep', reason: 'He was first' });
  });

  it('a treasurer reads an account as it was on another day', async () => {
    await page.goto('/treasury');
    await page.getByRole('link', { name: 'All accounts' }).click();
    await page.getByRole('link', { name: 'Owed by members' }).click();
    await page.getByText('invoice 2026-00041').waitFor();
    const month = new Date(Date.now() - 22 * 86_400_000).toISOString().slice(0, 16);
    await page.getByLabel('As of').fill(month);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('invoice 2026-00041').waitFor({ state: 'detached' });
    await page.getByText('Reversal', { exact: true }).waitFor();
    expect(page.url()).toContain('asOf=');
  });

  it('two people close a month', async () => {
    coop.signIn(IDS.board, 'member', 'treasurer');
    await page.goto('/treasury');
    await page.getByRole('link', { name: 'Open books' }).click();
    await page.getByRole('button', { name: 'Ask to close it' }).click();
    await page.getByText('Waits for a second person').waitFor();
    coop.signIn(IDS.ana, 'member', 'board');
    await page.reload();
    await page.getByRole('button', { name: 'Agree' }).click();
    await page.getByText('Nobody can open them again').waitFor();
    await page.getByRole('button', { name: 'Close it for good' }).click();
    await page.getByText('Nobody can open them again').waitFor({ state: 'detached' });

    expect(asked(/close-request$/).at(-1)!.path.slice(0, 22)).toBe('/api/treasury/months/2');
    expect(asked(/months\/[0-9-]+\/close$/)).toHaveLength(1);
  });

  it('the board declares by what members settle with one another', async () => {
    coop.signIn(IDS.board, 'member', 'board');
    await page.goto('/settlement-terms');
    await page.getByRole('button', { name: 'Declare terms' }).click();
    await page.getByLabel('Reciprocity: EUR per GB').fill('a lot');
    await page.getByRole('button', { name: 'Declare', exact: true }).click();
    await page.getByText('Write it like 0.10').waitFor();
    await page.getByLabel('Reciprocity: EUR per GB').fill('0.12');
    await inspect(page, 'declare-terms', width);
    await page.getByRole('button', { name: 'Declare', exact: true }).click();
    await page.getByText('Coming').first().waitFor();

    expect(asked(/settlements\/terms$/).filter((one) => one.method === 'POST').at(-1)!.body).toMatchObject({ reciprocityPerGb: { amount: '0.12', currency: 'EUR' }, carriageCeilingPerGb: { amount: '0.00', currency: 'EUR' } });
  });

  it('the board sets what outages give back, and everybody reads what was decided', async () => {
    coop.signIn(IDS.board, 'member', 'board');
    await page.goto('/settlement-terms');
    await page.getByText('there is no plan village').waitFor();
    await page.getByRole('button', { name: 'Set a rule' }).click();
    await dialog().getByLabel('Percent of the dues of that time').fill('80');
    await inspect(page, 'outage-rule', width);
    await dialog().getByRole('button', { name: 'Set it' }).click();
    await page.getByText('The rule is set').waitFor();

    expect(asked(/outage-credits\/rules$/).filter((one) => one.method === 'POST')[0]!.body).toMatchObject({ afterHours: 24, percent: 80 });
  });

  it('the board says who else lives at a site, and that they do no more', async () => {
    coop.signIn(IDS.board, 'member', 'board');
    coop.members.find((one) => one.id === IDS.applicant)!.state = 'active';
    await page.goto(`/members/${IDS.ana}`);
    await page.getByRole('button', { name: 'Residents' }).first().click();
    await dialog().getByRole('button', { name: 'Lives here no more' }).first().waitFor();
    await dialog().getByLabel('Another member moves in').fill('Cooperativa');
    await dialog().getByRole('button', { name: /Cooperativa La Font lives here/ }).waitFor();
    await inspect(page, 'residents', width);
    await dialog().getByRole('button', { name: /Cooperativa La Font lives here/ }).click();
    await page.getByText('Written down').first().waitFor();
    await dialog().getByRole('button', { name: 'Lives here no more' }).first().click();
    await page.getByText('Written down').first().waitFor();

    expect(asked(/residents\//).map((one) => one.method)).toEqual(['PUT', 'DELETE']);
  });

  it('the board sends a mail to a member again, and gives another up', async () => {
    coop.signIn(IDS.board, 'member', 'board');
    await page.goto('/members/mail');
    await page.getByRole('button', { name: 'Send mail 12 again' }).click();
    await page.getByText('The mail waits to be sent').first().waitFor();
    await page.getByRole('button', { name: 'Give up' }).first().click();
    await dialog().getByLabel('Reason').fill('Moved away');
    await inspect(page, 'member-mail-drop', width);
    await dialog().getByRole('button', { name: 'Give it up' }).click();
    await page.getByText('The mail is off the queue').waitFor();

    expect(asked(/members\/mail\/mails\/12\/again$/)).toHaveLength(1);
    expect(asked(/members\/mail\/mails\/12\/drop$/)[0]!.body).toEqual({ reason: 'Moved away' });
  });

  it('labels, zones and agreed nodes come from a file, once it was looked at', async () => {
    coop.signIn(IDS.board, 'member', 'board');
    await page.goto('/members/sorting');
    await page.locator('input[type=file]').setInputFiles({ name: 'labels.csv', mimeType: 'text/csv', buffer: Buffer.from('email,labels\n') });
    await page.getByText('This would come of it').waitFor();
    await inspect(page, 'sorting-preview', width);
    await page.getByRole('button', { name: 'Take it in' }).click();
    await page.getByText('Taken in').waitFor();

    expect(asked(/members\/sorting$/)).toHaveLength(1);
  });

  it('a report that cannot be right is looked at with its evidence, and its signature is checked here', async () => {
    await page.goto('/home');
    await page.getByRole('link', { name: /cannot be right/ }).click();
    await page.getByRole('link', { name: 'Look at report 4711' }).click();
    await page.getByText('Signed with the node’s key').waitFor();
    expect(await page.getByText('yes', { exact: true }).count()).toBe(4);
    await page.getByText('91 GB').waitFor();
    await inspect(page, 'usage-report', width);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the evidence' }).click();
    const evidence = JSON.parse(readFileSync(await (await waiting).path(), 'utf8')) as { signature: string };

    expect(evidence.signature).toBe(coop.proof.signature);
    coop.proof.signature = Buffer.alloc(64).toString('base64');
    await page.reload();
    await page.getByText('no', { exact: true }).waitFor();
  });

  it('a plan is put together of parts, and a part that is wrong is named', async () => {
    await page.goto('/plans');
    await page.getByRole('button', { name: 'New plan' }).click();
    await dialog().getByLabel('Name').fill('Night');
    await dialog().getByLabel('Code').fill('night');
    await dialog().getByRole('button', { name: 'Take out: Dues of a month' }).click();
    await dialog().getByRole('button', { name: 'Take out: Price of a GB' }).waitFor({ state: 'detached' });
    await dialog().getByRole('button', { name: 'Dues as the member chooses' }).click();
    await dialog().getByRole('button', { name: 'Take out: Price of a GB' }).click();
    await dialog().getByRole('button', { name: 'Price of a GB by the clock' }).click();
    await dialog().getByRole('button', { name: 'Price of a GB', exact: true }).waitFor({ state: 'detached' });
    for (const [label, value] of [['At least', '5'], ['Suggested', '12,5'], ['At most', '1'], ['EUR for each GB at other times', '0.25'], ['EUR for each GB', 'little']] as const) await dialog().getByRole('textbox', { name: label, exact: true }).fill(value);
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByText('Write it like 12.50').waitFor();
    await dialog().getByRole('textbox', { name: 'EUR for each GB', exact: true }).fill('0,05');
    await dialog().getByRole('checkbox', { name: 'Sun' }).uncheck();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await dialog().getByText('floor ≤ suggested ≤ ceiling').first().waitFor();
    await inspect(page, 'plan-form', width);
    await dialog().getByLabel('At most').fill('40');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await page.getByText('Night is written down').waitFor();
    const week = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

    expect(asked(/plans$/)[1]!.body.parts).toEqual([
      { type: 'scale', floor: { amount: '5.00', currency: 'EUR' }, suggested: { amount: '12.50', currency: 'EUR' }, ceiling: { amount: '40.00', currency: 'EUR' } },
      { type: 'timed', perGb: { amount: '0.25', currency: 'EUR' }, windows: [{ days: week, fromHour: 0, toHour: 7, perGb: { amount: '0.05', currency: 'EUR' } }] },
    ]);
  });

  it('a member chooses dues on the scale, and is told where it ends', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto('/my');
    await page.getByRole('button', { name: 'Choose' }).click();
    await dialog().getByLabel('EUR a month').fill('50');
    await dialog().getByRole('button', { name: 'Choose' }).click();
    await dialog().getByText('at most 40.00').first().waitFor();
    await inspect(page, 'dues', width);
    await dialog().getByLabel('EUR a month').fill('20');
    await dialog().getByRole('button', { name: 'Choose' }).click();
    await page.getByText('Your dues are chosen').waitFor();
    await page.getByText('€20.00').first().waitFor();
  });

  it('a treasurer takes a payment back, with a reason', async () => {
    await page.goto(`/invoices/${IDS.paid}`);
    await page.getByRole('button', { name: 'Take back' }).click();
    await dialog().getByLabel('Reason').fill('Booked on the wrong payer');
    await inspect(page, 'payment-reversal', width);
    await dialog().getByRole('button', { name: 'Take the payment back' }).click();
    await page.getByText('The payment is taken back').waitFor();
    await page.getByText('taken back', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Take back' }).count()).toBe(0);

    expect(asked(/reversal$/)[0]!.body).toEqual({ reason: 'Booked on the wrong payer' });
    expect(asked(/reversal$/)[0]!.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('a member sets a cap above the dues, and pays ahead', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto('/my');
    await page.getByRole('link', { name: 'Cap and wallet' }).click();
    await page.getByRole('button', { name: 'Change' }).click();
    await dialog().getByLabel('EUR a month').fill('8');
    await dialog().getByRole('button', { name: 'Set the cap' }).click();
    await dialog().getByText('the dues of the month are 12.00').first().waitFor();
    await inspect(page, 'cap-refused', width);
    await dialog().getByLabel('EUR a month').fill('30');
    await dialog().getByRole('button', { name: 'Set the cap' }).click();
    await page.getByText('€30.00').waitFor();
    await page.getByRole('switch', { name: 'Pay ahead' }).click({ force: true });
    await page.getByText('Hours that the wallet paid').first().waitFor();
    await inspect(page, 'wallet', width);

    expect(asked(/spending$/).at(-1)!.body).toEqual({ cap: { amount: '30.00' }, prepaid: true });
  });

  it('a report is decided about by somebody who is not involved, with a reason', async () => {
    const { nodeId, bootId, sequence } = coop.proof.report as { nodeId: string; bootId: string; sequence: number };
    await page.goto(`/usage-reports/${nodeId}/${bootId}/${sequence}`);
    await page.getByText('41.3 GB').waitFor();
    await page.getByRole('button', { name: 'Leave it at zero' }).click();
    await dialog().getByLabel('Reason').fill('It is my own');
    await dialog().getByRole('button', { name: 'Leave it at zero' }).click();
    await dialog().getByText('somebody else decides').waitFor();
    await inspect(page, 'report-involved', width);
    await dialog().getByLabel('Reason').fill('The box counted a test twice');
    await dialog().getByRole('button', { name: 'Leave it at zero' }).click();
    await page.getByText('The report stays at zero').waitFor();
    await page.getByText('The box counted a test twice').waitFor();
    await inspect(page, 'report-decided', width);
    await page.goto('/implausible?decided=true');
    await page.getByText('The box counted a test twice').waitFor();
    await inspect(page, 'implausible-decided', width);

    expect(asked(/decision$/).at(-1)!.body).toEqual({ accept: false, reason: 'The box counted a test twice' });
  });

  it('the evidence of a bill line is taken along as it came, or refused where it speaks of others', async () => {
    await page.goto(`/invoices/${IDS.invoice}/why`);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the evidence of line 2' }).click();
    expect((await waiting).suggestedFilename()).toBe('evidence-2026-00041-2.json');
    coop.signIn(IDS.ana, 'member');
    await page.getByRole('button', { name: 'Download the evidence of line 2' }).click();
    await page.getByText('ask the treasurer').waitFor();
  });

  it('a cost is declared with its document', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto('/cost-pools');
    await page.getByRole('button', { name: 'Declare a cost' }).click();
    await dialog().getByLabel('What for').fill('Transit');
    await dialog().getByLabel('Amount in EUR').fill('120');
    await dialog().getByLabel('How it is shared').selectOption('fee');
    await dialog().getByLabel('Fee of each in EUR').fill('2,5');
    await dialog().getByLabel('Over how many months').fill('3');
    await dialog().getByRole('button', { name: 'Declare' }).click();
    await dialog().getByText('name the invoice').first().waitFor();
    await inspect(page, 'cost-form', width);
    await dialog().getByLabel('What for').fill('Transit, invoice 4712');
    await dialog().getByRole('button', { name: 'Declare' }).click();
    await page.getByText('No document yet').waitFor();
    await page.locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
    await page.getByText('A PDF, a PNG or a JPEG, please').waitFor();
    await page.locator('input[type=file]').setInputFiles({ name: 'invoice 4712.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
    await page.getByText('invoice 4712.pdf').waitFor();
    await inspect(page, 'cost-document', width);

    expect(asked(/cost-pools$/).at(-1)!.body).toMatchObject({ amount: { amount: '120.00', currency: 'EUR' }, policy: { kind: 'fee', fee: { amount: '2.50', currency: 'EUR' }, rest: { kind: 'usage' } } });
    expect(asked(/document$/)[0]!.body).toEqual({ bytes: 8, type: 'application/pdf' });
  });

  it('a cost is found right only after its document was looked at, and its shares say why', async () => {
    await page.goto(`/cost-pools/${IDS.pool}`);
    const right = page.getByRole('button', { name: 'I looked at it: it is right' });
    expect(await right.isDisabled()).toBe(true);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Look at the document' }).click();
    await waiting;
    await right.click();
    await page.getByText('Validated: it will be shared').waitFor();
    await page.getByRole('button', { name: 'Shares' }).first().click();
    await page.getByRole('link', { name: 'Why?' }).first().click();
    await page.getByText('Church tower → Internet').waitFor();

    expect(asked(/validate$/)[0]!.body.documentSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('what the bank paid for a cost is written down, and reversed where it was a mistake', async () => {
    await page.goto(`/cost-pools/${IDS.tower}`);
    await page.getByRole('button', { name: 'Record a payment' }).click();
    await dialog().getByLabel('Amount in EUR').fill('300');
    await dialog().getByRole('button', { name: 'Write down' }).click();
    await dialog().getByText('more than is open of it').waitFor();
    await inspect(page, 'cost-payment', width);
    await dialog().getByLabel('Amount in EUR').fill('200');
    await dialog().getByLabel('Reference on the statement').fill('invoice 4713');
    await dialog().getByRole('button', { name: 'Write down' }).click();
    await page.getByText('invoice 4713').waitFor();
    await page.getByRole('button', { name: 'Reverse' }).click();
    await dialog().getByLabel('Reason').fill('Paid twice');
    await dialog().getByRole('button', { name: 'Reverse' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.getByText('Paid twice').waitFor();

    expect(asked(/payments$/).at(-1)!.body).toMatchObject({ amount: { amount: '200.00', currency: 'EUR' }, reference: 'invoice 4713' });
    expect(asked(/reversal$/).at(-1)!.headers['idempotency-key']).toBeTruthy();
  });

  it('another rule is tried on months that were shared', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto(`/cost-pools/${IDS.tower}`);
    await page.getByLabel('From month').selectOption({ index: 0 });
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('1 of 2 months.').waitFor();
    await page.getByText('The trial can be trusted here').waitFor();
    await page.reload();
    await page.getByText('The trial can be trusted here').waitFor();
    await page.getByText('12 cheaper, 0 the same, 10 dearer.').waitFor();
    await inspect(page, 'cost-trial', width);

    expect(asked(/trials$/).at(-1)!.body).toMatchObject({ policy: { kind: 'usage' } });
  });

  it('a share on a bill leads to why it is that', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto(`/invoices/${IDS.paid}/why`);
    await page.getByText('Carried more for others than others for you').waitFor();
    await page.getByText('Carriage at your price, earned').waitFor();
    await page.getByRole('link', { name: 'Why this share?' }).click();
    await page.getByText('Church tower → Internet').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'How it came about' }).first().click();
    await page.getByText('others paid you').waitFor();
  });

  it('routers without an agent can be looked at alone', async () => {
    await page.goto('/nodes');
    await page.getByRole('button', { name: 'Without an agent' }).click();
    await page.getByText('Church tower', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'bakery-roof' }).click();
    await page.getByText('Who speaks for it').first().waitFor();
    await page.getByRole('link', { name: 'Mill roof' }).click();
    await page.getByText('Speaks for').first().waitFor();
  });

  it('a neighbour applies, and is told which field is wrong', async () => {
    coop.signIn(IDS.board);
    await page.goto('/join');
    await page.getByLabel('Address').fill('Carrer Nou 3');
    await page.getByLabel('Name', { exact: false }).first().fill('Pau');
    await page.getByLabel('On the map').fill('behind the mill');
    await page.getByLabel('E-mail').fill('pau@nowhere');
    await page.getByLabel('Password', { exact: false }).first().fill('four words to keep');
    await page.getByRole('checkbox', { name: /version 3/ }).check();
    await page.getByRole('button', { name: 'Send the application' }).click();
    await page.getByText('or a link out of a map').waitFor();
    expect(asked(/applications$/)).toHaveLength(0);
    await page.context().grantPermissions(['geolocation']);
    await page.context().setGeolocation({ latitude: 41.3874, longitude: 2.1686 });
    await page.getByRole('button', { name: 'I am there now' }).click();
    await page.getByText('or a link out of a map').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Send the application' }).click();
    await page.getByText('must be an e-mail address').first().waitFor();
    expect(await page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true');
    await inspect(page, 'join-refused', width);
    await page.getByLabel('E-mail').fill('pau@example.org');
    await page.getByRole('button', { name: 'Send the application' }).click();
    await page.getByText('Thank you, Pau').waitFor();
    expect(asked(/applications$/)[1]!.body).toMatchObject({ planCode: 'standard', rulesVersion: 3, site: { address: 'Carrer Nou 3', latitude: 41.3874, longitude: 2.1686 } });
  });

  it('somebody reports without a name and follows up by the link', async () => {
    coop.signIn(IDS.board);
    await page.goto('/report');
    await page.getByLabel('What is it about?').selectOption('intrusion');
    await page.getByLabel('What did you see?').fill('Sign-in attempts');
    await page.getByLabel('From which address?').fill('999.1.1.1');
    await page.getByRole('button', { name: 'Send the report' }).click();
    await page.getByText('is not an IP address').first().waitFor();
    await page.getByLabel('From which address?').fill('10.201.1.20');
    await page.getByRole('button', { name: 'Send the report' }).click();
    await page.getByText(`/report/${IDS.report}#unguessable-token`).waitFor();
    await inspect(page, 'report-sent', width);
    await page.getByRole('link', { name: 'Open it now' }).click();
    await page.getByText('You were right').waitFor();
  });

  it('somebody who is banned by address appeals by a mailed link, once', async () => {
    coop.signIn(IDS.board);
    await page.goto('/report');
    await page.getByRole('link', { name: 'Ask why, and appeal' }).click();
    await page.getByLabel('The address that is banned').fill('nowhere');
    await page.getByLabel('Your e-mail address').fill('somebody@example.org');
    await page.getByRole('button', { name: 'Write to me' }).click();
    await page.getByText('not one IPv4 or IPv6 address').first().waitFor();
    await page.getByLabel('The address that is banned').fill('203.0.113.7');
    await page.getByRole('button', { name: 'Write to me' }).click();
    await page.getByText('Look into your mail').waitFor();
    await inspect(page, 'banned-asked', width);
    expect(asked(/api\/pleas$/).at(-1)!.body).toEqual({ address: '203.0.113.7', email: 'somebody@example.org' });

    await page.goto(`/appeal/${IDS.report}#a-token`);
    await page.getByLabel('Why is the ban wrong?').fill('It was taken over, and is set up anew.');
    await page.getByRole('button', { name: 'Appeal' }).click();
    await page.getByText('Your appeal is lodged').waitFor();
    await inspect(page, 'banned-appealed', width);
    expect(asked(/api\/pleas\/./).map((one) => one.body)).toEqual([{ text: 'It was taken over, and is set up anew.' }]);
  });

  it('the first start founds the co-op with the code', async () => {
    coop.constituted = false;
    coop.signIn(IDS.board);
    await page.goto('/');
    await page.waitForURL('**/set-up');
    await page.getByRole('textbox', { name: 'Set-up code' }).fill('wrong-code');
    await page.getByLabel('Name').first().fill('Vall Mesh');
    await page.getByLabel('Name').nth(1).fill('Núria Puig');
    await page.getByLabel('E-mail').fill('nuria@example.org');
    await page.getByLabel('Password', { exact: false }).first().fill('four words to keep');
    await page.getByRole('button', { name: 'Found the co-op' }).click();
    await page.getByText('That is not the set-up code').waitFor();
    await page.getByRole('textbox', { name: 'Set-up code' }).fill('right-code');
    await page.getByRole('button', { name: 'Found the co-op' }).click();
    await page.getByText('Three things to do first').waitFor();
    await inspect(page, 'founded', width);
    expect(asked(/coop$/)[1]!.body).toMatchObject({ currency: 'EUR', poolsV4: ['10.201.0.0/16'], garden: ['10.200.0.1/32'], board: { name: 'Núria Puig' } });
  });

  it('a proposal is tried on closed months, and shows what it would have meant', async () => {
    await page.goto('/simulations');
    await page.getByRole('button', { name: 'Try a proposal' }).click();
    await dialog().getByLabel('First month').locator('option').nth(1).waitFor({ state: 'attached' });
    const months = await dialog().getByLabel('First month').locator('option').evaluateAll((options) => options.map((one) => (one as HTMLOptionElement).value));
    await dialog().getByLabel('First month').selectOption(months[0]!);
    await dialog().getByLabel('Last month').selectOption(months[1]!);
    await dialog().getByLabel('What would change').selectOption('standard');
    await dialog().getByLabel('EUR a month').first().fill('10');
    await dialog().getByRole('button', { name: 'Begin' }).click();
    await dialog().getByText('must not be before the first month').first().waitFor();
    await inspect(page, 'simulation-form', width);
    await dialog().getByLabel('Last month').selectOption(months[0]!);
    await dialog().getByRole('button', { name: 'Begin' }).click();
    await page.waitForURL('**/simulations/*');
    await page.getByText('84 of 84').waitFor();
    await page.getByText('better off alone').first().waitFor();

    expect(asked(/simulations$/).at(-1)!.body).toMatchObject({ from: months[0], to: months[0], plans: [{ code: 'standard', parts: [{ type: 'flat', monthly: { amount: '10.00', currency: 'EUR' } }, { type: 'volume' }] }] });
  });

  it('who runs the network says that an outage is known, and announces work', async () => {
    await page.goto('/outages');
    await page.getByText('Church tower').first().waitFor();
    await page.getByRole('button', { name: 'I know', exact: true }).click();
    await dialog().getByLabel('What is being done').fill('On the way up with a new cable');
    await inspect(page, 'outage-known', width);
    await dialog().getByRole('button', { name: 'I know of this' }).click();
    await page.getByText('On the way up with a new cable').waitFor();

    await page.getByRole('button', { name: 'Announce work' }).click();
    await dialog().getByLabel('From').fill('2026-12-01T08:00');
    await dialog().getByLabel('Until').fill('2026-12-01T10:00');
    await dialog().getByLabel('What is done').fill('New antenna');
    await inspect(page, 'announce-work', width);
    await dialog().getByRole('button', { name: 'Announce it' }).click();
    await page.getByText('New antenna').waitFor();

    expect(asked(/acknowledgement$/)[0]!.body).toEqual({ note: 'On the way up with a new cable' });
    expect(asked(/maintenance$/).find((one) => one.method === 'POST')!.body).toMatchObject({ node: null, reason: 'New antenna' });
  });

  it('a moderator agrees to a look-up of a colleague', async () => {
    await page.goto('/cases/look-ups');
    await page.getByText('names no port').waitFor();
    await page.getByRole('button', { name: 'Agree to the look-up in case 17' }).click();
    await page.getByText('Nothing waits').waitFor();
    expect(asked(/subject\/agreement$/).map((one) => one.method)).toEqual(['POST']);
  });

  it('a moderator hears an appeal from outside', async () => {
    await page.goto('/cases/appeals');
    await page.getByRole('link', { name: '203.0.113.7' }).click();
    await page.getByText('What they say').waitFor();
    await page.getByRole('button', { name: 'Grant' }).click();
    await dialog().getByLabel('Reason').fill('It is set up anew');
    await dialog().getByRole('button', { name: 'Grant' }).click();
    await page.getByText('Granted').first().waitFor();
    expect(asked(/pleas\/.*grant$/)[0]!.body).toEqual({ reason: 'It is set up anew' });
  });

  it('the board makes a key for a firewall, which is shown once, and revokes it', async () => {
    await page.goto('/bans/firewalls');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await dialog().getByLabel('Which firewall').fill('New edge');
    await dialog().getByRole('button', { name: 'Make it' }).click();
    await dialog().getByText('Ck3v9q2XcA0d7mZpL1sYtwR8uVbN4eHj').waitFor();
    await inspect(page, 'firewall-key', width);
    await dialog().getByRole('button', { name: 'I have it' }).click();
    await page.getByText('New edge').waitFor();
    expect(await page.getByText('Ck3v9q2XcA0d7mZpL1sYtwR8uVbN4eHj').count()).toBe(0);

    await page.getByRole('button', { name: 'Revoke' }).first().click();
    await dialog().getByRole('button', { name: 'Revoke it' }).click();
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/bouncers\/./).map((one) => one.method)).toEqual(['DELETE']);
  });

  it('the board adds a list of others, which stops nothing until it is enforced', async () => {
    await page.goto('/bans/lists');
    await page.getByText('Hardly anything is left of it').waitFor();
    await page.getByRole('button', { name: 'Add a list' }).click();
    await dialog().getByLabel('Name').fill('spam-list');
    await dialog().getByLabel('Address').fill('https://lists.example.org/spam.txt');
    await inspect(page, 'outside-list-form', width);
    await dialog().getByRole('button', { name: 'Add it' }).click();
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/outside-lists$/).find((one) => one.method === 'POST')!.body).toMatchObject({ name: 'spam-list', kind: 'url', url: 'https://lists.example.org/spam.txt', entriesMax: 50_000 });

    await page.getByRole('button', { name: 'Enforce', exact: true }).first().click();
    await dialog().getByRole('button', { name: 'Enforce it' }).click();
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/enforced$/)[0]!.body).toEqual({ enforced: true });
    await page.getByRole('button', { name: 'Take it all the same' }).click();
    await page.getByText('Hardly anything is left of it').waitFor({ state: 'hidden' });
    expect(asked(/fetch$/)[0]!.body).toEqual({ allTheSame: true });
  });

  it('the board makes a feed key, which is shown once, and revokes it', async () => {
    await page.goto('/feeds');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await dialog().getByLabel('What it is for').fill('New map');
    await dialog().getByRole('button', { name: 'Make it' }).click();
    await dialog().getByText('feed-Ck3v9q2XcA0d7mZpL1sYtw').waitFor();
    await inspect(page, 'feed-key', width);
    await dialog().getByRole('button', { name: 'I have it' }).click();
    await page.getByText('New map').waitFor();
    expect(await page.getByText('feed-Ck3v9q2XcA0d7mZpL1sYtw').count()).toBe(0);

    await page.getByRole('button', { name: 'Revoke' }).first().click();
    await dialog().getByRole('button', { name: 'Revoke it' }).click();
    await dialog().waitFor({ state: 'hidden' });
    expect(asked(/feeds\/keys\/./).map((one) => one.method)).toEqual(['DELETE']);
  });

  it('somebody finds a node on the graph, and the address leads others there', async () => {
    await page.goto('/mesh');
    await page.getByRole('searchbox', { name: 'Find a node' }).fill('Mill roof');
    await page.getByText('1 found:').waitFor();
    if (width < 600) {
      // A tree instead of a picture
      expect(await page.locator('canvas').count()).toBe(0);
      await page.getByText('Mill house', { exact: true }).waitFor();
      await page.getByRole('listitem').getByText('Mill roof', { exact: true }).click();
      await page.getByRole('link', { name: 'Open its page' }).waitFor();
      await inspect(page, 'mesh-found', width);
      return;
    }
    await page.keyboard.press('Enter');
    const sheet = page.getByRole('region', { name: 'The picked node' });
    await sheet.getByRole('heading', { name: 'Mill roof' }).waitFor();
    await sheet.getByRole('link', { name: 'Ana Ribas' }).waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('at')).toMatch(/^[\d.-]+,[\d.-]+,[\d.]+$/);
    await inspect(page, 'mesh-found', width);

    await page.getByRole('button', { name: 'Topology' }).click();
    await page.getByLabel('Colours of links').selectOption('quality');
    await page.getByLabel('Sites as one').check();
    await page.waitForURL(/view=drawn.*sites=true|sites=true.*view=drawn/);
    const address = page.url();
    await page.goto('/home');
    await page.goto(address);
    // Its site stands for it
    await sheet.getByRole('heading', { name: 'Mill house' }).waitFor();
    await sheet.getByText('Mill roof').waitFor();
    expect(await page.getByLabel('Sites as one').isChecked()).toBe(true);
    await inspect(page, 'mesh-topology', width);
    await sheet.getByRole('button', { name: 'Close' }).click();
    await sheet.waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: 'List' }).click();
    await page.getByText('Sites with a node').waitFor();
    await inspect(page, 'mesh-list', width);
  });

  it('somebody arranges the graph by keyboard, keeps it, and the board gives it out', async () => {
    if (width < 600) return;
    await page.goto('/mesh?view=drawn&q=School');
    await page.getByText(/found:/).waitFor();
    await page.getByRole('button', { name: 'School', exact: true }).click();
    await page.getByRole('switch', { name: 'Arrange by hand' }).click();
    const canvas = page.getByRole('group', { name: 'Picture of the mesh' });
    await canvas.focus();
    for (let at = 0; at < 4; at++) await page.keyboard.press('ArrowLeft');

    await page.getByRole('button', { name: 'Keep this' }).click();
    await dialog().getByLabel('Name').fill('Valley');
    await dialog().getByRole('button', { name: 'Keep it' }).click();
    await dialog().waitFor({ state: 'hidden' });
    const kept = asked(/layouts\/Valley$/)[0]!.body.places as { node: string; x: number; y: number }[];
    expect(kept).toHaveLength(39);
    const school = String(coop.nodes[2]!.nodeId).slice(0, 12);
    expect(kept.find((place) => place.node === school)!.x).toBeLessThan(-35);

    await page.getByLabel('Kept layouts').selectOption({ label: 'Valley' });
    await page.getByRole('button', { name: 'Give it out to all' }).click();
    await page.getByText('Everybody sees it first').waitFor();
    expect(coop.layouts[0]).toMatchObject({ name: 'Valley', givenOut: true });
  });

  it('a map shows tiles of the one place that is named, and of no other', async () => {
    coop.tiles = 'https://tiles.example.org/{z}/{x}/{y}.png';
    const wanted: string[] = [];
    const green = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mPUXHv1PwAFkQKZ4eB3FAAAAABJRU5ErkJggg==', 'base64');
    await page.context().route('https://tiles.example.org/**', (route) => { wanted.push(route.request().url()); return route.fulfill({ body: green, contentType: 'image/png' }); });
    coop.signIn(IDS.board);
    await page.goto('/join');
    await page.getByLabel('Address').waitFor();
    expect(wanted).toEqual([]);

    await page.getByRole('button', { name: 'Choose on a map' }).click();
    const map = page.getByRole('group', { name: 'Map with a pin' });
    await map.waitFor();
    await expect.poll(() => wanted.length).toBeGreaterThan(1);
    expect(wanted.every((one) => /\/12\/\d+\/\d+\.png$/.test(one))).toBe(true);
    await page.getByText('© OpenStreetMap contributors').waitFor();
    const box = (await map.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const place = page.getByLabel('On the map');
    await expect.poll(() => place.inputValue()).toMatch(/^41\.9\d+, 2\.2\d+$/);
    const before = await place.inputValue();
    await map.focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(async () => Number((await place.inputValue()).split(',')[0])).toBeGreaterThan(Number(before.split(',')[0]));
    await inspect(page, 'join-map', width);
  });

  it('who sees their own nodes only is not told that these are the mesh', async () => {
    coop.signIn(IDS.joan, 'member', 'treasurer');
    await page.goto('/home');
    await page.getByRole('heading', { name: 'My nodes' }).waitFor();
    await page.getByText(/nodes are up/).waitFor();
    expect(await page.getByRole('link', { name: 'All nodes, live' }).count()).toBe(0);
  });

  it('somebody gets anywhere by a few letters', async () => {
    await page.goto('/home');
    await page.getByText('Waiting for somebody').waitFor();
    await page.locator('.search-button').waitFor({ state: 'attached' });
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Search pages and records' });
    await field.waitFor();
    await inspect(page, 'palette', width);
    await field.fill('ana');
    await page.getByRole('option', { name: /Ana Ribas/ }).first().waitFor();
    await field.fill('reconc');
    await expect.poll(() => page.getByRole('listbox', { name: 'Found' }).getByRole('option').allInnerTexts()).toEqual(['Reconciliation']);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/bank');
    await field.waitFor({ state: 'hidden' });
  });

  it('somebody keeps a view of a list and comes back to it', async () => {
    await page.goto('/members?state=active&label=roof%20access');
    await page.getByRole('button', { name: 'Keep this view' }).click();
    await dialog().getByLabel('Name').fill('Roofs');
    await dialog().getByRole('button', { name: 'Keep it' }).click();
    await page.goto('/members');
    await page.getByRole('button', { name: 'Roofs', exact: true }).click();
    await page.waitForURL(/label=roof/);
    await inspect(page, 'members-kept', width);
    await page.getByRole('button', { name: 'Forget the view Roofs' }).click();
    await page.getByRole('button', { name: 'Roofs', exact: true }).waitFor({ state: 'hidden' });
  });

  it('a moderator goes through the queue by keys', async () => {
    await page.goto('/cases');
    await page.getByText(/No. 17/).waitFor();
    for (const key of ['j', 'k', 'j']) await page.keyboard.press(key);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/No\. 17/);
    await page.keyboard.press('c');
    await page.waitForURL(`**/cases/${IDS.case}`);
    expect(asked(/claim$/)).toHaveLength(1);
  });

  it('a member puts a site on public maps, and takes it off again', async () => {
    coop.signIn(IDS.ana, 'member');
    await page.goto('/my');
    const shown = page.getByRole('switch', { name: /on public maps/ }).first();
    await shown.waitFor();
    expect(await shown.isChecked()).toBe(false);
    await shown.click();
    await expect.poll(() => asked(/public$/).map((one) => one.body)).toEqual([{ open: true }]);
    await expect.poll(() => shown.isChecked()).toBe(true);
    await shown.click();
    await expect.poll(() => asked(/public$/).length).toBe(2);
    expect(asked(/public$/)[1]!.body).toEqual({ open: false });
  });

  it('works by keyboard alone', async () => {
    await page.goto('/home');
    await page.getByText('Waiting for somebody').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/nodes');
  });

  it('a session that ended asks to sign in and comes back to the page', async () => {
    await page.goto('/invoices');
    await page.getByText('2026-00041').waitFor();
    coop.signIn(IDS.board);
    await page.getByRole('button', { name: 'Paid', exact: true }).click();
    await page.getByText('Please sign in').waitFor();
    expect(await page.locator('#main').getByRole('link', { name: 'Sign in' }).getAttribute('href')).toBe('/oauth2/authorization/coopmesh');
  });
}); };
