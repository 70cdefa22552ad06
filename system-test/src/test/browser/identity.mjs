// How people prove who they are, at the sign-in pages, with a device that the browser only pretends to have.

/** The deeds, on a page; `picture` keeps a screenshot under a name. */
export function identityDeeds(page, picture) {
  return {
    /** Makes a passkey, signs in by it alone, looks where one is signed in, and removes it again. */
    async usePasskey(label) {
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('WebAuthn.enable');
      const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      });
      await page.goto('/');
      await page.getByRole('link', { name: 'Sign-in and security' }).click();
      await page.getByLabel('What to call it').fill(label);
      await page.getByRole('button', { name: 'Add a passkey' }).click();
      await page.getByText('The passkey was added').waitFor();
      await picture('security');

      await page.context().clearCookies();
      await page.goto('/');
      await page.getByRole('link', { name: 'Sign in' }).first().click();
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      await page.getByRole('link', { name: 'Sign-in and security' }).waitFor();

      await page.goto('/id/security');
      const signIns = await page.locator('section', { has: page.getByRole('heading', { name: 'Where you are signed in' }) }).locator('li').count();
      await page.getByRole('button', { name: `Remove ${label}` }).click();
      await page.getByText('opens nothing here any more').waitFor();
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });

      await page.context().clearCookies();
      await page.goto('/');
      await page.getByRole('link', { name: 'Sign in' }).first().click();
      await page.getByRole('button', { name: 'Use a passkey' }).click();
      await page.getByText('does not open an account here').waitFor();
      await picture('passkey-refused');
      return { keys: credentials.length, uses: credentials[0].signCount, signIns };
    },
  };
}
