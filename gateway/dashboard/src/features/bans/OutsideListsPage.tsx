import { Button, Checkbox, FileInput, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconListCheck, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction, useFields } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { addOutsideList, enforceOutsideList, fetchOutsideList, handInOutsideList, outsideListsQuery, removeOutsideList, type OutsideList } from './bans-api';

const KEY = [['outside-lists']];

/** Lists of addresses that others keep: how much of each is taken, what was left out and why, and whether it stops anything. */
export default function OutsideListsPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(outsideListsQuery);
  return (
    <Page title={t`Lists of others`} crumb={{ to: '/bans', label: t`Bans` }} lead={<Trans>Addresses that others know as hostile. A list is tried out first; the board has it enforced. It never touches a ban that people here made, and no member of ours is ever banned by a list.</Trans>}
      actions={has('board') && <DialogButton label={<Trans>Add a list</Trans>} variant="filled" title={t`Add a list`} icon={<IconPlus size={16} />}>{(close) => <Add close={close} />}</DialogButton>}>
      <Loaded query={query} lines={5}>{(all) => all.length === 0
        ? <Panel title={t`Lists`}><Empty icon={<IconListCheck size={30} />} title={t`No list of others is taken`}><Trans>Add one by its address, hand one in, or follow a CrowdSec server.</Trans></Empty></Panel>
        : all.map((one) => <List key={one.id} list={one} />)}</Loaded>
    </Page>
  );
}

function List({ list }: { list: OutsideList }) {
  const { t, i18n } = useLingui();
  const { has } = useSession();
  const board = has('board');
  const doubtful = list.outcome === 'shrunk' || list.outcome === 'older';
  const fetching = useAction<boolean, OutsideList>({ run: (allTheSame) => fetchOutsideList(list.id, allTheSame), refresh: KEY });
  const taken = i18n.number(list.entries);
  const most = i18n.number(list.entriesMax);
  const days = i18n.number(Math.round(list.holdsHours / 24));
  return (
    <Panel title={list.name} actions={list.enforced ? <Pill tone="bad"><Trans>Enforced</Trans></Pill> : <Pill tone="info"><Trans>Tried out: stops nothing</Trans></Pill>}>
      <div className="form">
        <Outcome list={list} />
        <Facts items={[
          [t`From`, list.url ? <code key="u" className="long">{list.url}</code> : t`handed in`],
          [t`Taken`, <Trans key="e">{taken} entries, {most} at most</Trans>],
          [t`Own members it would have hit`, i18n.number(list.ownMembers)],
          [t`Left out`, list.leftOut.length > 0 && <ul key="l" className="plain">{list.leftOut.map((one) => <li key={one.why}>{i18n.number(one.entries)} <LeftOut why={one.why} /></li>)}</ul>],
          [t`Taken last`, list.takenAt && <When key="t" at={list.takenAt} />],
          [t`Widest range`, `/${list.widestV4}, /${list.widestV6}`],
          [t`An entry holds`, list.holdsHours < 48 ? <Trans key="h">{list.holdsHours} hours after it was read last</Trans> : <Trans key="h">{days} days after it was read last</Trans>],
        ]} />
        <div className="toolbar">
          {board && <Enforce list={list} />}
          {list.kind !== 'upload' && has('moderator', 'board') && <Button size="compact-sm" variant="default" loading={fetching.busy} onClick={() => fetching.run(false)}><Trans>Fetch now</Trans></Button>}
          {list.kind !== 'upload' && doubtful && has('moderator', 'board') && <Button size="compact-sm" variant="default" loading={fetching.busy} onClick={() => fetching.run(true)}><Trans>Take it all the same</Trans></Button>}
          {list.kind === 'upload' && board && <DialogButton size="compact-sm" label={<Trans>Hand in</Trans>} title={t`Hand in ${list.name}`}>{(close) => <HandIn list={list} close={close} />}</DialogButton>}
          {board && <DialogButton size="compact-sm" color="red" label={<Trans>Remove</Trans>} title={t`Remove ${list.name}`}>{(close) => <Remove list={list} close={close} />}</DialogButton>}
        </div>
        <ProblemNotice error={fetching.error} />
      </div>
    </Panel>
  );
}

function Outcome({ list }: { list: OutsideList }) {
  const { t } = useLingui();
  switch (list.outcome) {
    case null:
    case undefined: return list.kind === 'upload' ? <Notice tone="info" title={t`Nothing was handed in yet`} /> : <Notice tone="info" title={t`It is read within a minute`} />;
    case 'taken':
    case 'unchanged': return null;
    case 'shrunk': return <Notice tone="warn" title={t`Hardly anything is left of it: kept as it was`}><Told of={list.outcomeWhy} /> · <When at={list.triedAt} /></Notice>;
    case 'older': return <Notice tone="warn" title={t`An older list came: kept as it was`}><Told of={list.outcomeWhy} /> · <When at={list.triedAt} /></Notice>;
    default: return <Notice tone="bad" title={t`It could not be taken: kept as it was`}><Told of={list.outcomeWhy} /> · <When at={list.triedAt} /></Notice>;
  }
}

