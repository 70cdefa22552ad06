// From the join page to a name of one's own.

/** The deeds, on a page; `picture` keeps a screenshot under a name. */
export function joiningDeeds(page, picture) {
  const dialog = () => page.getByRole('dialog');
  return {
    /** Applies as a visitor. */
    async join(name, email, password) {
      await page.goto('/join');
      await page.getByLabel('Address').fill('Mill Lane 7');
      await page.getByLabel('On the map').fill('https://www.openstreetmap.org/#map=18/41.38740/2.16860');
      await page.getByLabel('Name', { exact: false }).first().fill(name);
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password', { exact: false }).first().fill(password);
      await page.getByRole('checkbox', { name: /I have read/ }).check();
      await page.getByRole('button', { name: 'Send the application' }).click();
      await page.getByText(`Thank you, ${name}`).waitFor();
      await picture('joined');
      return {};
    },
    /** The board takes in who applied. */
    async takeIn(name) {
      await page.goto('/members?state=applicant');
      await page.getByRole('row', { name: new RegExp(name) }).getByRole('button', { name: 'Approve' }).click();
      await dialog().getByRole('button', { name: 'Approve' }).click();
      await page.getByText(`${name} is a member now`).waitFor();
      return {};
    },
    /** Adds a node of one's own; tells the file that the page shows, and waits nowhere. */
    async addNode(name) {
      await page.goto('/my');
      await page.getByRole('button', { name: 'Add a node' }).click();
      await dialog().getByLabel('Name').fill(name);
      await dialog().getByRole('button', { name: 'Get the code' }).click();
      await dialog().getByText('Waiting for the box').waitFor();
      await picture('code');
      return { conf: await dialog().locator('pre, code').filter({ hasText: 'enrolment-code' }).first().innerText() };
    },
    /** Waits until the page says that the node lives. */
    async seeNode(name) {
      await page.goto('/my');
      await page.locator('li', { has: page.getByRole('link', { name, exact: true }) }).getByText('Up', { exact: true }).waitFor();
      await picture('own-node');
      return {};
    },
    /** Takes a name for the node that one has. */
    async takeName(label) {
      await page.goto('/my/names');
      await page.getByRole('button', { name: 'Take a name' }).click();
      await dialog().getByRole('textbox', { name: 'Name' }).fill(label);
      await dialog().getByRole('button', { name: 'Take it' }).click();
      await page.getByText('is yours').waitFor();
      await picture('name');
      return {};
    },
  };
}
