import type { I18n } from '@lingui/core';
import { Trans } from '@lingui/react/macro';
import { useLingui } from '@lingui/react';
import { IconBan, IconCheck, IconCoins, IconDoorExit, IconEye, IconFlag3, IconGavel, IconHome2, IconMail, IconPlayerPause, IconReceipt2, IconRouter, IconScale, IconUserPlus, IconPoint } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { categoryName } from '@/shared/abuse';
import { MemberName } from '@/shared/members';
import { NoticeName } from '@/shared/notices';
import { absolute } from '@/shared/time';
import type { Tone } from '@/shared/ui/tokens';
import { Amount, When } from '@/shared/ui/values';
import type { Money } from '@/shared/money';
import type { Moment } from './members-api';

const string = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const money = (value: unknown): Money | null => (value && typeof value === 'object' && 'amount' in value && 'currency' in value ? (value as Money) : null);

/** "planChosen" as "Plan chosen": for kinds this page has no sentence for yet. */
const words = (kind: string): string => {
  const spaced = kind.replace(/[_.-]/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

/** All that happened with one member, newest first: money, network, moderation. */
export function Timeline({ items }: { items: Moment[] }) {
  return <ol className="timeline">{items.map((item, at) => <Row key={`${item.at} ${item.kind} ${at}`} moment={item} />)}</ol>;
}

function Row({ moment }: { moment: Moment }) {
  const [tone, icon, sentence] = tell(moment, useLingui().i18n);
  const why = string(moment.detail.reason) ?? string(moment.detail.why);
  return (
    <li>
      <span className={`dot ${tone}`} aria-hidden="true">{icon}</span>
      <div>
        <div>{sentence}</div>
        {why && <div className="soft">“{why}”</div>}
        <small><When at={moment.at} /></small>
      </div>
    </li>
  );
}

function tell({ kind, detail, part }: Moment, i18n: I18n): [Tone, ReactNode, ReactNode] {
  const size = 15;
  const id = string(detail.id) ?? '';
  if (part === 'billing' && kind === 'invoice') {
    const number = string(detail.number) ?? '';
    return ['info', <IconReceipt2 key="i" size={size} />, <Trans key="s">Invoice <Link to="/invoices/$invoiceId" params={{ invoiceId: id }}>{number}</Link> over <Amount of={money(detail.total)} /></Trans>];
  }
  if (part === 'billing' && kind === 'payment') return ['ok', <IconCoins key="i" size={size} />, <Trans key="s">Paid <Amount of={money(detail.amount)} /></Trans>];
  if (part === 'abuse' && kind === 'case') {
    const category = i18n._(categoryName(string(detail.category) ?? ''));
    return ['warn', <IconScale key="i" size={size} />, <Trans key="s">Subject of <Link to="/cases/$caseId" params={{ caseId: id }}>a case</Link> ({category})</Trans>];
  }
  if (kind === 'mail') {
    const notice = <NoticeName notice={string(detail.notice) ?? ''} />;
    const state = string(detail.state);
    const lost = state === 'failed' || state === 'doubtful' || state === 'unaddressed' || state === 'dropped';
    return [lost ? 'warn' : 'quiet', <IconMail key="i" size={size} />, <span key="s">{state === 'sent' ? <Trans>Mail: {notice}</Trans> : lost ? <Trans>Mail that may not have arrived: {notice}</Trans> : <Trans>Mail that waits: {notice}</Trans>}</span>];
  }
  const plan = string(detail.planCode) ?? '';
  switch (kind) {
    case 'founded': return ['ok', <IconCheck key="i" size={size} />, <Trans key="s">Founded the co-op</Trans>];
    case 'applied': return ['info', <IconUserPlus key="i" size={size} />, <Trans key="s">Applied to join</Trans>];
    case 'appliedAgain': return ['info', <IconUserPlus key="i" size={size} />, <Trans key="s">Applied once more with the same e-mail address</Trans>];
    case 'takenIn': return ['ok', <IconCheck key="i" size={size} />, <Trans key="s">Came from another register <Details of={{ joinedOn: detail.on }} /></Trans>];
    case 'approved': return ['ok', <IconCheck key="i" size={size} />, <Trans key="s">Became a member</Trans>];
    case 'refused': return ['bad', <IconBan key="i" size={size} />, <Trans key="s">Application refused</Trans>];
    case 'paused': case 'pause': return ['quiet', <IconPlayerPause key="i" size={size} />, <Trans key="s">Membership paused</Trans>];
    case 'resumed': case 'resume': return ['ok', <IconCheck key="i" size={size} />, <Trans key="s">Membership resumed</Trans>];
    case 'left': case 'leave': return ['quiet', <IconDoorExit key="i" size={size} />, <Trans key="s">Left the co-op</Trans>];
    case 'rejoins': return ['info', <IconUserPlus key="i" size={size} />, <Trans key="s">Applied to join again</Trans>];
    case 'siteMoved': return ['info', <IconHome2 key="i" size={size} />, <Trans key="s">Moves to another place <Details of={{ on: detail.on }} /></Trans>];
    case 'movedIn': return ['info', <IconHome2 key="i" size={size} />, <Trans key="s">Lives at a site of another member <Details of={{ site: detail.site }} /></Trans>];
    case 'movedOut': return ['quiet', <IconHome2 key="i" size={size} />, <Trans key="s">Does not live there any more <Details of={{ site: detail.site }} /></Trans>];
    case 'viewed': return ['quiet', <IconEye key="i" size={size} />, <Trans key="s">Somebody of the board saw what they see: <MemberName id={string(detail.by) ?? ''} /></Trans>];
    case 'rolesChanged': return ['info', <IconUserPlus key="i" size={size} />, <Trans key="s">Roles changed <Details of={detail} /></Trans>];
    case 'nameDisputed': return ['warn', <IconFlag3 key="i" size={size} />, <Trans key="s">Their name is disputed <Details of={{ name: detail.label }} /></Trans>];
    case 'nameKept': return ['ok', <IconCheck key="i" size={size} />, <Trans key="s">Their name stays, the board decided <Details of={{ name: detail.label }} /></Trans>];
    case 'nameTakenAway': return ['warn', <IconBan key="i" size={size} />, <Trans key="s">Their name was taken away by the board <Details of={{ name: detail.label }} /></Trans>];
    case 'siteAdded': return ['quiet', <IconHome2 key="i" size={size} />, <Trans key="s">A site was added</Trans>];
    case 'subscribed': return ['quiet', <IconHome2 key="i" size={size} />, <Trans key="s">A site is on plan {plan} <Details of={{ effectiveOn: detail.effectiveOn }} /></Trans>];
  }
  const icon = /node|attach/i.test(kind) ? <IconRouter key="i" size={size} /> : /sanction|decision|measure/i.test(kind) ? <IconGavel key="i" size={size} /> : <IconPoint key="i" size={size} />;
  return [/overdue|sanction|revoked/i.test(kind) ? 'bad' : 'quiet', icon, <span key="s">{words(kind)} <Details of={detail} /></span>];
}

/** Values of a moment that read as words; identifiers stay out of sight. */
function Details({ of }: { of: Record<string, unknown> }) {
  const { i18n } = useLingui();
  const shown = Object.entries(of)
    .filter(([name, value]) => (typeof value === 'string' || typeof value === 'number') && value !== '' && !/(^|[a-z])id$/i.test(name) && name !== 'reason' && name !== 'why' && !/^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(String(value)))
    .map(([name, value]) => `${words(name).toLowerCase()}: ${/^\d{4}-\d{2}-\d{2}(T|$)/.test(String(value)) ? absolute(String(value), i18n.locale) : String(value)}`);
  return shown.length ? <span className="soft">– {shown.join(', ')}</span> : null;
}
