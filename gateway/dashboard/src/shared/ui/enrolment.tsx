import { Checkbox, Button, NativeSelect, TextInput, Loader } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { get, segment } from '../api';
import { agentConf, claimBox, createNode, prepareBox, type Enrolment, type NewNode } from '../nodes';
import { onSubmit, useAction, useFields } from './action';
import { Code } from './code';
import { Notice, ProblemNotice } from './notice';
import { When } from './values';

/** Code, configuration file, and a line that turns green when the box has come in. */
export function EnrolmentSteps({ id, enrolment }: { id: string; enrolment: Enrolment }) {
  const { t } = useLingui();
  const node = useQuery({
    queryKey: ['node', id, 'arrival'],
    queryFn: ({ signal }) => get<{ state: string; live: string; shortName?: string | null }>(`/api/nodes/${segment(id)}`, signal),
    refetchInterval: 2_000,
  });
  const here = node.data?.state === 'enrolled';
  return (
    <div className="form">
      <p><Trans>Put this file on the box as <span className="mono">/etc/coopmesh/agent.conf</span> and start the agent. The code works once and until <When at={enrolment.expiresAt} />.</Trans></p>
      <Code label={t`agent.conf`}>{agentConf(enrolment)}</Code>
      <p><Trans>Or give the box all of it at once: <span className="mono">node-agent enrol</span> takes this line, pasted or scanned.</Trans></p>
      <Code label={t`Invitation`}>{enrolment.invitation}</Code>
      <Qr drawing={enrolment.qr} label={t`QR code of the invitation`} />
      <p className="soft"><Trans>A box with its own line to the Internet also needs the line <span className="mono">uplink: eth0</span>, with the name of that interface.</Trans></p>
      <div aria-live="polite">
        {here
          ? <div className="notice ok"><IconCircleCheck size={20} aria-hidden="true" /><div><strong><Trans>It is here</Trans></strong><Trans>The box made its own key and is enrolled. <Link to="/nodes/$nodeId" params={{ nodeId: id }}>See it live</Link></Trans></div></div>
          : <div className="notice quiet"><Loader size={18} aria-hidden="true" /><div><strong><Trans>Waiting for the box…</Trans></strong><Trans>This line changes by itself as soon as it calls.</Trans></div></div>}
      </div>
    </div>
  );
}

/** Black on white whatever the theme: that is what cameras read. */
function Qr({ drawing, label }: { drawing: Enrolment['qr']; label: string }) {
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`0 0 ${drawing.side} ${drawing.side}`} shapeRendering="crispEdges">
      <rect width={drawing.side} height={drawing.side} fill="#fff" />
      <path d={drawing.path} fill="#000" />
    </svg>
  );
}

/** A new node of one owner at one of their sites; ends with its code. */
export function AddNode({ owner, sites, close }: { owner: { id: string; name: string }; sites: { id: string; name: string }[]; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ name: '', siteId: sites[0]?.id ?? '', gateway: false });
  const action = useAction<void, NewNode>({ run: () => createNode({ ownerId: owner.id, ...form.values }), refresh: [['nodes'], ['member', owner.id], ['me']] });
  if (action.output) {
    return <><EnrolmentSteps id={action.output.id} enrolment={action.output.enrolment} /><div className="form"><div className="end" style={{ marginTop: '0.9rem' }}><Button onClick={close}><Trans>Done</Trans></Button></div></div></>;
  }
  if (sites.length === 0) return <Notice tone="info" title={t`A site comes first`}><Trans>{owner.name} has no site yet. Add one on the member’s page; a node stands at a site.</Trans></Notice>;
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <TextInput required label={t`Name`} description={t`How people will know it: “Roof of the school”.`} maxLength={80} data-autofocus {...form.text('name', action)} />
      <NativeSelect label={t`Site`} data={sites.map((site) => ({ value: site.id, label: site.name }))} {...form.text('siteId', action)} />
      <Checkbox label={t`It has its own line to the Internet`} description={t`Then it can carry others’ traffic out: a gateway.`} checked={form.values.gateway} onChange={(event) => form.set('gateway', event.currentTarget.checked)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Get the code</Trans></Button></div>
    </form>
  );
}

/** A box that somebody else made ready: the code on its sticker makes it a member’s node. */
export function ClaimBox({ sites, close }: { sites: { id: string; name: string }[]; close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ code: '', siteId: sites[0]?.id ?? '' });
  const action = useAction<void, { id: string }>({ run: () => claimBox(form.values), refresh: [['nodes'], ['me']], said: () => t`The box is yours. Plug it in: it comes in by itself.`, done: close });
  if (sites.length === 0) return <Notice tone="info" title={t`A site comes first`}><Trans>A box stands at a site, and you have none yet.</Trans></Notice>;
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <TextInput required label={t`Code on the sticker`} description={t`26 letters and digits; hyphens and case do not matter.`} maxLength={40} autoComplete="off" data-autofocus {...form.text('code', action)} />
      <NativeSelect label={t`Site`} data={sites.map((site) => ({ value: site.id, label: site.name }))} {...form.text('siteId', action)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Make it mine</Trans></Button></div>
    </form>
  );
}

/** A box for whoever will claim it; ends with what is printed and what is put on the box. */
export function PrepareBox({ close }: { close: () => void }) {
  const { t } = useLingui();
  const form = useFields({ name: '', gateway: false });
  const action = useAction<void, NewNode>({ run: () => prepareBox(form.values) });
  if (action.output) {
    const { enrolment } = action.output;
    return (
      <div className="form">
        <p><Trans>Print this code on the box. Whoever claims it with the code becomes its owner, once, until <When at={enrolment.expiresAt} />. It is not shown again.</Trans></p>
        <Code label={t`Code for the sticker`}>{enrolment.code}</Code>
        <p><Trans>Set the box up with this line. It waits, and comes in as soon as somebody has claimed it.</Trans></p>
        <Code label={t`Invitation`}>{enrolment.invitation}</Code>
        <Qr drawing={enrolment.qr} label={t`QR code of the invitation`} />
        <div className="end"><Button onClick={close}><Trans>Done</Trans></Button></div>
      </div>
    );
  }
  return (
    <form className="form" onSubmit={onSubmit(() => action.run())}>
      <TextInput required label={t`Name`} description={t`How it is called until its owner says otherwise: “Box 17”.`} maxLength={80} data-autofocus {...form.text('name', action)} />
      <Checkbox label={t`It has its own line to the Internet`} description={t`Then it can carry others’ traffic out: a gateway.`} checked={form.values.gateway} onChange={(event) => form.set('gateway', event.currentTarget.checked)} />
      <ProblemNotice error={action.error} />
      <div className="end"><Button variant="default" onClick={close}><Trans>Cancel</Trans></Button><Button type="submit" loading={action.busy}><Trans>Get the code</Trans></Button></div>
    </form>
  );
}
