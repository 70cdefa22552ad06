import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { IconChevronRight, IconCircleCheck, IconGauge, IconMailOff, IconPlugConnectedX, IconReceipt2, IconReceiptOff, IconRouterOff, IconScale, IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '@/shared/session';
import { Loaded } from '@/shared/ui/loaded';
import { Notice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { Amount } from '@/shared/ui/values';
import { Told } from '@/shared/ui/why';
import { homeQuery, type Count, type Home, type Part } from './home-api';
import './home.css';

/** The first page of whoever works for the co-op: only what waits for somebody. */
export default function HomePage() {
  const { t } = useLingui();
  const session = useSession();
  const home = useQuery(homeQuery);
  const name = (session.name ?? '').split(' ')[0];
  return (
    <Page title={name ? t`Good to see you, ${name}` : t`What needs me now`} lead={<Trans>What waits for somebody, most urgent first.</Trans>}>
      <Loaded query={home} lines={8}>
        {(data) => <>
          {data.parts.filter((part) => !part.ok).map((part) => <Silent key={part.part} part={part} />)}
          <div className="columns">
            <Panel title={t`Waiting for somebody`} flush><Waiting home={data} /></Panel>
            <Panel title={session.has(...SEE_ALL_NODES) ? t`The mesh right now` : t`My nodes`}><Mesh home={data} /></Panel>
          </div>
        </>}
      </Loaded>
    </Page>
  );
}

/** Everybody else is told of their own. */
const SEE_ALL_NODES = ['network', 'board', 'moderator'] as const;

function Silent({ part }: { part: Part }) {
  const { t } = useLingui();
  const title = part.part === 'membership' ? t`Membership does not answer` : part.part === 'billing' ? t`Billing does not answer` : t`Abuse reporting does not answer`;
  return <Notice tone="warn" live title={title}><Trans>Its figures are missing below; everything else is current.</Trans> {part.why && <span className="soft">(<Told of={part.why} />)</span>}</Notice>;
}

function Waiting({ home }: { home: Home }) {
  const { has } = useSession();
  const rows: ReactNode[] = [];
  if (home.nodes && home.nodes.down > 0) {
    const { down, membersAffected } = home.nodes;
    rows.push(
      <Item key="nodes" to="/nodes" tone="bad" icon={<IconRouterOff />} count={{ count: down, more: !!home.nodes.more }}
        what={<Plural value={down} one="node is down" other="nodes are down" />}
        why={<Plural value={membersAffected} one="# member is affected" other="# members are affected" />} />,
    );
  }
  if (some(home.outages)) {
    const { members } = home.outages!;
    rows.push(<Item key="outages" to="/outages" tone="bad" icon={<IconPlugConnectedX />} count={home.outages!}
      what={<Plural value={home.outages!.count} one="outage affects members" other="outages affect members" />}
      why={<Plural value={members} one="# member, and nobody has said they know" other="# members, and nobody has said they know" />} />);
  }
  if (some(home.failedMails)) {
    rows.push(<Item key="member-mail" to="/members/mail" tone="warn" icon={<IconMailOff />} count={home.failedMails!}
      what={<Plural value={home.failedMails!.count} one="mail to a member did not arrive" other="mails to members did not arrive" />}
      why={<Trans>Send them again, or give them up.</Trans>} />);
  }
  if (some(home.openCases)) {
    rows.push(<Item key="cases" to="/cases" search={{ state: 'open' }} tone="bad" icon={<IconScale />} count={home.openCases!}
      what={<Plural value={home.openCases!.count} one="case is not claimed" other="cases are not claimed" />}
      why={<Trans>Each has a clock; take the one that is due first.</Trans>} />);
  }
  if (some(home.appeals)) {
    const { overdue } = home.appeals!;
    rows.push(<Item key="appeals" to="/cases/appeals" search={{ state: 'lodged' }} tone={overdue > 0 ? 'bad' : 'warn'} icon={<IconScale />} count={home.appeals!}
      what={<Plural value={home.appeals!.count} one="appeal waits to be heard" other="appeals wait to be heard" />}
      why={overdue > 0 ? <Plural value={overdue} one="# is overdue" other="# are overdue" /> : <Trans>Whoever had no part in the decision hears it.</Trans>} />);
  }
  if (some(home.applicants)) {
    rows.push(<Item key="applicants" to="/members" search={{ state: 'applicant' }} tone="info" icon={<IconUserPlus />} count={home.applicants!}
      what={<Plural value={home.applicants!.count} one="person wants to join" other="people want to join" />}
      why={<Trans>They wait for the board’s answer.</Trans>} />);
  }
  if (some(home.overdueInvoices)) {
    rows.push(<Item key="overdue" to="/invoices" search={{ state: 'overdue' }} tone="warn" icon={<IconReceipt2 />} count={home.overdueInvoices!}
      what={<Plural value={home.overdueInvoices!.count} one="invoice is overdue" other="invoices are overdue" />}
      why={home.overdueInvoices!.total ? <Trans><Amount of={home.overdueInvoices!.total} /> still open in all</Trans> : null} />);
  }
  if (some(home.unbilled)) {
    rows.push(<Item key="unbilled" to="/invoices" tone="bad" icon={<IconReceiptOff />} count={home.unbilled!}
      what={<Plural value={home.unbilled!.count} one="payer could not be billed" other="payers could not be billed" />}
      why={<Trans>The bill run says why; they are billed as soon as it is put right.</Trans>} />);
  }
  if (some(home.implausible)) {
    rows.push(<Item key="implausible" to={has('network', 'treasurer', 'board') ? '/implausible' : undefined} tone="warn" icon={<IconGauge />} count={home.implausible!}
      what={<Plural value={home.implausible!.count} one="usage report cannot be right" other="usage reports cannot be right" />}
      why={<Trans>Kept, billed as zero, until a person decides.</Trans>} />);
  }
  if (home.deadLetters > 0) {
    rows.push(<Item key="letters" to={has('board', 'network') ? '/failed-messages' : undefined} tone="bad" icon={<IconMailOff />} count={home.deadLetters}
      what={<Plural value={home.deadLetters} one="message between services failed" other="messages between services failed" />}
      why={<Trans>A network operator can send them again.</Trans>} />);
  }
  if (rows.length === 0) {
    return <Empty icon={<IconCircleCheck size={34} />} title={<Trans>Nothing waits for you</Trans>}><Trans>New applications, reports, overdue invoices and silent nodes appear here by themselves.</Trans></Empty>;
  }
  return <ul className="waiting">{rows}</ul>;
}

const some = (count: Count | null | undefined): boolean => (count?.count ?? 0) > 0;

function Item({ to, search, tone, icon, count, what, why }: {
  to?: '/nodes' | '/outages' | '/members/mail' | '/cases' | '/cases/appeals' | '/members' | '/invoices' | '/implausible' | '/failed-messages';
  search?: { state: string };
  tone: 'bad' | 'warn' | 'info';
  icon: ReactNode;
  count: number | Count;
  what: ReactNode;
  why: ReactNode;
}) {
  const number = typeof count === 'number' ? String(count) : `${count.count}${count.more ? '+' : ''}`;
  const inside = <>
    <span className={`waiting-icon ${tone}`} aria-hidden="true">{icon}</span>
    <span className="waiting-text"><b><span className="num">{number}</span> {what}</b><small>{why}</small></span>
  </>;
  return <li>{to ? <Link to={to} search={search as never} className="waiting-row">{inside}<IconChevronRight size={18} aria-hidden="true" /></Link> : <div className="waiting-row">{inside}</div>}</li>;
}

function Mesh({ home }: { home: Home }) {
  const { has } = useSession();
  const nodes = home.nodes;
  if (!nodes) return <p className="soft"><Trans>No figures of the nodes here.</Trans></p>;
  const total = nodes.up + nodes.late + nodes.down + nodes.never;
  if (total === 0) {
    return <Empty title={<Trans>No nodes yet</Trans>}><Trans>The first node comes in on the page “Nodes”: you get a code, the box does the rest.</Trans></Empty>;
  }
  const parts: [string, number, ReactNode][] = [
    ['ok', nodes.up, <Trans key="up">up</Trans>], ['warn', nodes.late, <Trans key="late">late</Trans>], ['bad', nodes.down, <Trans key="down">down</Trans>], ['quiet', nodes.never, <Trans key="never">never seen</Trans>],
  ];
  return (
    <>
      <p className="mesh-total"><b className="num">{nodes.up}</b> <Trans>of <span className="num">{total}</span> nodes are up</Trans>{nodes.more && <> <span className="soft">(<Trans>there are more that are not counted here</Trans>)</span></>}</p>
      <div className="bar" aria-hidden="true">{parts.filter(([, count]) => count > 0).map(([tone, count]) => <span key={tone} className={`bar-${tone}`} style={{ flexGrow: count }} />)}</div>
      <ul className="mesh-legend">{parts.map(([tone, count, name]) => <li key={tone}><i className={`bar-${tone}`} aria-hidden="true" /><span className="num">{count}</span> {name}</li>)}</ul>
      {has(...SEE_ALL_NODES) && <p style={{ marginTop: '0.8rem' }}><Link to="/nodes" className="quiet-link"><Trans>All nodes, live</Trans></Link></p>}
    </>
  );
}
