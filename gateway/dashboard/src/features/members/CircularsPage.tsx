import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconMailForward } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { MemberName } from '@/shared/members';
import { DialogButton } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Empty, Page } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { circularsQuery, progressQuery, type Circular } from './circulars-api';
import { LetterForm } from './letter';

/** Letters to many members: what was sent, and a new one. */
export default function CircularsPage() {
  const { t } = useLingui();
  const query = useInfiniteQuery(circularsQuery);
  const columns: Column<Circular>[] = [
    { id: 'subject', head: t`Subject`, cell: (row) => <DialogButton variant="subtle" size="compact-sm" label={row.subject} title={row.subject} wide>{() => <Sent of={row} />}</DialogButton> },
    { id: 'to', head: t`To`, cell: (row) => <Audience {...row} /> },
    { id: 'by', head: t`Sent by`, cell: (row) => <MemberName id={row.by} /> },
    { id: 'at', head: t`Sent`, cell: (row) => <When at={row.at} /> },
  ];
  return (
    <Page title={t`Letters to many`} crumb={{ to: '/members', label: t`Members` }}
      lead={<Trans>By mail, to all of a zone, of a label, or to everybody who belongs. To some only: choose them in the list of members.</Trans>}
      actions={<DialogButton variant="filled" label={<Trans>Write a letter</Trans>} title={t`A letter to many`} wide>{(close) => <LetterForm close={close} />}</DialogButton>}>
      <DataTable caption={t`Letters that were sent`} columns={columns} query={query} rows={query.data?.pages.flatMap((page) => page.items)} id={(row) => row.id}
        empty={<Empty icon={<IconMailForward size={30} />} title={t`No letter was sent yet`}><Trans>Works on the tower, a meeting, a change of rules: one letter reaches all who are concerned.</Trans></Empty>} />
    </Page>
  );
}

function Audience({ label, zone, chosen }: Pick<Circular, 'label' | 'zone' | 'chosen'>) {
  if (chosen > 0) return <Plural value={chosen} one="# member, chosen by hand" other="# members, chosen by hand" />;
  if (!label && !zone) return <Trans>Everybody</Trans>;
  return <>{zone && <Pill tone="quiet">{zone}</Pill>}{label && <Pill tone="info">{label}</Pill>}</>;
}

function Sent({ of }: { of: Circular }) {
  const query = useQuery(progressQuery(of.id));
  return <>
    <p className="prose" lang={of.language}>{of.text}</p>
    <Loaded query={query} lines={1}>{(come) => (
      <p className="soft">
        <Plural value={come.recipients} one="# recipient" other="# recipients" />{': '}
        <Trans>{come.sent} sent, {come.waiting} on the way, {come.notSent} not sent</Trans>
      </p>
    )}</Loaded>
  </>;
}
