// What changes while a page is open, without anybody asking it to read again.
import { writeFileSync } from 'node:fs';

const PATIENCE = 240_000;
const numbers = (text) => text.match(/\d+/g);

/** The deeds, on a page; `picture` keeps a screenshot under a name. */
export function liveDeeds(page, picture) {
  /** A second page of the same person, told what changes. */
  async function other(path) {
    const next = await page.context().newPage();
    const told = next.waitForResponse((response) => response.url().includes('/api/live') && response.status() === 200);
    await next.goto(path);
    await told;
    return next;
  }
  return {
    /** Bans an address on one page; tells after how many milliseconds it stood on another, which was open and did not load again. */
    async banSeenElsewhere(address) {
      const watching = await other('/bans');
      await watching.getByRole('heading', { level: 1 }).waitFor();
      let loads = 0;
      watching.on('load', () => { loads += 1; });
      await page.goto('/bans');
      await page.getByRole('button', { name: 'New ban' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Address or prefix').fill(address);
      await dialog.getByLabel('Reason').fill('Tries every door of the street');
      const done = page.waitForResponse((response) => response.request().method() === 'POST' && new URL(response.url()).pathname === '/api/bans');
      await dialog.getByRole('button', { name: 'Ban', exact: true }).click();
      await done;
      const ordered = performance.now();
      await watching.getByRole('row').filter({ hasText: address }).first().waitFor();
      const millis = Math.round(performance.now() - ordered);
      await picture('ban-seen-elsewhere');
      return { millis, loads };
    },
    /** Looks at the invoices until the run of another month stands there, without loading again; writes `sign` when it looks. Tells what the page said in between. */
    async watchBillRun(sign) {
      const told = page.waitForResponse((response) => response.url().includes('/api/live') && response.status() === 200);
      await page.goto('/invoices');
      await told;
      const run = page.getByText(/Last run:/);
      const drawn = page.getByText(/drawn up$/);
      await run.waitFor();
      await drawn.waitFor();
      let loads = 0;
      page.on('load', () => { loads += 1; });
      const month = (text) => /Last run: ([^,]+),/.exec(text)?.[1];
      const before = await run.innerText();
      const documents = [await drawn.innerText()];
      writeFileSync(sign, before);
      const until = performance.now() + PATIENCE;
      const isThere = ([ready, all]) => ready === all && Number(all) > Number(numbers(documents[0])[1]);
      let after = before;
      while (month(after) === month(before) || !isThere(numbers(documents.at(-1)))) {
        if (performance.now() > until) throw new Error(`still “${after}”, ${documents.at(-1)}`);
        await page.waitForTimeout(50);
        after = await run.innerText();
        const now = await drawn.innerText();
        if (now !== documents.at(-1)) documents.push(now);
      }
      await picture('bill-run-seen');
      return { before, after, documents, loads };
    },
  };
}
