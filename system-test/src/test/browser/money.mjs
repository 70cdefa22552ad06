// What people do about money, each at a page of their own.

/** The deeds, on a page; `picture` keeps a screenshot under a name. */
export function moneyDeeds(page, picture) {
  const dialog = () => page.getByRole('dialog');
  const closed = () => dialog().waitFor({ state: 'hidden' });
  const keep = async (button, to) => {
    const waiting = page.waitForEvent('download');
    await button.click();
    await (await waiting).saveAs(to);
  };
  return {
    /** What a transfer for the bill behind a pay link needs. */
    async readBill(link) {
      await page.goto(link);
      const row = (name) => page.locator(`dt:text-is("${name}") + dd`).innerText();
      await picture('pay-page');
      return { iban: await row('IBAN'), reference: await row('Reference'), amount: await page.locator('.sum').innerText() };
    },
    /** Pays the bill behind a pay link at a provider; tells the id that the provider gave it. */
    async payAt(link, way) {
      await page.goto(link);
      await page.getByRole('button', { name: way, exact: true }).click();
      await page.getByRole('heading', { name: 'Payment provider (simulated)' }).waitFor();
      const provider = new URL(page.url()).pathname.split('/').at(-1);
      await page.getByRole('button', { name: 'Pay' }).click();
      await page.getByText(/Paid on/).waitFor();
      await picture(`paid-by-${way.toLowerCase().replaceAll(' ', '-')}`);
      return { provider };
    },
    /** Signs a mandate for the own account, to be told two days before. */
    async signMandate(iban) {
      await page.goto('/my/direct-debit');
      await page.getByRole('button', { name: 'Sign a mandate' }).click();
      await dialog().getByLabel('Name of the account holder').fill('Farid Member');
      await dialog().getByLabel('IBAN').fill(iban);
      await dialog().getByLabel('Tell me before a collection').selectOption('2');
      await dialog().getByLabel(/I authorise/).check();
      await dialog().getByRole('button', { name: 'Sign', exact: true }).click();
      await closed();
      await page.getByRole('button', { name: 'Another account' }).waitFor();
      await picture('mandate');
      return {};
    },
    /** Ends the own mandate. */
    async revokeMandate() {
      await page.goto('/my/direct-debit');
      await page.getByRole('button', { name: 'Revoke' }).first().click();
      if (await dialog().isVisible()) await dialog().getByRole('button', { name: 'Revoke' }).click();
      await page.getByRole('button', { name: 'Sign a mandate' }).waitFor();
      return {};
    },
    /** Sets by what moderators are paid, from this month on. */
    async setRates(percent, perHour, perCase) {
      await page.goto('/payroll');
      await page.getByRole('button', { name: 'Set the rates' }).click();
      await dialog().getByLabel('Percent of the dues').fill(percent);
      await dialog().getByLabel('EUR an hour').fill(perHour);
      await dialog().getByLabel('EUR a closed case').fill(perCase);
      await dialog().getByRole('button', { name: 'Set the rates' }).click();
      await closed();
      return {};
    },
    /** Says where to be paid, and logs a time such as 1:30. */
    async logHours(iban, time) {
      await page.goto('/my/hours');
      await page.getByRole('button', { name: /^(Say where|Change)$/ }).click();
      await dialog().getByLabel('Name on the account').fill('Carla Moderator');
      await dialog().getByLabel('IBAN').fill(iban);
      await dialog().getByRole('button', { name: 'Keep' }).click();
      await closed();
      await page.getByRole('button', { name: 'Log hours' }).click();
      await dialog().getByLabel('How long').fill(time);
      await dialog().getByLabel('What').fill('Talked two neighbours out of a quarrel');
      await dialog().getByRole('button', { name: 'Log', exact: true }).click();
      await closed();
      await page.getByText('Talked two neighbours out of a quarrel').first().waitFor();
      await picture('hours');
      return {};
    },
    /** Says when payers are reminded, an empty day being none, and whether that waits for a file of the bank. */
    async sayReminders(first, last, grace, waits) {
      await page.goto('/reminders');
      await page.getByRole('button', { name: 'Change the policy' }).click();
      await dialog().getByLabel('Reminder', { exact: true }).fill(first);
      await dialog().getByLabel('Last reminder').fill(last);
      await dialog().getByLabel('Days of grace').fill(grace);
      await dialog().getByLabel('Wait for a file of the bank on the day of a step').setChecked(waits === 'waits');
      await dialog().getByRole('button', { name: 'Save' }).click();
      await closed();
      await picture('reminders');
      return {};
    },
    /** Proposes to collect what mandates allow, on the first day on which it can be. */
    async proposeCollection() {
      await page.goto('/direct-debit');
      await page.getByRole('button', { name: 'Propose a run' }).click();
      await page.getByText('What would be collected').waitFor();
      const day = await dialog().getByLabel('Collected on').inputValue();
      await dialog().getByRole('button', { name: 'Propose', exact: true }).click();
      await page.getByText('Waits for a second person').waitFor();
      await picture('collection-proposed');
      return { day, path: new URL(page.url()).pathname };
    },
    /** Approves what another drew up or proposed. */
    async approve(path) {
      await page.goto(path);
      await page.getByRole('button', { name: 'Approve', exact: true }).click();
      await page.getByText('Waits for a second person').waitFor({ state: 'detached' });
      await picture(`approved${path.replaceAll(/[^a-z]+/g, '-').slice(0, 14)}`);
      return {};
    },
    /** Fetches the file of direct debits. */
    async fetchCollection(path, to) {
      await page.goto(path);
      await keep(page.getByRole('button', { name: 'File for the bank' }), to);
      return {};
    },
    /** Draws up what moderators are paid for the month before this one. */
    async drawUpPay() {
      await page.goto('/payroll');
      await page.getByRole('button', { name: 'Draw up a month' }).click();
      await dialog().getByRole('button', { name: 'Draw up', exact: true }).click();
      await page.getByText('Waits for a second person').waitFor();
      await picture('pay-drawn-up');
      return { path: new URL(page.url()).pathname };
    },
    /** Makes the bank's file of what is to be paid. */
    async makePayFile(path, to) {
      await page.goto(path);
      await page.getByRole('button', { name: 'Make a file' }).click();
      await dialog().getByRole('button', { name: 'Make the file' }).click();
      await keep(page.getByRole('button', { name: 'Download', exact: true }), to);
      await page.getByRole('button', { name: 'The bank paid it' }).click();
      await dialog().getByRole('button', { name: 'Write down' }).click();
      await closed();
      await picture('pay-file');
      return {};
    },
    /** Hands a statement in, and confirms so many entries that wait for a person, as suggested. */
    async handIn(file, confirmed) {
      await page.goto('/bank');
      await page.getByRole('button', { name: 'Hand in a file' }).click();
      await page.locator('input[type=file]').setInputFiles(file);
      await dialog().getByRole('button', { name: 'Take it in' }).click();
      await dialog().getByText('Taken in').waitFor();
      const told = await dialog().innerText();
      await picture('bank-taken-in');
      await dialog().getByRole('button', { name: 'Done' }).click();
      await closed();
      for (let left = Number(confirmed); left > 0; left -= 1) {
        const entry = page.locator('button.bank-entry');
        await entry.nth(left - 1).waitFor();
        if (left === Number(confirmed)) await picture('bank-waits');
        await entry.first().click();
        await page.keyboard.press('Enter');
        await page.waitForFunction((n) => document.querySelectorAll('button.bank-entry').length < n, left);
      }
      await page.getByText('Nothing waits').waitFor();
      return { told };
    },
    /** What the report of the bank says is unexplained, in the months up to now. */
    async readReport() {
      await page.goto('/bank?view=report');
      await page.getByText(/Unexplained: nothing|Something is unexplained/).waitFor();
      await picture('bank-report');
      return { clean: await page.getByText('Unexplained: nothing').count() > 0, text: await page.locator('main').innerText() };
    },
  };
}
