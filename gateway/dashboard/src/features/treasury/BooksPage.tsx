import { Anchor } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconBook2, IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Money } from '@/shared/money';
import { useSession } from '@/shared/session';
import { absolute, monthName, plusDays, today } from '@/shared/time';
import { Loaded } from '@/shared/ui/loaded';
import { Empty, Figure, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Amount } from '@/shared/ui/values';
import { AccountKind } from './accounts';
import { CloseMonths } from './CloseMonths';
import { headsQuery, openBooksQuery, type BookHead, type BooksMonth, type BooksRow, type OpenBooks } from './treasury-api';

const DAYS_OF_HEADS = 31;
const VERIFY = './coopmesh verify books coopmesh-books.jsonl';
/** The book as other programs read it; names of these programs. */
const FORMATS = [['CSV', 'CSV'], ['HLEDGER', 'hledger'], ['BEANCOUNT', 'Beancount']] as const;

/** Month by month, how long it lasts, and how anybody can check that the book was not rewritten. */
export default function BooksPage() {
  const { t } = useLingui();
  const { has } = useSession();
  const query = useQuery(openBooksQuery);
  return (
    <Page title={t`Open books`} crumb={{ to: '/treasury', label: t`Treasury` }} lead={<Trans>What came into bank and till and what left them, by month and purpose. No names.</Trans>}>
      <Loaded query={query} lines={8}>
        {(books) => <>
          <div className="figures"><Runway of={books} /></div>
          <Months of={books} />
        </>}
      </Loaded>
      <div className={has('treasurer', 'board') ? 'columns even' : 'columns'}>
        <Check />
        {has('treasurer', 'board') && <CloseMonths />}
      </div>
    </Page>
  );
}

function Runway({ of }: { of: OpenBooks }) {
  const { t } = useLingui();
  if (of.runwayMonths === null || of.runwayMonths === undefined) return <Figure what={t`The money lasts`} value={<span className="soft">–</span>} note={t`Nothing has gone out yet`} />;
  return <Figure what={t`The money lasts`} value={<Trans>{of.runwayMonths} months</Trans>} note={t`At what went out on average in the last six months`} />;
}

function Months({ of }: { of: OpenBooks }) {
  const { t, i18n } = useLingui();
  const rows = useMemo(() => [...of.months].reverse(), [of.months]);
  const columns = useMemo((): Column<BooksMonth>[] => [
    { id: 'month', head: t`Month`, cell: (row) => monthName(row.month, i18n.locale) },
    { id: 'in', head: t`In`, end: true, cell: (row) => <><Told of={row.in} /><Parts of={row.inByPurpose} coming /></> },
    { id: 'out', head: t`Out`, end: true, cell: (row) => <><Told of={row.out} /><Parts of={row.outByPurpose} /></> },
  ], [t, i18n]);
  return (
    <Panel title={t`By month`} lead={t`What fewer than three stand behind is put together with more, or not told.`} flush>
      <DataTable caption={t`By month`} columns={columns} rows={rows} id={(row) => row.month} empty={<Empty icon={<IconBook2 size={30} />} title={t`No money has moved yet`}><Trans>A month appears here with its first payment.</Trans></Empty>} />
    </Panel>
  );
}

const Told = ({ of }: { of: Money | null | undefined }) => (of ? <Amount of={of} /> : <span className="soft"><Trans>not told</Trans></span>);

function Parts({ of, coming }: { of: BooksRow[]; coming?: boolean }) {
  return <>{of.map((row) => <small key={row.purpose}><Purpose of={row.purpose} coming={coming} /> <Told of={row.amount} /></small>)}</>;
}

/** The account that money came from or went to, in a word. */
function Purpose({ of, coming }: { of: string; coming?: boolean }) {
  if (of === 'folded') return <Trans>Several, together</Trans>;
  if (coming && of === 'receivable') return <Trans>Invoices paid</Trans>;
  if (coming && of === 'wallet') return <Trans>Paid ahead</Trans>;
  return <AccountKind kind={of} />;
}

/** Whoever keeps a head can show later that nothing before it was changed. */
function Check() {
  const { t, i18n } = useLingui();
  const query = useQuery(headsQuery(plusDays(today(), -DAYS_OF_HEADS)));
  const rows = useMemo(() => query.data && [...query.data.items].reverse(), [query.data]);
  const columns = useMemo((): Column<BookHead>[] => [
    { id: 'day', head: t`Day`, cell: (row) => <>{absolute(row.day, i18n.locale)}<small><Plural value={row.transactions} one="# transaction" other="# transactions" /></small></> },
    { id: 'head', head: t`Head`, cell: (row) => <code className="mono" style={{ wordBreak: 'break-all', whiteSpace: 'normal' }}>{row.head}</code> },
  ], [t, i18n]);
  return (
    <Panel title={t`Check the books yourself`} lead={t`Each transaction is chained to the one before. Keep a head; whoever changes anything before it changes the head.`} flush>
      <div className="stack" style={{ padding: '0 1.1rem 0.8rem' }}>
        <p><Trans>Take the book home and check it with a script that needs nothing of ours:</Trans> <code>{VERIFY}</code></p>
        <p className="toolbar">
          <Anchor href="/api/treasury/books/BOOKS" download><Trans>The whole book</Trans></Anchor>
          {FORMATS.map(([format, name]) => <Anchor key={format} href={`/api/treasury/books/${format}`} download>{name}</Anchor>)}
        </p>
      </div>
      <DataTable caption={t`Heads of the last days`} columns={columns} rows={rows} id={(row) => row.day} query={query} empty={<Empty icon={<IconLock size={30} />} title={t`No day was chained yet`}><Trans>An hour after a day on which something was written down its head appears here.</Trans></Empty>} />
    </Panel>
  );
}
