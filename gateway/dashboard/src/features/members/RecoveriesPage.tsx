import { Button, NumberInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { MemberName } from '@/shared/members';
import { useSession } from '@/shared/session';
import { DialogButton, onSubmit, useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Empty, Facts, Page, Panel } from '@/shared/ui/page';
import { Pill } from '@/shared/ui/status';
import { DataTable, type Column } from '@/shared/ui/table';
import { When } from '@/shared/ui/values';
import { approveRecovery, recoveriesQuery, recoveryCode, sayDelay, stopRecovery, type Recoveries, type Recovery, type RecoveryCode } from './recoveries-api';

const OVER = ['done', 'stopped', 'lapsed'];

/** Members who lost every way in: who approves, what waits, and the code at the end. */
export default function RecoveriesPage() {
  const { t } = useLingui();
  const query = useQuery(recoveriesQuery);
  return (
    <Page title={t`Recoveries`} crumb={{ to: '/members', label: t`Members` }}
      lead={<Trans>Who has lost password, passkeys and mail is let in again by two of the board. See the person before you approve; open one on the member’s page.</Trans>}>
      <Loaded query={query} lines={6}>{(all) => <All of={all} />}</Loaded>
    </Page>
  );
}

function All({ of }: { of: Recoveries }) {
  const { t } = useLingui();
  const going = of.items.filter((one) => !OVER.includes(one.state));
  const over = of.items.filter((one) => OVER.includes(one.state));
  const columns: Column<Recovery>[] = [
    { id: 'name', head: t`Member`, cell: (row) => <Link to="/members/$memberId" params={{ memberId: row.memberId }}>{row.name}</Link> },
    { id: 'state', head: t`State`, cell: (row) => <State of={row} /> },
    { id: 'approvals', head: t`Approved by`, cell: (row) => row.approvals.map((one, at) => <span key={one.by}>{at > 0 && ', '}<MemberName id={one.by} /></span>) },
    { id: 'ended', head: t`Ended`, cell: (row) => <><When at={row.endedAt} />{row.endedBy && <small><Trans>by <MemberName id={row.endedBy} /></Trans></small>}</> },
    { id: 'reason', head: t`Reason`, cell: (row) => <span className="long">{row.reason}</span> },
  ];
  return <>
    {going.length === 0 && <Empty icon={<IconKey size={30} />} title={t`Nobody is locked out`}><Trans>Who asks at the sign-in page, or for whom you open one, stands here.</Trans></Empty>}
    {going.map((one) => <Going key={one.id} of={one} delayHours={of.delayHours} />)}
    <Panel title={t`The delay`} lead={t`So long everybody who is concerned can stop it after the second approval.`}
      actions={<DialogButton label={<Trans>Change the delay</Trans>} size="compact-sm" title={t`Change the delay`}>{(close) => <DelayForm of={of} close={close} />}</DialogButton>}>
      <p style={{ margin: 0 }}><Trans>{of.delayHours} hours, for what is approved from now on.</Trans></p>
    </Panel>
    {over.length > 0 && <Panel title={t`Over`} flush><DataTable caption={t`Recoveries that are over`} columns={columns} rows={over} id={(row) => row.id} empty={null} /></Panel>}
  </>;
}

function State({ of }: { of: Recovery }) {
  switch (of.state) {
    case 'asked': return <Pill tone="warn"><Trans>Asked for</Trans></Pill>;
    case 'approved-once': return <Pill tone="warn"><Trans>Approved once</Trans></Pill>;
    case 'waiting': return <Pill tone="info"><Trans>Waiting</Trans></Pill>;
    case 'due': return <Pill tone="info"><Trans>Ready for a code</Trans></Pill>;
    case 'done': return <Pill tone="ok"><Trans>Done</Trans></Pill>;
    case 'stopped': return <Pill tone="bad"><Trans>Stopped</Trans></Pill>;
    case 'lapsed': return <Pill tone="quiet"><Trans>Lapsed</Trans></Pill>;
    default: return <Pill tone="quiet">{of.state}</Pill>;
  }
}

function Going({ of, delayHours }: { of: Recovery; delayHours: number }) {
  const { t } = useLingui();
  const { memberId } = useSession();
  const refresh = [['recoveries']];
  const approve = useAction<void, Recovery>({ run: () => approveRecovery(of.id), refresh, said: (now) => (now.state === 'waiting' ? t`Both have approved; the delay has begun` : t`Approved; another board member has to as well`) });
  const stop = useAction<void, Recovery>({ run: () => stopRecovery(of.id), refresh, said: () => t`It was stopped` });
  const code = useAction<void, RecoveryCode>({ run: () => recoveryCode(of.id), refresh });
  const own = of.memberId === memberId;
  const approved = of.approvals.some((one) => one.by === memberId);
  const open = of.state === 'asked' || of.state === 'approved-once';
  return (
    <Panel title={of.name} actions={<>
      {open && !own && !approved && <Button size="compact-sm" loading={approve.busy} onClick={() => approve.run()} aria-label={t`Approve the recovery of ${of.name}`}><Trans>Approve</Trans></Button>}
      {of.state === 'due' && !own && <Button size="compact-sm" loading={code.busy} onClick={() => code.run()} aria-label={t`Make a code for ${of.name}`}><Trans>Make a code</Trans></Button>}
      <Button size="compact-sm" variant="default" color="red" loading={stop.busy} onClick={() => stop.run()} aria-label={t`Stop the recovery of ${of.name}`}><Trans>Stop it</Trans></Button>
    </>}>
      {code.output && <Notice tone="ok" live title={t`Hand this over, to nobody else`}>
        <p className="mono" style={{ fontSize: '1.1rem', overflowWrap: 'anywhere' }}>{code.output.code}</p>
        <p><Trans>It is shown this once, and works once at {window.location.origin + code.output.page}, until <When at={code.output.expiresAt} first="absolute" />.</Trans></p>
      </Notice>}
      <Facts items={[
        [t`Member`, <Link key="member" className="quiet-link" to="/members/$memberId" params={{ memberId: of.memberId }}>{of.name}</Link>],
        [t`State`, <State key="state" of={of} />],
        [t`Asked for`, <When key="opened" at={of.openedAt} />],
        [t`Opened by`, of.openedBy ? <MemberName key="by" id={of.openedBy} /> : t`somebody at the sign-in page`],
        [t`Reason`, of.reason],
        [t`Approved by`, of.approvals.length > 0 && of.approvals.map((one, at) => <span key={one.by}>{at > 0 && ', '}<MemberName id={one.by} /></span>)],
        [t`Delay is over`, of.dueAt && <When key="due" at={of.dueAt} first="absolute" />],
        [t`Code made`, of.codeAt && <When key="code" at={of.codeAt} />],
      ]} />
      {open && own && <p className="soft"><Trans>This is your own account: others decide.</Trans></p>}
      {open && approved && <p className="soft"><Trans>You have approved. Another board member has to as well; then it waits {delayHours} hours.</Trans></p>}
      <ProblemNotice error={approve.error ?? stop.error ?? code.error} />
    </Panel>
  );
}

function DelayForm({ of, close }: { of: Recoveries; close: () => void }) {
  const { t } = useLingui();
  const [hours, setHours] = useState<number | string>(of.delayHours);
  const action = useAction({ run: () => sayDelay(Number(hours)), refresh: [['recoveries']], said: () => t`The delay is changed`, done: close });
  return (
    <form className="form" onSubmit={onSubmit(() => action.run(undefined))}>
      <p><Trans>A long delay gives whoever is told more time to stop what they did not ask for; who waits cannot sign in meanwhile.</Trans></p>
      <NumberInput required label={t`Hours`} description={t`${of.delayHoursMin} to ${of.delayHoursMax}`} min={of.delayHoursMin} max={of.delayHoursMax} clampBehavior="none" allowDecimal={false} value={hours} onChange={setHours} error={action.fieldError('hours')} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Change the delay</Trans></Button></div>
    </form>
  );
}
