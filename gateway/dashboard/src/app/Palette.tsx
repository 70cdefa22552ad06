import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconFileInvoice, IconRouter, IconSearch, IconUser } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import { get, withQuery, type Page } from '@/shared/api';
import { useSession, type Role } from '@/shared/session';
import './palette.css';

const RECORDS_MAX = 6;
const LETTERS_MIN = 2;

interface Hit { key: string; to: string; icon: ReactNode; name: ReactNode; note?: ReactNode }
export interface PlaceOf { to: string; icon: ReactNode; name: ReactNode; text: string }

const search = <T,>(path: string, q: string, extra: Record<string, string> = {}) => queryOptions({
  queryKey: ['palette', path, q],
  queryFn: ({ signal }) => get<Page<T>>(withQuery(path, { ...extra, limit: RECORDS_MAX }), signal).then((page) => page.items),
  staleTime: 30_000,
});
const nodesQuery = queryOptions({ queryKey: ['palette', 'nodes'], queryFn: ({ signal }) => get<Page<{ id: string; name: string; siteName?: string | null }>>('/api/nodes?limit=200', signal).then((page) => page.items), staleTime: 60_000 });

/** Pages and records by a few letters, from anywhere. */
export default function Palette({ places, close }: { places: PlaceOf[]; close: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { has } = useSession();
  const [q, setQ] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const [sought] = useDebouncedValue(q.trim(), 180);
  const words = q.trim().toLowerCase();
  const asks = (...roles: Role[]) => sought.length >= LETTERS_MIN && has(...roles);
  const members = useQuery({ ...search<{ id: string; name: string; email: string }>('/api/members', sought, { q: sought }), enabled: asks('board', 'treasurer', 'moderator', 'network') });
  const invoices = useQuery({ ...search<{ id: string; number: string; payerName?: string | null }>('/api/invoices', sought, { q: sought }), enabled: asks('board', 'treasurer') });
  const nodes = useQuery({ ...nodesQuery, enabled: asks('board', 'network', 'moderator', 'member') });

  const groups = useMemo(() => {
    const fits = (text: string | null | undefined) => Boolean(text?.toLowerCase().includes(words));
    const pages = places.filter((place) => words === '' || fits(place.text));
    return [
      { name: <Trans>Pages</Trans>, hits: pages.map((place): Hit => ({ key: place.to, to: place.to, icon: place.icon, name: place.name })) },
      { name: <Trans>Members</Trans>, hits: (asksFor(members) ?? []).map((one): Hit => ({ key: one.id, to: `/members/${one.id}`, icon: <IconUser size={18} />, name: one.name, note: one.email })) },
      { name: <Trans>Invoices</Trans>, hits: (asksFor(invoices) ?? []).map((one): Hit => ({ key: one.id, to: `/invoices/${one.id}`, icon: <IconFileInvoice size={18} />, name: one.number, note: one.payerName })) },
      { name: <Trans>Nodes</Trans>, hits: words.length < LETTERS_MIN ? [] : (nodes.data ?? []).filter((one) => fits(one.name) || fits(one.siteName)).slice(0, RECORDS_MAX).map((one): Hit => ({ key: one.id, to: `/nodes/${one.id}`, icon: <IconRouter size={18} />, name: one.name, note: one.siteName })) },
    ].filter((group) => group.hits.length > 0);
  }, [places, words, members, invoices, nodes.data]);
  const hits = groups.flatMap((group) => group.hits);
  const chosen = Math.min(at, hits.length - 1);
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    close();
    void navigate({ to: hit.to });
  };
  const key = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) { event.preventDefault(); setAt(hits.length === 0 ? 0 : (chosen + by + hits.length) % hits.length); }
    if (event.key === 'Enter') { event.preventDefault(); go(hits[chosen]); }
  };
  let number = -1;
  return (
    <Modal.Root opened onClose={close} size="lg" yOffset="10vh">
      <Modal.Overlay backgroundOpacity={0.45} />
      <Modal.Content radius="lg" aria-label={t`Search pages and records`}>
        <Modal.Body className="palette">
          <TextInput data-autofocus size="md" aria-label={t`Search pages and records`} placeholder={t`A page, a member, an invoice, a node`} leftSection={<IconSearch size={18} aria-hidden="true" />} value={q} onChange={(event) => { setQ(event.currentTarget.value); setAt(0); }} onKeyDown={key}
            role="combobox" aria-expanded={hits.length > 0} aria-controls={list} aria-autocomplete="list" aria-activedescendant={hits[chosen] ? `${list}-${chosen}` : undefined} />
          <div id={list} role="listbox" aria-label={t`Found`} className="palette-list">
            {groups.map((group, index) => (
              <div key={index} role="group" aria-labelledby={`${list}-g${index}`}>
                <div className="nav-name" id={`${list}-g${index}`}>{group.name}</div>
                {group.hits.map((hit) => {
                  number++;
                  const mine = number;
                  return <div key={hit.key} id={`${list}-${mine}`} role="option" aria-selected={mine === chosen} className="palette-hit" ref={mine === chosen ? (node) => node?.scrollIntoView({ block: 'nearest' }) : undefined} onPointerMove={() => setAt(mine)} onClick={() => go(hit)}>{hit.icon}<span>{hit.name}</span>{hit.note && <small>{hit.note}</small>}</div>;
                })}
              </div>
            ))}
          </div>
          <p className="soft palette-foot" aria-live="polite">{hits.length === 0 ? <Trans>Nothing found. Try fewer letters.</Trans> : <Trans>Arrows choose, Enter opens, Escape closes.</Trans>}</p>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

const asksFor = <T,>(query: { data?: T; isEnabled?: boolean }): T | undefined => (query.isEnabled === false ? undefined : query.data);
