import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCreditCard } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { newKey } from '@/shared/api';
import { formatMoney, isZero, readAmount } from '@/shared/money';
import { PayerName } from '@/shared/payers';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Filters } from '@/shared/ui/filters';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount, Nothing, When } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { attemptsQuery, lookNow, providersQuery, refund, type Attempt, type Provider } from './providers-api';
import { AttemptState, ProviderName } from './words';

/** Payments through providers: how each provider is doing, and every attempt to pay. */
export default function ProvidersPage() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { view } = useSearch({ strict: false });
  const providers = useQuery(providersQuery);
  return (
    <Page title={t`Payment providers`} lead={<Trans>Members pay by card, direct debit or Bitcoin on a provider’s page. What the provider says when it is asked is what is booked; what it has not paid out yet stands here.</Trans>}>
      <Loaded query={providers} lines={6}>{(all) => <div className="columns even">{all.map((one) => <ProviderPanel key={one.provider} provider={one} />)}</div>}</Loaded>
      <div className="toolbar"><Filters label={t`Show`} value={view ?? ''} onPick={(value) => void navigate({ to: '/providers', search: { view: value || undefined } })}
        items={[{ value: '', label: t`All` }, { value: 'open', label: t`With the payer` }, { value: 'processing', label: t`On its way` }, { value: 'succeeded', label: t`Taken` }, { value: 'failed', label: t`Failed` }]} /></div>
      <Attempts state={view} />
    </Page>
  );
}

function ProviderPanel({ provider }: { provider: Provider }) {
  const { t } = useLingui();
  const away = provider.awayAt && (!provider.answeredAt || provider.awayAt > provider.answeredAt);
  return (
    <Panel title={<ProviderName of={provider.provider} />} actions={!provider.offered ? <Pill tone="quiet"><Trans>No account</Trans></Pill> : away ? <Pill tone="bad"><Trans>Does not answer</Trans></Pill> : provider.answeredAt ? <Pill tone="ok"><Trans>Answers</Trans></Pill> : <Pill tone="info"><Trans>Not asked yet</Trans></Pill>}>
      {!provider.offered && isZero(provider.clearing)
        ? <p className="soft"><Trans>Whoever runs this server can set the co-op’s keys; then members are offered it.</Trans></p>
        : <>
          {away && <Notice tone="bad" title={t`It is asked again by itself`}>{provider.awayWhy}</Notice>}
          <Facts items={[
            [t`Not paid out yet`, isZero(provider.clearing) ? <Amount key="c" of={provider.clearing} /> : <Link key="c" className="quiet-link" to="/accounts/$accountId" params={{ accountId: `clearing-${provider.provider}` }}><Amount of={provider.clearing} /></Link>],
            [t`Last webhook`, provider.heardAt ? <When key="h" at={provider.heardAt} /> : <Trans key="h">None; payments are found by asking, only later</Trans>],
            [t`Send webhooks to`, <code key="w" className="long">{window.location.origin + provider.webhooks}</code>],
            [t`Last refused`, provider.refusedAt && <span key="r"><When at={provider.refusedAt} /> · {provider.refusedWhy}</span>],
          ]} />
        </>}
    </Panel>
  );
}

function Attempts({ state }: { state?: string }) {
  const { t } = useLingui();
  const { has } = useSession();
  const treasurer = has('treasurer');
  const query = useInfiniteQuery(attemptsQuery(state));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<Attempt>[] => [
    { id: 'number', head: t`Invoice`, cell: (row) => <>{row.invoiceId ? <Link className="quiet-link" to="/invoices/$invoiceId" params={{ invoiceId: row.invoiceId }}>{row.number}</Link> : <Trans>Wallet</Trans>}<small><When at={row.createdAt} /></small></> },
    { id: 'payer', head: t`Payer`, cell: (row) => <PayerName id={row.payerId} /> },
    { id: 'provider', head: t`Provider`, cell: (row) => <ProviderName of={row.provider} /> },
    { id: 'state', head: t`State`, cell: (row) => <><AttemptState of={row.state} />{row.why && <small className="long"><Told of={row.why} /></small>}</> },
    { id: 'amount', head: t`Amount`, end: true, cell: (row) => <Amount of={row.amount} /> },
    { id: 'received', head: t`Received`, end: true, cell: (row) => (isZero(row.received) ? <Nothing /> : <Amount of={row.received} />) },
    { id: 'fee', head: t`Fee`, end: true, cell: (row) => (isZero(row.fee) ? <Nothing /> : <Amount of={row.fee} />) },
    { id: 'acts', head: '', end: true, cell: (row) => <Acts attempt={row} treasurer={treasurer} /> },
  ], [t, treasurer]);
  return (
    <Panel title={t`Attempts to pay`} flush>
      <DataTable caption={t`Attempts to pay`} columns={columns} rows={rows} id={(row) => row.id} query={query}
        empty={<Empty icon={<IconCreditCard size={30} />} title={t`No such attempts`}><Trans>One begins when a payer chooses a provider on the pay page or on an invoice.</Trans></Empty>} />
    </Panel>
  );
}

function Acts({ attempt, treasurer }: { attempt: Attempt; treasurer: boolean }) {
  const { t } = useLingui();
  const look = useAction<void>({ run: () => lookNow(attempt.id), refresh: [['providers']], said: () => t`The provider is asked` });
  if (attempt.references.length === 0) return null;
  return (
    <span className="toolbar">
      <Button size="compact-sm" variant="default" loading={look.busy} onClick={() => look.run()} aria-label={t`Ask about invoice ${attempt.number}`}><Trans>Ask now</Trans></Button>
      {treasurer && !isZero(attempt.received) && attempt.provider !== 'btcpay' && <DialogButton size="compact-sm" color="red" label={<Trans>Refund</Trans>} title={t`Give money back`}>{(close) => <RefundForm attempt={attempt} close={close} />}</DialogButton>}
      <ProblemNotice error={look.error} />
    </span>
  );
}

function RefundForm({ attempt, close }: { attempt: Attempt; close: () => void }) {
  const { t, i18n } = useLingui();
  const [key] = useState(newKey);
  const [wrong, setWrong] = useState<string>();
  const form = useFields({ amount: attempt.received.amount });
  const action = useAction<string>({ run: (amount) => refund(attempt.id, amount, key), refresh: [['providers']], said: () => t`The provider gives it back; the books follow when it has`, done: close });
  const send = () => {
    const amount = readAmount(form.values.amount);
    setWrong(amount ? undefined : t`Write it like 12.50`);
    if (amount) action.run(amount);
  };
  return (
    <form className="form" onSubmit={onSubmit(send)}>
      <p><Trans>Of invoice {attempt.number}. It goes back the way it came. What was paid with it is owed again.</Trans></p>
      <TextInput required inputMode="decimal" label={t`Amount`} description={t`At most ${formatMoney(attempt.received, i18n.locale)}`} {...form.text('amount', action)} error={wrong ?? action.fieldError('amount')} data-autofocus />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" color="red" loading={action.busy}><Trans>Give it back</Trans></Button></div>
    </form>
  );
}
