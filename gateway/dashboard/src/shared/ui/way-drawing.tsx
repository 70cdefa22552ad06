import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { get, type Page } from '../api';
import { near, waysOf, type Part, type Step } from './way';
import './way.css';

const HASH = /^[0-9a-f]{64}$/;
const SHORT = 12;
const [THIN, THICK] = [2, 14];

/** The way of one's traffic, link by link to the gateway: as thick as the part of each link that one pays. */
export function WayDrawing({ parts }: { parts: Part[] }) {
  const { t } = useLingui();
  const { ways } = waysOf(parts);
  const hashes = ways.some((way) => way.some((step) => HASH.test(step.from)));
  const names = useQuery({
    queryKey: ['nodes', 'names', 'way'], enabled: hashes, staleTime: 60_000,
    queryFn: ({ signal }) => get<Page<{ nodeId?: string | null; name: string }>>('/api/nodes?limit=200', signal).then((page) => new Map(page.items.flatMap((node) => (node.nodeId ? [[node.nodeId, node.name] as const] : [])))),
  }).data;
  if (ways.length === 0) return null;
  const most = Math.max(...ways.flat().map((step) => near(step.share)), Number.EPSILON);
  const name = (node: string) => (HASH.test(node) ? names?.get(node) ?? node.slice(0, SHORT) : node);
  return <div className="ways">{ways.map((way, at) => <Way key={at} way={way} most={most} name={name} label={ways.length > 1 ? t`Way ${at + 1}` : t`The way of your traffic`} />)}</div>;
}

function Way({ way, most, name, label }: { way: Step[]; most: number; name: (node: string) => string; label: string }) {
  const { i18n } = useLingui();
  return (
    <ol className="way" aria-label={label}>
      <li><span className="way-stop own" aria-hidden="true" /><b>{name(way[0]!.from)}</b></li>
      {way.map((step, at) => {
        const share = i18n.number(near(step.share), { maximumFractionDigits: 4 });
        const whole = i18n.number(near(step.cost), { maximumFractionDigits: 4 });
        return (
          <li key={at}>
            <span className="way-line" aria-hidden="true"><span style={{ width: `${THIN + (THICK - THIN) * (near(step.share) / most)}px` }} /></span>
            <span className="way-told"><b className="num">{share}</b> <Trans>of <span className="num">{whole}</span></Trans><small><Plural value={step.sharers} one="yours alone" other="shared by #" /></small></span>
            <span className={at === way.length - 1 ? 'way-stop end' : 'way-stop'} aria-hidden="true" /><b>{name(step.to)}</b>
          </li>
        );
      })}
    </ol>
  );
}
