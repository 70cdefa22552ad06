import { Button, NativeSelect, PasswordInput, TextInput, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { coopQuery } from '@/shared/coop';
import { SIGN_IN } from '@/shared/session';
import { onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Page, Panel } from '@/shared/ui/page';
import { found } from './setup-api';

const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'CZK', 'BRL', 'ARS', 'MXN', 'INR', 'ZAR', 'CAD', 'AUD'];
const list = (text: string) => text.split(/[\s,]+/).filter((one) => one !== '');

/** The first start: names the co-op and its first board member. Works once. */
export default function SetUpPage() {
  const { t } = useLingui();
  const client = useQueryClient();
  const coop = useQuery(coopQuery);
  const form = useFields({
    code: '', name: '', currency: 'EUR', timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC', poolsV4: '10.201.0.0/16', poolsV6: 'fd42:201::/48', garden: '10.200.0.1/32',
    rulesText: t`1. We share our network and pay for it together.\n2. We do not harm others over it.\n3. What we owe we pay by the due date, or we talk to the treasurer.\n4. Nobody reads what others write.`,
    boardName: '', email: '', password: '',
  });
  const action = useAction({
    run: (values: typeof form.values) => found({ name: values.name.trim(), currency: values.currency, timeZone: values.timeZone, poolsV4: list(values.poolsV4), poolsV6: list(values.poolsV6), garden: list(values.garden), rulesText: values.rulesText, board: { name: values.boardName.trim(), email: values.email.trim(), password: values.password } }, values.code.trim()),
    done: () => void client.invalidateQueries({ queryKey: coopQuery.queryKey }),
  });
  const zones = Intl.supportedValuesOf('timeZone');

  if (action.output) {
    return (
      <Page title={t`${form.values.name} exists`} narrow>
        <Panel title={t`Three things to do first`}>
          <ol className="steps"><li><Trans>Sign in as {form.values.email}.</Trans></li><li><Trans>Write down a plan, so that people can join.</Trans></li><li><Trans>Send your neighbours the page <Link to="/join">Become a member</Link>.</Trans></li></ol>
          <div className="toolbar" style={{ marginTop: '1rem' }}><Button component="a" href={SIGN_IN}><Trans>Sign in</Trans></Button></div>
        </Panel>
      </Page>
    );
  }
  if (coop.isPending) return <Page title={t`Set up your co-op`} narrow><Lines count={8} /></Page>;
  if (coop.data?.constituted) return <Page title={t`This co-op is set up`} narrow><Notice tone="info" title={t`Nothing to do here`}><Trans>{coop.data.name} exists already. <Link to="/">To the start</Link></Trans></Notice></Page>;
  return (
    <Page title={t`Set up your co-op`} narrow lead={<Trans>This is the first start. You need the set-up code: it stands in the log of the membership service, and in the file <span className="mono">setup-code</span> of its state folder.</Trans>}>
      <form className="stack" onSubmit={onSubmit(() => action.run(form.values))}>
        <Panel title={t`Set-up code`}><TextInput required aria-label={t`Set-up code`} autoComplete="off" spellCheck={false} {...form.text('code', action, 'Setup-Code')} /></Panel>
        <Panel title={t`The co-op`}>
          <div className="form">
            <TextInput required label={t`Name`} maxLength={200} {...form.text('name', action)} />
            <div className="row">
              <NativeSelect label={t`Currency`} data={CURRENCIES} {...form.text('currency', action)} />
              <NativeSelect label={t`Time zone`} data={zones.includes(form.values.timeZone) ? zones : [form.values.timeZone, ...zones]} {...form.text('timeZone', action)} />
            </div>
            <Textarea required label={t`Rules`} description={t`Version 1. People accept them when they join.`} autosize minRows={4} maxLength={100_000} {...form.text('rulesText', action)} />
          </div>
        </Panel>
        <Panel title={t`Addresses on the mesh`} lead={t`Good as they are, unless your network uses them already.`}>
          <div className="form">
            <div className="row"><TextInput required label={t`IPv4 pool`} description={t`Each site gets a /24 of it.`} {...form.text('poolsV4', action)} /><TextInput label={t`IPv6 pool`} description={t`Each site gets a /64 of it.`} {...form.text('poolsV6', action)} /></div>
            <TextInput label={t`Always reachable`} description={t`This dashboard and the emergency pages, also for who has not paid.`} {...form.text('garden', action)} />
          </div>
        </Panel>
        <Panel title={t`You, the first board member`}>
          <div className="form">
            <TextInput required label={t`Name`} autoComplete="name" maxLength={200} {...form.text('boardName', action, 'board.name')} />
            <TextInput required type="email" label={t`E-mail`} autoComplete="email" maxLength={254} {...form.text('email', action, 'board.email')} />
            <PasswordInput required label={t`Password`} description={t`At least 8 characters.`} autoComplete="new-password" minLength={8} maxLength={128} visibilityToggleButtonProps={{ 'aria-label': t`Show or hide the password` }} {...form.text('password', action, 'board.password')} />
            <ProblemNotice error={action.error} />
            <div className="end"><Button type="submit" size="md" loading={action.busy}><Trans>Found the co-op</Trans></Button></div>
          </div>
        </Panel>
      </form>
    </Page>
  );
}
