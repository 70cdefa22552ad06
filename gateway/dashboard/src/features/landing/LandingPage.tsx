import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCoins, IconRouter, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { coopQuery } from '@/shared/coop';
import { SIGN_IN } from '@/shared/session';
import { Notice } from '@/shared/ui/notice';
import './landing.css';

/** What a visitor sees: what this is, how to come in. */
export default function LandingPage() {
  const { t } = useLingui();
  const coop = useQuery(coopQuery).data;
  const { signIn } = useSearch({ strict: false });
  const name = coop?.name ?? t`Our co-op`;
  useEffect(() => { document.title = name; }, [name]);
  return (
    <div className="landing">
      {signIn === 'failed' && <Notice tone="bad" live title={t`Signing in did not work`}><Trans>Please try again. If it goes on, ask your board.</Trans></Notice>}
      <section className="hero">
        <div>
          <h1><Trans>The Internet of our neighbourhood, owned by us.</Trans></h1>
          <p><Trans>{name} is run by the people who use it. We share the lines, the costs and the decisions.</Trans></p>
          <div className="hero-actions">
            <Button size="md" component={Link} to="/join"><Trans>Become a member</Trans></Button>
            <Button size="md" variant="default" component="a" href={SIGN_IN}><Trans>Sign in</Trans></Button>
          </div>
        </div>
        <MeshPicture />
      </section>
      <ul className="promises">
        <li><IconRouter aria-hidden="true" /><div><h2><Trans>Your node, your neighbours</Trans></h2><p><Trans>Put up a box, connect it with one code, and carry traffic for each other. The local mesh is free.</Trans></p></div></li>
        <li><IconCoins aria-hidden="true" /><div><h2><Trans>A bill you can check</Trans></h2><p><Trans>Every line leads to what your node counted and signed. The books are open to all members.</Trans></p></div></li>
        <li><IconShieldCheck aria-hidden="true" /><div><h2><Trans>Rules that bind us all</Trans></h2><p><Trans>Reports are answered, bans end on a date, and nobody reads your traffic.</Trans></p></div></li>
      </ul>
      <p className="landing-foot"><Trans>Trouble from one of our addresses? <Link to="/report">Report abuse</Link>, with or without your name.</Trans> <Trans>What becomes of it, in figures: <Link to="/transparency">Transparency</Link>.</Trans></p>
    </div>
  );
}

/** Houses and lines between them; two of the houses lead out. */
function MeshPicture() {
  const dots: [number, number, boolean?][] = [[60, 92], [142, 40, true], [230, 84], [314, 38], [372, 128, true], [276, 178], [176, 158], [84, 200], [190, 246], [330, 246]];
  const lines = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [6, 0], [0, 7], [7, 8], [8, 6], [6, 2], [2, 5], [5, 9], [9, 4], [8, 9]];
  return (
    <svg className="mesh-picture" viewBox="0 0 430 290" aria-hidden="true">
      {lines.map(([a, b], at) => {
        const [x1, y1] = dots[a!]!;
        const [x2, y2] = dots[b!]!;
        return <line key={at} x1={x1} y1={y1} x2={x2} y2={y2} />;
      })}
      {[[0, 1], [4, 5], [8, 9], [2, 5]].map(([a, b], at) => {
        const [x1, y1] = dots[a!]!;
        const [x2, y2] = dots[b!]!;
        return <line key={at} className="flow" style={{ animationDelay: `${at * -0.7}s` }} x1={x1} y1={y1} x2={x2} y2={y2} />;
      })}
      {dots.map(([x, y, gateway], at) => (
        <g key={at} transform={`translate(${x} ${y})`} className={gateway ? 'house out' : 'house'}>
          <circle r="21" />
          <path d="M-9 1.5 0-7.5 9 1.5M-6.5-.5V8h13V-.5" />
        </g>
      ))}
    </svg>
  );
}
