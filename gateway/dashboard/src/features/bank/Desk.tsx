import { Button, Checkbox, Kbd, Modal } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowBackUp, IconCheck, IconCircleCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { newKey } from '@/shared/api';
import { isNegative } from '@/shared/money';
import { useSession } from '@/shared/session';
import { absolute } from '@/shared/time';
import { useAction } from '@/shared/ui/action';
import { Lines } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { Amount } from '@/shared/ui/values';
import { entriesQuery, place, sent, undo, type Booking, type Entry, type Suggestion } from './bank-api';
import { PlaceForm } from './PlaceForm';
import { Confidence, PlaceText, Reason } from './words';

const STALE = [['bank'], ['invoices'], ['invoice'], ['treasury'], ['cost-pool']];

/** Two panes: what waits, and where the chosen entry may belong. Works by keys alone. */
export function Desk() {
  const { t } = useLingui();
  const { has } = useSession();
  const mayPlace = has('treasurer');
  const query = useInfiniteQuery(entriesQuery('open'));
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const [at, setAt] = useState(0);
  const [picked, setPicked] = useState<string[]>([]);
  const [form, setForm] = useState(false);
  const [last, setLast] = useState<Booking[]>([]);
  const list = useRef<HTMLUListElement>(null);
  const chosen = entries[Math.min(at, entries.length - 1)];
  const merged = entries.filter((entry) => picked.includes(entry.id));
  const placed = useCallback((booked: Booking[]) => { setLast(booked); setPicked([]); }, []);
  const confirm = useAction({
    run: ({ entry, suggestion, key }: { entry: Entry; suggestion: Suggestion; key: string }) => place([entry.id], suggestion.places.map(sent), key),
    refresh: STALE,
    done: (page) => placed(page.items),
  });
  const back = useAction({
    run: async (bookings: Booking[]) => { for (const booking of bookings) await undo(booking.id, t`Undone at once`, `undo-${booking.id}`); },
    refresh: STALE,
    said: () => t`Undone; it waits again`,
    done: () => setLast([]),
  });
  const move = useCallback((by: number) => {
    setAt((before) => {
      const next = Math.max(0, Math.min(entries.length - 1, Math.min(before, entries.length - 1) + by));
      list.current?.querySelectorAll<HTMLButtonElement>('button.bank-entry')[next]?.focus();
      return next;
    });
  }, [entries.length]);
  const { run: runConfirm, busy: confirming } = confirm;
  const { run: runBack, busy: undoing } = back;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (form || event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, [role=dialog]')) return;
      if (event.key === 'j' || event.key === 'k') { event.preventDefault(); move(event.key === 'j' ? 1 : -1); }
      if (!mayPlace || !chosen) return;
      if (event.key === 'Enter' && (target === document.body || target.closest('.bank-entry') || target.id === 'main')) {
        const suggestion = chosen.suggestions[0];
        if (suggestion && !confirming) { event.preventDefault(); runConfirm({ entry: chosen, suggestion, key: newKey() }); }
      }
      if (event.key === 's') { event.preventDefault(); setForm(true); }
      if (event.key === 'x') { event.preventDefault(); setPicked((before) => (before.includes(chosen.id) ? before.filter((id) => id !== chosen.id) : [...before, chosen.id])); }
      if (event.key === 'u' && last.length > 0 && !undoing) { event.preventDefault(); runBack(last); }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [chosen, confirming, form, last, mayPlace, move, runBack, runConfirm, undoing]);
  if (query.isPending) return <Panel title={t`Waiting`}><Lines count={6} /></Panel>;
  if (query.isError && !query.data) return <ProblemNotice error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      {last.length > 0 && <Notice tone="ok" live title={t`In the book`} actions={<Button size="compact-sm" variant="default" leftSection={<IconArrowBackUp size={14} />} loading={undoing} onClick={() => runBack(last)}><Trans>Undo</Trans></Button>} />}
      <ProblemNotice error={confirm.error ?? back.error} />
      {entries.length === 0 ? <div className="panel"><div className="body"><Empty icon={<IconCircleCheck size={32} />} title={t`Nothing waits`}><Trans>Every entry of the bank stands in the book. Hand in the next statement.</Trans></Empty></div></div> : (
        <div className="bank-desk">
          <Panel title={t`Waiting`} lead={<span className="bank-keys"><Kbd>j</Kbd> <Kbd>k</Kbd> <Trans>move</Trans> · <Kbd><Trans>Enter</Trans></Kbd> <Trans>confirm</Trans> · <Kbd>s</Kbd> <Trans>split</Trans> · <Kbd>x</Kbd> <Trans>choose several</Trans> · <Kbd>u</Kbd> <Trans>undo</Trans></span>} flush>
            <ul className="bank-list" ref={list}>
              {entries.map((entry, index) => (
                <li key={entry.id} className={entry.id === chosen?.id ? 'chosen' : undefined}>
                  {mayPlace && <Checkbox aria-label={t`Choose ${entry.name ?? entry.text ?? entry.bookedOn}`} checked={picked.includes(entry.id)} onChange={(event) => { const { checked } = event.currentTarget; setPicked((before) => (checked ? [...before, entry.id] : before.filter((id) => id !== entry.id))); }} />}
                  <button type="button" className="bank-entry" aria-current={entry.id === chosen?.id ? 'true' : undefined} onClick={() => setAt(index)}><Line of={entry} /></button>
                </li>
              ))}
            </ul>
            {query.hasNextPage && <div className="body"><Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>Show more</Trans></Button></div>}
          </Panel>
          {merged.length > 1
            ? <Panel title={t`Several entries`}><PlaceForm key={picked.join()} entries={merged} close={() => setPicked([])} done={placed} /></Panel>
            : chosen && <Choice key={chosen.id} entry={chosen} mayPlace={mayPlace} busy={confirming} confirm={(suggestion) => runConfirm({ entry: chosen, suggestion, key: newKey() })} split={() => setForm(true)} />}
        </div>
      )}
      <Modal.Root opened={form && chosen !== undefined} onClose={() => setForm(false)} size="lg" centered>
        <Modal.Overlay backgroundOpacity={0.45} />
        <Modal.Content radius="lg"><Modal.Body>
          <div className="dialog-head"><Modal.Title>{t`Split or put elsewhere`}</Modal.Title><Modal.CloseButton aria-label={t`Close`} /></div>
          {form && chosen && <PlaceForm entries={[chosen]} close={() => setForm(false)} done={placed} />}
        </Modal.Body></Modal.Content>
      </Modal.Root>
    </>
  );
}

