import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Page, Panel } from '@/shared/ui/page';
import { askForAppeal } from './reports-api';

/** For people who are no members: what bans an address, and a link to appeal by, both by mail. */
export default function BannedPage() {
  const { t } = useLingui();
  const form = useFields({ address: '', email: '' });
  const action = useAction<void, true>({ run: async () => { await askForAppeal(form.values.address.trim(), form.values.email.trim()); return true; } });
  return (
    <Page title={t`Is your address banned here?`} narrow lead={<Trans>You need no account. We write to you what bans the address, and if people here did, a link by which you can say why that is wrong.</Trans>}>
      {action.output ? (
        <Notice tone="ok" live title={t`Look into your mail`}><Trans>A letter is on its way to {form.values.email}. Its link works for a day and is yours alone.</Trans></Notice>
      ) : (
        <Panel title={t`Ask`}>
          <form className="form" onSubmit={onSubmit(() => action.run())}>
            <TextInput required label={t`The address that is banned`} description={t`IPv4 or IPv6: the one from which you cannot reach us.`} placeholder="203.0.113.7" maxLength={49} {...form.text('address', action)} />
            <TextInput required type="email" label={t`Your e-mail address`} description={t`For this letter and the answer, and for nothing else. Moderators do not see it.`} maxLength={254} {...form.text('email', action)} />
            <ProblemNotice error={action.error} />
            <div className="end"><Button type="submit" loading={action.busy}><Trans>Write to me</Trans></Button></div>
          </form>
        </Panel>
      )}
    </Page>
  );
}