function LeftOut({ why }: { why: string }) {
  switch (why) {
    case 'malformed': return <Trans>are no address</Trans>;
    case 'too-wide': return <Trans>are wider than this list may</Trans>;
    case 'not-public': return <Trans>are nobody's on the Internet</Trans>;
    case 'own-member': return <Trans>belong to members of ours</Trans>;
    case 'never-ban-list':
    case 'service-address': return <Trans>are never banned here</Trans>;
    case 'beyond-the-cap': return <Trans>came after the cap</Trans>;
    case 'range-in-too-many-pieces': return <Trans>are ranges in too many pieces</Trans>;
    case 'not-a-ban': return <Trans>are no bans</Trans>;
    case 'not-an-address': return <Trans>aim at something else than addresses</Trans>;
    case 'over-already': return <Trans>were over already</Trans>;
    default: return <>{why}</>;
  }
}

function Enforce({ list }: { list: OutsideList }) {
  const { t } = useLingui();
  return (
    <DialogButton size="compact-sm" color={list.enforced ? undefined : 'red'} label={list.enforced ? <Trans>Only try it out</Trans> : <Trans>Enforce</Trans>} title={list.enforced ? t`Only try ${list.name} out` : t`Enforce ${list.name}`}>
      {(close) => <EnforceForm list={list} close={close} />}
    </DialogButton>
  );
}

function EnforceForm({ list, close }: { list: OutsideList; close: () => void }) {
  const { t, i18n } = useLingui();
  const action = useAction<void, OutsideList>({ run: () => enforceOutsideList(list.id, !list.enforced), refresh: KEY, said: (made) => (made.enforced ? t`It is enforced on every node from now on` : t`It stops nothing any more`), done: close });
  const taken = i18n.number(list.entries);
  return (
    <div className="form">
      <p>{list.enforced ? <Trans>Its {taken} entries pass again on every node and firewall.</Trans> : <Trans>No packet from or to its {taken} entries passes any node or firewall, nor what comes onto it later.</Trans>}</p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button color={list.enforced ? undefined : 'red'} loading={action.busy} onClick={() => action.run()}>{list.enforced ? <Trans>Only try it out</Trans> : <Trans>Enforce it</Trans>}</Button></div>
    </div>
  );
}

function Remove({ list, close }: { list: OutsideList; close: () => void }) {
  const { t } = useLingui();
  const action = useAction<void>({ run: () => removeOutsideList(list.id), refresh: KEY, said: () => t`The list is gone`, done: close });
  return (
    <div className="form">
      <p><Trans>Every ban that comes from it ends. Bans that people made stay.</Trans></p>
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button color="red" loading={action.busy} onClick={() => action.run()}><Trans>Remove it</Trans></Button></div>
    </div>
  );
}

function HandIn({ list, close }: { list: OutsideList; close: () => void }) {
  const { t } = useLingui();
  const [file, setFile] = useState<File | null>(null);
  const [smaller, setSmaller] = useState(false);
  const action = useAction<void, OutsideList>({ run: () => handInOutsideList(list.id, file!, smaller), refresh: KEY, said: () => t`The list is taken`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <FileInput required label={t`The list`} description={t`An address, prefix or range a line; # and ; begin a comment.`} value={file} onChange={setFile} />
      <Checkbox label={t`Take it even if hardly anything is left of what was there`} checked={smaller} onChange={(event) => setSmaller(event.currentTarget.checked)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy} disabled={!file}><Trans>Hand it in</Trans></Button></div>
    </form>
  );
}

function Add({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ name: '', kind: 'url', url: '', apiKey: '', entriesMax: 50_000 as number | string });
  const { kind, url, apiKey } = form.values;
  const action = useAction<void, OutsideList>({
    run: () => addOutsideList({ name: form.values.name.trim(), kind, url: kind === 'upload' ? undefined : url.trim(), apiKey: kind === 'crowdsec' ? apiKey.trim() : undefined, entriesMax: Number(form.values.entriesMax) }),
    refresh: KEY,
    said: () => t`The list is added and stops nothing yet`,
    done: close,
  });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <TextInput required maxLength={40} label={t`Name`} description={t`Small letters, digits and hyphens`} placeholder={t`drop-list`} {...form.text('name', action)} data-autofocus />
      <NativeSelect label={t`What it is`} value={kind} onChange={(event) => form.set('kind', event.currentTarget.value)} data={[{ value: 'url', label: t`A text at an address` }, { value: 'upload', label: t`A text that is handed in` }, { value: 'crowdsec', label: t`Decisions of a CrowdSec server` }]} />
      {kind !== 'upload' && <TextInput required type="url" maxLength={500} label={t`Address`} {...form.text('url', action)} />}
      {kind === 'crowdsec' && <TextInput required maxLength={200} label={t`API key`} description={t`Made there with: cscli bouncers add coopmesh`} {...form.text('apiKey', action)} />}
      <NumberInput required min={1} max={200_000} label={t`Entries at most`} value={form.values.entriesMax} onChange={(value) => form.set('entriesMax', value)} error={action.fieldError('entriesMax')} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Add it</Trans></Button></div>
    </form>
  );
}