function Line({ of }: { of: Entry }) {
  const { i18n } = useLingui();
  return (
    <>
      <span className="split near"><strong>{of.name ?? <span className="soft"><Trans>No name</Trans></span>}</strong><span className={isNegative(of.open) ? 'out' : 'in'}><Amount of={of.open} signed /></span></span>
      <small className="split near"><span className="bank-text">{of.text ?? of.reference ?? of.information ?? of.code}</span><span className="soft">{absolute(of.bookedOn, i18n.locale)}</span></small>
      {(of.returned || of.suggestions[0]) && <span className="toolbar">{of.returned && <Pill tone="warn"><Trans>Returned</Trans></Pill>}{of.suggestions[0] && <Confidence of={of.suggestions[0].confidence} />}</span>}
    </>
  );
}

function Choice({ entry, mayPlace, busy, confirm, split }: { entry: Entry; mayPlace: boolean; busy: boolean; confirm: (suggestion: Suggestion) => void; split: () => void }) {
  const { t, i18n } = useLingui();
  return (
    <Panel title={t`Where does it belong?`} actions={mayPlace && <Button size="compact-sm" variant="default" onClick={split}><Trans>Split or put elsewhere</Trans></Button>}>
      <Facts items={[
        [t`Amount`, <Amount key="amount" of={entry.amount} signed />], [t`Booked`, absolute(entry.bookedOn, i18n.locale)], [t`From or to`, entry.name], [t`Account`, entry.iban && <span key="iban" className="mono">{entry.iban}</span>],
        [t`Text`, entry.text], [t`Reference`, entry.reference], [t`End-to-end id`, entry.endToEndId], [t`Why it came back`, entry.returnReason], [t`The bank adds`, entry.information], [t`The bank’s reference`, entry.bankReference],
      ]} />
      {!entry.onStatement && <p className="soft"><Trans>Told by the bank, and on no statement yet.</Trans></p>}
      <h3 className="bank-head"><Trans>Suggestions</Trans></h3>
      {entry.suggestions.length === 0 && <p className="soft"><Trans>Nothing that is known fits. Say whose it is; the account is remembered.</Trans></p>}
      <ol className="plain bank-suggestions">
        {entry.suggestions.map((suggestion, at) => (
          <li key={at}>
            <div className="split"><Confidence of={suggestion.confidence} />{mayPlace && <Button size="compact-sm" variant={at === 0 ? 'filled' : 'default'} leftSection={<IconCheck size={14} />} loading={busy} onClick={() => confirm(suggestion)} aria-label={t`Confirm suggestion ${at + 1}`}><Trans>Confirm</Trans></Button>}</div>
            {suggestion.places.map((one, index) => <div key={index}><PlaceText of={one} /></div>)}
            <ul className="bank-reasons">{suggestion.reasons.map((reason) => <li key={reason.why + (reason.what ?? '')}><Reason {...reason} /></li>)}</ul>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
