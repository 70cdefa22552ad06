import { ActionIcon, Button } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Facts } from '@/shared/ui/page';
import { LivePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { When } from '@/shared/ui/values';
import type { Dot, Mesh, Vertex } from './mesh-data';
import { Quality, Rate } from './mesh-words';
import { nodeQuery } from './nodes-api';

const LINKS_MAX = 60;

/** What is known of the one that was picked, and where its links lead. */
export function MeshSheet({ mesh, vertex, site, pick, close, toggleSite }: {
  mesh: Mesh;
  vertex: Vertex | null;
  /** Whether nodes of one site are drawn as one. */
  site: 'one' | 'opened' | null;
  pick: (key: string) => void;
  close: () => void;
  toggleSite: (site: number) => void;
}) {
  const { t } = useLingui();
  if (!vertex) return null;
  const dot = mesh.dots[vertex.dot]!;
  const spot = mesh.spots[vertex.site];
  const together = vertex.count > 1;
  return (
    <section className="mesh-sheet" aria-label={t`The picked node`}>
      <header>
        <div><h3>{vertex.label}</h3>{!together && <span className="toolbar"><LivePill live={dot.live} />{dot.gateway && <Pill tone="info"><Trans>Gateway</Trans></Pill>}</span>}</div>
        <ActionIcon variant="subtle" color="gray" aria-label={t`Close`} onClick={close}><IconX size={18} /></ActionIcon>
      </header>
      {together
        ? <><p><Plural value={vertex.count} one="# node" other="# nodes" /> <Trans>at this site</Trans></p><ul className="mesh-members">{spot?.dots.map((at) => <li key={at}><DotButton dot={mesh.dots[at]!} pick={pick} /></li>)}</ul></>
        : <Known dot={dot} spot={spot?.name || undefined} zone={spot?.zone || undefined} />}
      {spot && spot.dots.length > 1 && site && <Button size="compact-sm" variant="default" onClick={() => toggleSite(vertex.site)}>{site === 'one' ? <Trans>Show its nodes</Trans> : <Trans>Draw the site as one</Trans>}</Button>}
      {!together && <Ways mesh={mesh} at={vertex.dot} pick={pick} />}
    </section>
  );
}

export function DotButton({ dot, pick }: { dot: Dot; pick: (key: string) => void }) {
  return <button type="button" className="mesh-name" onClick={() => pick(dot.key)}><span className={`mesh-mark ${dot.live}${dot.gateway ? ' gateway' : ''}`} aria-hidden="true" />{dot.name} <LiveWord live={dot.live} /></button>;
}

/** Who is not up says so; the rest is quiet. */
function LiveWord({ live }: { live: Dot['live'] }) {
  return live === 'up' ? null : <LivePill live={live} />;
}

function Known({ dot, spot, zone }: { dot: Dot; spot?: string; zone?: string }) {
  const { t } = useLingui();
  const live = useQuery({ ...nodeQuery(dot.id), enabled: dot.id !== '' }).data;
  return (
    <>
      <Facts items={[
        [t`Heard`, live?.lastSeenAt ? <When at={live.lastSeenAt} /> : null],
        [t`Owner`, live ? <Link to="/members/$memberId" params={{ memberId: live.ownerId }} className="quiet-link">{live.ownerName ?? t`Member`}</Link> : null],
        [t`Site`, spot],
        [t`Zone`, zone],
        [t`Clients`, live?.telemetry?.clients ?? null],
        [t`Access list`, live?.accessList?.version ?? null],
        [t`Key`, <span className="mono" key="k">{dot.key}</span>],
      ]} />
      {dot.id !== '' && <div className="toolbar"><Button component={Link} to="/nodes/$nodeId" params={{ nodeId: dot.id } as never} size="compact-sm"><Trans>Open its page</Trans></Button>{live?.nodeId && <Button component={Link} to="/links" search={{ nodeId: live.nodeId } as never} size="compact-sm" variant="default"><Trans>Counted bytes</Trans></Button>}</div>}
    </>
  );
}

/** The links of a node, the other end by name, each direction apart. */
export function Ways({ mesh, at, pick }: { mesh: Mesh; at: number; pick: (key: string) => void }) {
  const ways = mesh.wiresOf[at]!;
  if (ways.length === 0) return <p className="soft"><Trans>No links seen</Trans></p>;
  return (
    <ul className="mesh-ways">
      {ways.slice(0, LINKS_MAX).map((number) => {
        const wire = mesh.wires[number]!;
        const there = wire.low === at;
        const [out, into] = there ? [wire.there, wire.back] : [wire.back, wire.there];
        return (
          <li key={number}>
            <DotButton dot={mesh.dots[there ? wire.high : wire.low]!} pick={pick} />
            {wire.uneven && <> <Pill tone="warn"><Trans>uneven</Trans></Pill></>}
            <small><Trans>there <Rate lane={out} />, <Quality lane={out} /></Trans></small>
            <small><Trans>back <Rate lane={into} />, <Quality lane={into} /></Trans></small>
          </li>
        );
      })}
      {ways.length > LINKS_MAX && <li className="soft"><Trans>and {ways.length - LINKS_MAX} more</Trans></li>}
    </ul>
  );
}
