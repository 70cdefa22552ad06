import { Button, Checkbox, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { DialogButton, ReasonButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Code } from '@/shared/ui/code';
import { Filters } from '@/shared/ui/filters';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { addReceiver, again, changeReceiver, deliveriesQuery, enable, newSecret, receiversQuery, removeReceiver, test, type Delivery, type Receiver, type ReceiverForm, type Secret } from './tools-api';
import { DeliveryState, KindName, ReceiverState } from './words';

const KEY = [['webhooks']];

/** The co-op's other tools: who is told what, and what became of each message. */
export default function ToolsPage() {
  const { t } = useLingui();
  const query = useQuery(receiversQuery);
  const { tool } = useSearch({ strict: false });
  return (
    <Page title={t`Other tools`} lead={<Trans>Your bookkeeping, a chat room, a script: each can be told what happens here, by a signed message to its own address. Messages have ids, amounts and days, and no names.</Trans>}
      actions={query.data && <DialogButton label={<Trans>Add a tool</Trans>} title={t`Add a tool`} icon={<IconPlus size={16} aria-hidden="true" />} variant="filled">{(close) => <Form kinds={query.data.kinds} close={close} />}</DialogButton>}>
      <Loaded query={query} lines={5}>{(all) => all.items.length === 0
        ? <Panel title={t`Tools`}><Empty icon={<IconPlugConnected size={30} />} title={t`No other tool is told anything`}><Trans>Messages follow the open standard “Standard Webhooks”, for which most languages have a library that checks the signature.</Trans></Empty></Panel>
        : <>
          {all.items.map((one) => <Tool key={one.id} receiver={one} kinds={all.kinds} />)}
          <Messages receiver={all.items.find((one) => one.id === tool) ?? all.items[0]!} all={all.items} />
        </>}</Loaded>
    </Page>
  );
}

function Tool({ receiver, kinds }: { receiver: Receiver; kinds: string[] }) {
  const { t } = useLingui();
  const trial = useAction<void>({ run: () => test(receiver.id), refresh: KEY, said: () => t`A test message is on its way; see below what became of it` });
  const on = useAction<void, Receiver>({ run: () => enable(receiver.id), refresh: KEY, said: () => t`It is told again from now on` });
  return (
    <Panel title={receiver.note ?? new URL(receiver.url).host} actions={<ReceiverState of={receiver} />}>
      <div className="form">
      {receiver.disabledAt && <Notice tone="bad" title={t`Nothing is sent to it`} actions={<Button size="xs" loading={on.busy} onClick={() => on.run()}><Trans>Tell it again</Trans></Button>}>{receiver.disabledWhy} · <When at={receiver.disabledAt} /> <Trans>What happened since is not told; what waits is.</Trans></Notice>}
      {!receiver.disabledAt && receiver.failingSince && <Notice tone="warn" title={t`It has taken nothing for a while`}><Trans>Since <When at={receiver.failingSince} />. Messages are sent again, later each time. After five days nothing is sent any more until you say so.</Trans></Notice>}
      <Facts items={[
        [t`Address`, <code key="u" className="long">{receiver.url}</code>],
        [t`Told of`, <span key="k">{receiver.kinds.map((kind, place) => <span key={kind}>{place > 0 && ', '}<KindName of={kind} /></span>)}</span>],
        [t`Last taken`, receiver.takenAt ? <When key="t" at={receiver.takenAt} /> : <Nothing key="t" />],
        [t`Waiting`, receiver.waiting],
        [t`Given up`, receiver.failed],
        [t`Both secrets sign until`, receiver.oldSecretUntil && <When key="o" at={receiver.oldSecretUntil} />],
      ]} />
      <div className="toolbar">
        <Button size="compact-sm" variant="default" loading={trial.busy} disabled={Boolean(receiver.disabledAt)} onClick={() => trial.run()}><Trans>Send a test</Trans></Button>
        <DialogButton size="compact-sm" label={<Trans>Change</Trans>} title={t`Change what it is told`}>{(close) => <Form receiver={receiver} kinds={kinds} close={close} />}</DialogButton>
        <DialogButton size="compact-sm" label={<Trans>New secret</Trans>} title={t`Give it a new secret`}>{(close) => <NewSecret receiver={receiver} close={close} />}</DialogButton>
        <ReasonButton optional size="compact-sm" color="red" label={<Trans>Remove</Trans>} title={t`Tell it nothing any more`} confirm={t`Remove it`} said={t`It is told nothing any more`} run={() => removeReceiver(receiver.id)} refresh={KEY}
          explain={<Trans>What waits for {receiver.url} is not sent, and the list of its messages is forgotten.</Trans>} />
      </div>
      <ProblemNotice error={trial.error ?? on.error} />
      </div>
    </Panel>
  );
}

function Form({ receiver, kinds, close }: { receiver?: Receiver; kinds: string[]; close: () => void }) {
  const { t } = useLingui();
  const form = useFields<{ url: string; note: string; kinds: string[] }>({ url: receiver?.url ?? '', note: receiver?.note ?? '', kinds: receiver?.kinds ?? ['invoice.issued', 'invoice.settled', 'payment.received'] });
  const action = useAction<ReceiverForm, Secret | undefined>({
    run: async (values) => {
      if (!receiver) return addReceiver(values);
      await changeReceiver(receiver.id, values);
      return undefined;
    },
    refresh: KEY,
    said: (made) => (made ? t`The tool is added` : t`It is told so from now on`),
    done: (made) => { if (!made) close(); },
  });
  if (action.output) return <SecretShown secret={action.output.secret} close={close} />;
  return (
    <form className="form" onSubmit={onSubmit(() => action.run({ url: form.values.url.trim(), note: form.values.note.trim() || undefined, kinds: form.values.kinds }))}>
      <TextInput required type="url" label={t`Address`} description={t`Where it takes messages, such as https://tool.example.org/coopmesh`} {...form.text('url', action)} data-autofocus />
      <TextInput label={t`What you call it`} maxLength={200} {...form.text('note', action)} />
      <fieldset className="form">
        <legend><Trans>Tell it of</Trans></legend>
        {kinds.map((kind) => <Checkbox key={kind} label={<KindName of={kind} />} checked={form.values.kinds.includes(kind)} onChange={(event) => form.set('kinds', kinds.filter((one) => (one === kind ? event.currentTarget.checked : form.values.kinds.includes(one))))} />)}
      </fieldset>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={form.values.kinds.length === 0}>{receiver ? <Trans>Change it</Trans> : <Trans>Add it</Trans>}</Button></div>
    </form>
  );
}

function SecretShown({ secret, close }: { secret: string; close: () => void }) {
  const { t } = useLingui();
  return (
    <div className="form">
      <Notice tone="warn" title={t`Copy its secret now`}><Trans>It is not shown again. With it the tool checks that a message is from here: give it to nobody else.</Trans></Notice>
      <Code label={t`Secret`}>{secret}</Code>
      <div className="end"><Button onClick={close}><Trans>I have it</Trans></Button></div>
    </div>
  );
}

function NewSecret({ receiver, close }: { receiver: Receiver; close: () => void }) {
  const { t } = useLingui();
  const action = useAction<void, Secret>({ run: () => newSecret(receiver.id), refresh: KEY, said: () => t`It has a new secret` });
  if (action.output) return <SecretShown secret={action.output.secret} close={close} />;
  return (
    <div className="form">
      <p><Trans>For a day messages are signed with both secrets, so that you can change it at the tool without losing one.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button loading={action.busy} onClick={() => action.run()}><Trans>Make a new secret</Trans></Button></div>
    </div>
  );
}

function Messages({ receiver, all }: { receiver: Receiver; all: Receiver[] }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { view } = useSearch({ strict: false });
  const query = useInfiniteQuery(deliveriesQuery(receiver.id, view));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo((): Column<Delivery>[] => [
    { id: 'kind', head: t`What`, cell: (row) => <><KindName of={row.kind} /><small><When at={row.createdAt} /></small></> },
    { id: 'state', head: t`State`, cell: (row) => <><DeliveryState of={row.state} />{row.why && <small className="long"><Told of={row.why} /></small>}</> },
    { id: 'attempts', head: t`Attempts`, end: true, cell: (row) => row.attempts },
    { id: 'tried', head: t`Last tried`, cell: (row) => (row.triedAt ? <><When at={row.triedAt} />{row.tookMillis != null && <small>{t`${row.tookMillis} ms`}</small>}</> : <Nothing />) },
    { id: 'next', head: t`Next`, cell: (row) => (row.nextAt ? <When at={row.nextAt} /> : <Nothing />) },
    { id: 'acts', head: '', end: true, cell: (row) => <Acts receiver={receiver} delivery={row} /> },
  ], [t, receiver]);
  return (
    <>
      <div className="toolbar"><Filters label={t`Show`} value={view ?? ''} onPick={(value) => void navigate({ to: '/tools', search: { tool: receiver.id, view: value || undefined } })}
        items={[{ value: '', label: t`All` }, { value: 'waiting', label: t`Waiting` }, { value: 'taken', label: t`Taken` }, { value: 'failed', label: t`Given up` }]} /></div>
    <Panel title={t`Messages of the last thirty days`} flush actions={all.length > 1 && <span className="toolbar">{all.map((one) => <Link key={one.id} to="/tools" search={{ tool: one.id, view }} className="quiet-link" aria-current={one.id === receiver.id ? 'true' : undefined}>{one.note ?? new URL(one.url).host}</Link>)}</span>}>
      <DataTable caption={t`Messages`} columns={columns} rows={rows} id={(row) => row.id} query={query}
        empty={<Empty icon={<IconPlugConnected size={30} />} title={t`No such messages`}><Trans>Send a test to see whether one arrives.</Trans></Empty>} />
    </Panel>
    </>
  );
}

function Acts({ receiver, delivery }: { receiver: Receiver; delivery: Delivery }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: () => again(receiver.id, delivery.id), refresh: KEY, said: () => t`It is sent again, as the same message` });
  return (
    <span className="toolbar">
      <DialogButton wide size="compact-sm" label={<Trans>Show</Trans>} title={t`Message ${delivery.messageId}`}>{() => <Code label={t`Message`}>{delivery.body}</Code>}</DialogButton>
      {delivery.state !== 'waiting' && <Button size="compact-sm" variant="default" loading={action.busy} disabled={Boolean(receiver.disabledAt)} onClick={() => action.run()} aria-label={t`Send ${delivery.messageId} again`}><Trans>Send again</Trans></Button>}
      <ProblemNotice error={action.error} />
    </span>
  );
}
