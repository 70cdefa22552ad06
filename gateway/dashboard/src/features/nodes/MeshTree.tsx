import { Button } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { IconAffiliate } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Empty, Panel } from '@/shared/ui/page';
import { LivePill } from '@/shared/ui/states';
import { Pill } from '@/shared/ui/status';
import { isWanted, type Dot, type Mesh, type Wanted } from './mesh-data';
import { Ways } from './MeshSheet';

const SHOWN = 40;

/** Site, node, links: the whole graph without a picture, for small screens and for who cannot see it. */
export function MeshTree({ mesh, wanted, picked, pick }: { mesh: Mesh; wanted: Wanted; picked: string | null; pick: (key: string) => void }) {
  const { t } = useLingui();
  const [more, setMore] = useState(1);
  const groups = useMemo(() => {
    const bySite = new Map<number, Dot[]>();
    for (const dot of mesh.dots) if (isWanted(mesh, dot, wanted)) bySite.set(dot.site, [...(bySite.get(dot.site) ?? []), dot]);
    const name = (site: number) => mesh.spots[site]?.name || bySite.get(site)![0]!.name;
    const down = (site: number) => bySite.get(site)!.filter((dot) => dot.live === 'down').length;
    return [...bySite].map(([site, dots]) => ({ site, dots, down: down(site), name: site < 0 ? '' : name(site) })).sort((a, b) => Number(a.site < 0) - Number(b.site < 0) || b.down - a.down || a.name.localeCompare(b.name));
  }, [mesh, wanted]);
  const narrow = Boolean(wanted.q) && groups.length <= 3;
  return (
    <Panel title={t`Sites and their nodes`} lead={t`Sites with a node that is down come first.`} flush>
      {groups.length === 0 ? <Empty icon={<IconAffiliate size={30} />} title={t`No such node`}><Trans>Try fewer letters.</Trans></Empty> : (
        <ul className="mesh-tree">
          {groups.slice(0, SHOWN * more).map((group) => (
            <li key={group.site}>
              <details open={narrow || group.dots.some((dot) => dot.key === picked) || undefined}>
                <summary><b>{group.site < 0 ? <Trans>Elsewhere</Trans> : group.name}</b> <small><Plural value={group.dots.length} one="# node" other="# nodes" /></small>{group.down > 0 && <Pill tone="bad"><Plural value={group.down} one="# down" other="# down" /></Pill>}</summary>
                <ul>{group.dots.slice(0, SHOWN).map((dot) => <Branch key={dot.key} mesh={mesh} dot={dot} open={dot.key === picked} pick={pick} />)}{group.dots.length > SHOWN && <li className="soft"><Trans>and {group.dots.length - SHOWN} more: search for them</Trans></li>}</ul>
              </details>
            </li>
          ))}
        </ul>
      )}
      {groups.length > SHOWN * more && <div style={{ padding: '0.7rem 1.1rem' }}><Button variant="default" size="xs" onClick={() => setMore(more + 1)}><Trans>Show more</Trans></Button></div>}
    </Panel>
  );
}

function Branch({ mesh, dot, open, pick }: { mesh: Mesh; dot: Dot; open: boolean; pick: (key: string) => void }) {
  const [seen, setSeen] = useState(open);
  return (
    <li>
      <details open={open || undefined} onToggle={(event) => setSeen(event.currentTarget.open)}>
        <summary><span className={`mesh-mark ${dot.live}${dot.gateway ? ' gateway' : ''}`} aria-hidden="true" /><span>{dot.name}</span> <LivePill live={dot.live} />{dot.gateway && <Pill tone="info"><Trans>Gateway</Trans></Pill>}</summary>
        {(seen || open) && <div className="mesh-branch">{dot.id !== '' && <Link to="/nodes/$nodeId" params={{ nodeId: dot.id }} className="quiet-link"><Trans>Open its page</Trans></Link>}<Ways mesh={mesh} at={mesh.of.get(dot.key)!} pick={pick} /></div>}
      </details>
    </li>
  );
}
