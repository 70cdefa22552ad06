import { ActionIcon, Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconBookmark, IconX } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../session';
import { DialogButton, onSubmit } from './action';
import { keepView, viewsOf, type View } from '../views';

/** Views of a list that somebody kept in this browser, and the one that is shown to be kept. */
export function SavedViews({ page, search }: { page: string; search: Record<string, string | undefined> }) {
  const { t } = useLingui();
  const { memberId } = useSession();
  const navigate = useNavigate();
  const place = `${memberId ?? ''} ${page}`;
  const [views, setViews] = useState(() => viewsOf(place));
  const now = JSON.stringify(clean(search));
  const plain = now === '{}';
  const known = views.find((view) => JSON.stringify(view.search) === now);
  if (views.length === 0 && plain) return null;
  return (
    <div className="toolbar" role="group" aria-label={t`Kept views`}>
      {views.map((view) => (
        <span key={view.name} className="kept-view">
          <Button size="compact-sm" variant={view === known ? 'light' : 'default'} aria-pressed={view === known} onClick={() => void navigate({ to: page, search: view.search as never })}>{view.name}</Button>
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t`Forget the view ${view.name}`} onClick={() => setViews(keepView(place, { ...view, search: null }))}><IconX size={14} /></ActionIcon>
        </span>
      ))}
      {!plain && !known && <DialogButton label={<Trans>Keep this view</Trans>} size="compact-sm" variant="subtle" icon={<IconBookmark size={14} />} title={t`Keep this view`}>{(close) => <KeepForm keep={(name) => { setViews(keepView(place, { name, search: clean(search) })); close(); }} close={close} />}</DialogButton>}
    </div>
  );
}

const clean = (search: Record<string, string | undefined>): Record<string, string> => Object.fromEntries(Object.entries(search).filter((entry): entry is [string, string] => Boolean(entry[1])).sort(([one], [other]) => (one < other ? -1 : 1)));

function KeepForm({ keep, close }: { keep: (name: View['name']) => void; close: () => void }) {
  const { t } = useLingui();
  const [name, setName] = useState('');
  return (
    <form className="form" onSubmit={onSubmit(() => keep(name.trim()))}>
      <TextInput required data-autofocus maxLength={40} label={t`Name`} description={t`Kept in this browser, for you alone.`} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" disabled={name.trim() === ''}><Trans>Keep it</Trans></Button></div>
    </form>
  );
}
