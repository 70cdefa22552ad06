// From a report to a decision that was appealed against and taken back.

/** The deeds, on a page; `picture` keeps a screenshot under a name. */
export function justiceDeeds(page, picture) {
  const dialog = () => page.getByRole('dialog');
  const openCase = async (address, state) => {
    await page.goto(`/cases?state=${state}`);
    await page.getByRole('row').filter({ hasText: address }).first().getByRole('link', { name: /No\./ }).click();
    await page.getByText('What is complained of').waitFor();
  };
  return {
    /** Reports without a name; tells the link by which the report is followed up. */
    async reportAbuse(address) {
      await page.goto('/report');
      await page.getByLabel('What is it about?').selectOption('intrusion');
      await page.getByLabel('What did you see?').fill('Tries every door of the street');
      await page.getByLabel('From which address?').fill(address);
      await page.getByRole('button', { name: 'Send the report' }).click();
      await page.getByText('Your link').waitFor();
      const link = /https?:\/\/\S+\/report\/[0-9a-f-]+#\S+/.exec(await page.locator('main').innerText())[0];
      await picture('reported');
      return { link };
    },
    /** Claims the case about an address, looks up who is behind it, sees whom a ban would hit, suspends the member and bans the address. */
    async decideCase(address) {
      await openCase(address, 'open');
      await page.getByRole('button', { name: 'Claim' }).click();
      await page.getByRole('button', { name: 'Look up the member' }).click();
      await dialog().getByLabel('Reason').fill('Needed to decide the case');
      await dialog().getByRole('button', { name: 'Look up' }).click();
      await page.getByRole('link', { name: 'The member’s page' }).waitFor();
      await page.getByText('What the policy proposes').waitFor();
      const proposed = await page.locator('section, .panel').filter({ hasText: 'What the policy proposes' }).last().innerText();
      await picture('proposal');
      await page.getByRole('button', { name: 'Decide' }).click();
      await page.getByRole('radio', { name: 'Upheld' }).check();
      await page.getByLabel('Rule', { exact: false }).first().fill('Leave the traffic of others alone');
      await page.getByLabel('Reasons').fill('The log of the report and that of the relay agree');
      const first = page.getByRole('group', { name: 'Measure 1' });
      await first.getByLabel('Measure', { exact: true }).selectOption('ban');
      await first.getByLabel('Aimed at').selectOption('address');
      await page.getByText('1 member is hit').waitFor();
      await page.getByRole('button', { name: 'One more measure' }).click();
      await page.getByRole('group', { name: 'Measure 2' }).getByLabel('Measure', { exact: true }).selectOption('suspension');
      await picture('blast-radius');
      await dialog().getByRole('button', { name: 'Decide' }).click();
      await page.getByText('Upheld, in force').waitFor();
      await picture('case-decided');
      return { proposed };
    },
    /** Reads why in another language, and appeals. */
    async appeal(text) {
      await page.goto('/my/cases');
      await page.getByText('The statement of reasons').first().waitFor();
      await page.getByLabel('Language of the statements').selectOption('ca');
      await page.getByText('Exposició de motius').first().waitFor();
      const statement = await page.locator('main').innerText();
      await page.getByRole('button', { name: 'Appeal' }).first().click();
      await dialog().getByLabel('Why is it wrong?').fill(text);
      await dialog().getByRole('button', { name: 'Lodge the appeal' }).click();
      await page.getByText('Another moderator answers by').waitFor();
      await picture('appealed');
      return { statement };
    },
    /** Reads the decision beside the appeal; tells whether this moderator may hear it. */
    async readAppeal(text) {
      await page.goto('/cases/appeals');
      await page.getByRole('link', { name: text }).click();
      await page.getByText('What the member says').waitFor();
      await page.getByText('The log of the report and that of the relay agree').waitFor();
      return { mayHear: await page.getByRole('button', { name: 'Grant' }).count() > 0 };
    },
    /** Hears the appeal and grants it. */
    async grantAppeal(text, reason) {
      await this.readAppeal(text);
      await page.getByRole('button', { name: 'Grant' }).click();
      await dialog().getByLabel('Reason').fill(reason);
      await dialog().getByRole('button', { name: 'Grant' }).click();
      await page.getByText('Granted: every measure has ended').waitFor();
      await picture('granted');
      return {};
    },
    /** What a member reads about the own cases. */
    async readCases() {
      await page.goto('/my/cases');
      await page.getByText('Taken back').first().waitFor();
      await picture('taken-back');
      return { text: await page.locator('main').innerText() };
    },
    /** What a reporter reads by the link. */
    async followUp(link) {
      await page.goto(link);
      await page.getByText('How it stands').waitFor();
      await page.waitForLoadState('networkidle');
      await picture('followed-up');
      return { text: await page.locator('main').innerText() };
    },
    /** Closes a decided case, so that it is paid. */
    async closeCase(address) {
      await openCase(address, 'decided');
      await page.getByRole('button', { name: 'Close the case' }).click();
      await page.getByText(/Case \d+ is closed/).waitFor();
      return {};
    },
  };
}
