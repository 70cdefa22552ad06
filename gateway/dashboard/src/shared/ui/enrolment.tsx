import { Checkbox, Button, NativeSelect, TextInput, Loader } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { get, segment } from '../api';
import { agentConf, createNode, type Enrolment, type NewNode } from '../nodes';
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
      <p className="soft"><Trans>A box with its own line to the Internet also needs the line <span className="mono">uplink: eth0</span>, with the name of that interface.</Trans></p>
      <div aria-live="polite">
        {here
          ? <div className="notice ok"><IconCircleCheck size={20} aria-hidden="true" /><div><strong><Trans>It is here</Trans></strong><Trans>The box made its own key and is enrolled. <Link to="/nodes/$nodeId" params={{ nodeId: id }}>See it live</Link></Trans></div></div>
          : <div className="notice quiet"><Loader size={18} aria-hidden="true" /><div><strong><Trans>Waiting for the box…</Trans></strong><Trans>This line changes by itself as soon as it calls.</Trans></div></div>}
      </div>
    </div>
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
