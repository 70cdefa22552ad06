import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCircleCheck, IconFlag3, IconPlus, IconReceipt2, IconRouter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatFigure } from '@/shared/bytes';
import { categoryName } from '@/shared/abuse';
import { isNegative, isZero, negate } from '@/shared/money';
import { NextPart } from '@/shared/instalments';
import { useSession } from '@/shared/session';
import { monthName } from '@/shared/time';
import { usageQuery } from '@/shared/usage';
import { DialogButton } from '@/shared/ui/action';
import { AddNode, ClaimBox } from '@/shared/ui/enrolment';
import { Lines, Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { InvoiceStatePill, LivePill, NodeStatePill, RulePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { UsagePanel } from '@/shared/ui/usage-panel';
import { Amount, When } from '@/shared/ui/values';
import { AccessWhy } from '@/shared/ui/why';
import { DuesPanel } from './DuesPanel';
import { MapsPanel } from './MapsPanel';
import { billQuery, meQuery, ownNodesQuery, ownOutagesQuery, ownReportsQuery, type Charge, type Me, type PayerBill } from './portal-api';
import './portal.css';

/** A member's own page: my bill, my usage, my nodes, my reports. */
export default function PortalPage() {
  const { t } = useLingui();
  const me = useQuery(meQuery);
  const usage = useQuery(usageQuery('mine', 24));
  if (!me.data) return <Page title={t`My connection`}>{me.isError ? <ProblemNotice error={me.error} retry={() => void me.refetch()} /> : <Lines count={8} />}</Page>;
  return (
    <Page title={t`My connection`} lead={me.data.name} actions={<><Button component={Link} to="/outages" variant="default"><Trans>Outages</Trans></Button><Button component={Link} to="/my/cases" variant="default"><Trans>My cases</Trans></Button><Button component={Link} to="/my/data" variant="default"><Trans>My data</Trans></Button></>}>
      <Standing me={me.data} />
      <OwnOutages />
      <div className="columns">
        <div className="stack"><Bill /><UsagePanel title={t`My usage, last 24 hours`} lead={t`As your nodes counted and signed it. Local traffic is free.`} actions={<Button component={Link} to="/my/usage" size="compact-sm" variant="default"><Trans>Hours and days</Trans></Button>} query={usage} empty={t`Bytes appear here after your node’s first usage window.`} /></div>
        <div className="stack"><MyNodes me={me.data} /><DuesPanel sites={me.data.sites} /><MapsPanel sites={me.data.sites} /><MyReports /></div>
      </div>
    </Page>
  );
}

function Standing({ me }: { me: Me }) {
  const { t } = useLingui();
  if (me.state === 'applicant') return <Notice tone="info" title={t`Your application is with the board`}><Trans>You can look around; nothing is charged yet.</Trans></Notice>;
  if (me.state === 'paused') return <Notice tone="quiet" title={t`Your membership is paused`}><Trans>Nothing is charged until you resume it. <Link to="/members/$memberId" params={{ memberId: me.id }}>Resume</Link></Trans></Notice>;
  if (me.state === 'left') return <Notice tone="quiet" title={t`You have left the co-op`}><Trans>Your bills and your data stay here for you. <Link to="/members/$memberId" params={{ memberId: me.id }}>Apply again</Link></Trans></Notice>;
  switch (me.standing?.level) {
    case 'grace': return <Notice tone="warn" title={t`An invoice is past its date`}><Trans>Nothing changes yet. Pay it soon, or talk to the treasurer.</Trans></Notice>;
    case 'limited': return <Notice tone="warn" title={t`Your connection is in the slow lane, because a limit that you set is reached`}><Trans>Your cap or your wallet. <Link to="/my/spending">Look at them</Link>: a change opens your connection within seconds.</Trans></Notice>;
    case 'overdue': return <Notice tone="bad" title={t`Your connection is limited, because an invoice is overdue`}><Trans>It opens again within seconds of the payment being recorded. If it is hard to pay now, talk to the treasurer: there are ways, such as to <Link to="/my/parts">pay in parts</Link>.</Trans></Notice>;
    case 'sanctioned': return <Notice tone="bad" title={t`A measure of the moderators is in force`}>{me.standing.why && <AccessWhy why={me.standing.why} />}{me.standing.until && <> · <Trans>until <When at={me.standing.until} first="absolute" /></Trans></>} · <Link to="/my/cases"><Trans>Read why, and appeal</Trans></Link></Notice>;
    default: return null;
  }
}

/** Who runs the network sees all outages elsewhere; here are those that hit me. */
function OwnOutages() {
  const { t } = useLingui();
  const session = useSession();
  const outages = useQuery({ ...ownOutagesQuery, enabled: !session.has('network', 'board') });
  const first = outages.data?.[0];
  if (!first) return null;
  return <Notice tone="warn" title={t`A node that connects you is silent`}><Trans>Since <When at={first.beganAt} />.</Trans>{first.note && <> {first.note}</>} <Link to="/outages"><Trans>More about it</Trans></Link></Notice>;
}

function Bill() {
  const { t } = useLingui();
  const query = useQuery(billQuery);
  return (
    <Panel title={t`My bill`} actions={<><Button component={Link} to="/my/autopay" size="compact-sm" variant="default"><Trans>Pay by itself</Trans></Button><Button component={Link} to="/my/direct-debit" size="compact-sm" variant="default"><Trans>Direct debit</Trans></Button><Button component={Link} to="/my/spending" size="compact-sm" variant="default"><Trans>Cap and wallet</Trans></Button></>}>
      <Loaded query={query} lines={4}>
        {(bill) => bill.payers.length === 0 ? <Empty icon={<IconReceipt2 size={30} />} title={t`No bill yet`}><Trans>The first one comes after your first month.</Trans></Empty> : <div className="stack">{bill.payers.map((payer) => <PayerView key={payer.payerId} payer={payer} />)}</div>}
      </Loaded>
    </Panel>
  );
}

function PayerView({ payer }: { payer: PayerBill }) {
  const { i18n } = useLingui();
  return (
    <div className="stack" style={{ gap: '1rem' }}>
      <div className="balance">
        {isZero(payer.balance) ? <><IconCircleCheck size={28} aria-hidden="true" className="settled" /><div><b><Trans>All paid</Trans></b><div className="soft"><Trans>You owe nothing right now.</Trans></div></div></>
          : isNegative(payer.balance) ? <div><div className="big"><Amount of={negate(payer.balance)} /></div><div className="soft"><Trans>credit: it goes against the next invoice</Trans></div></div>
            : <div><div className="big"><Amount of={payer.balance} /></div><div className="soft"><Trans>to pay</Trans></div></div>}
      </div>
      {payer.open.length > 0 && <NextPart payerId={payer.payerId} own />}
      {payer.open.length > 0 && <ul className="plain">{payer.open.map((invoice) => <li key={invoice.id} className="split"><span><Link to="/invoices/$invoiceId" params={{ invoiceId: invoice.id }}>{invoice.number}</Link> <InvoiceStatePill state={invoice.state} /><br /><small className="soft"><Trans>due <When at={invoice.dueOn} first="absolute" /></Trans> · <Link to="/invoices/$invoiceId/why" params={{ invoiceId: invoice.id }}><Trans>Why is it this much?</Trans></Link></small></span><b><Amount of={invoice.open} /></b></li>)}</ul>}
      {payer.open.length > 0 && <p className="soft" style={{ margin: 0 }}><Trans>Pay by transfer with the invoice number as reference, or in cash to the treasurer.</Trans> <Link to="/my/parts"><Trans>Pay in parts</Trans></Link></p>}
      {payer.running && (
        <div>
          <div className="split"><b><Trans>{monthName(payer.running.period, i18n.locale)} so far</Trans></b><Amount of={payer.running.total} cents /></div>
          <ul className="plain" style={{ marginTop: '0.4rem' }}>{payer.running.charges.map((charge, at) => <li key={at} className="split near soft"><span><ChargeName charge={charge} /></span><Amount of={charge.amount} cents /></li>)}</ul>
        </div>
      )}
      {payer.payments.length > 0 && <details className="twin"><summary><Trans>What I paid</Trans></summary><ul className="plain" style={{ marginTop: '0.4rem' }}>{payer.payments.map((payment) => <li key={payment.id} className="split"><span><When at={payment.receivedOn} plain />{payment.reversed && <> <Pill tone="warn"><Trans>taken back</Trans></Pill></>}</span><Amount of={payment.amount} /></li>)}</ul></details>}
    </div>
  );
}

function ChargeName({ charge }: { charge: Charge }) {
  const { i18n } = useLingui();
  const kind = charge.kind === 'dues' || charge.kind === 'usage' ? charge.kind : charge.charge ?? charge.kind;
  switch (kind) {
    case 'dues': return <Trans>Dues</Trans>;
    case 'usage': return <>{charge.quantity ? <Trans>Internet, {formatFigure(charge.quantity, i18n.locale)} GB</Trans> : <Trans>Internet</Trans>}{charge.includedGb && <> <Trans>({formatFigure(charge.includedGb, i18n.locale)} GB included)</Trans></>}{charge.saved && !isZero(charge.saved) && <> · <Trans><Amount of={charge.saved} /> saved on the local mesh</Trans></>}</>;
    case 'carried': return <Trans>Fractions of a cent from before</Trans>;
    default: return <>{kind}</>;
  }
}

function MyNodes({ me }: { me: Me }) {
  const { t } = useLingui();
  const session = useSession();
  const query = useQuery(ownNodesQuery(session.memberId ?? me.id));
  const add = me.state === 'active' && <DialogButton label={<Trans>Add a node</Trans>} size="compact-sm" icon={<IconPlus size={14} />} title={t`Add a node`} wide>{(close) => <AddNode owner={{ id: me.id, name: me.name }} sites={me.sites} close={close} />}</DialogButton>;
  const claim = me.state === 'active' && <DialogButton label={<Trans>Claim a box</Trans>} size="compact-sm" title={t`Claim a box`}>{(close) => <ClaimBox sites={me.sites} close={close} />}</DialogButton>;
  return (
    <Panel title={t`My nodes`} actions={<><Button component={Link} to="/my/names" size="compact-sm" variant="default"><Trans>Names</Trans></Button>{claim}{add}</>}>
      <Loaded query={query} lines={3}>
        {(nodes) => nodes.length === 0 ? <Empty icon={<IconRouter size={30} />} title={t`No node yet`}><Trans>A node is the box on your roof. Add one: you get a code and a short file; put it on the box and watch it come in.</Trans></Empty> : (
          <ul className="plain nodes">
            {nodes.map((node) => (
              <li key={node.id}>
                <div className="split"><Link to="/nodes/$nodeId" params={{ nodeId: node.id }}>{node.name}</Link>{node.state === 'enrolled' ? <LivePill live={node.live} /> : <NodeStatePill state={node.state} />}</div>
                <div className="split soft"><small>{node.siteName}{node.lastSeenAt && <> · <When at={node.lastSeenAt} /></>}</small>{node.attachments?.filter((one) => one.rule && one.rule !== 'full').map((one) => <RulePill key={one.id} rule={one.rule!} kbit={one.slowLaneKbit} />)}</div>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function MyReports() {
  const { t, i18n } = useLingui();
  const query = useQuery(ownReportsQuery);
  return (
    <Panel title={t`My reports`} actions={<Button component={Link} to="/report" size="compact-sm" variant="default" leftSection={<IconFlag3 size={14} />}><Trans>Report abuse</Trans></Button>}>
      <Loaded query={query} lines={2}>
        {(reports) => reports.length === 0 ? <p className="soft" style={{ margin: 0 }}><Trans>You have reported nothing. If you do, the answer appears here.</Trans></p>
          : <ul className="plain">{reports.map((report) => <li key={report.id} className="split"><span>{i18n._(categoryName(report.category))}<br /><small className="soft"><When at={report.receivedAt} /></small></span><ReportPill state={report.state} outcome={report.outcome} /></li>)}</ul>}
      </Loaded>
    </Panel>
  );
}

function ReportPill({ state, outcome }: { state: string; outcome?: string | null }) {
  if (outcome === 'upheld') return <Pill tone="ok"><Trans>You were right</Trans></Pill>;
  if (outcome === 'dismissed') return <Pill tone="quiet"><Trans>No rule was broken</Trans></Pill>;
  if (outcome === 'overturned') return <Pill tone="info"><Trans>Reversed</Trans></Pill>;
  return state === 'received' ? <Pill tone="info"><Trans>Received</Trans></Pill> : <Pill tone="info"><Trans>Under review</Trans></Pill>;
}
