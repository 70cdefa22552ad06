import { Tooltip } from '@mantine/core';
import { useLingui } from '@lingui/react';
import { useEffect, useReducer } from 'react';
import { formatBytes } from '../bytes';
import { formatMoney, type Money } from '../money';
import { absolute, exact, relative } from '../time';

/** A moment, told from now and exactly. {@code plain} leaves out the relative part. */
export function When({ at, plain, first = 'relative' }: { at: string | null | undefined; plain?: boolean; first?: 'relative' | 'absolute' }) {
  const { i18n } = useLingui();
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, 10_000);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <span className="soft nothing">–</span>;
  const told = absolute(at, i18n.locale);
  const near = relative(at, i18n.locale);
  return (
    <Tooltip label={exact(at, i18n.locale)}>
      <time dateTime={at} className="when">
        <span className="num">{plain || first === 'absolute' ? told : near}</span>
        {!plain && <> <small className="soft num">{first === 'relative' ? told : near}</small></>}
      </time>
    </Tooltip>
  );
}

/** Money, exactly; rounded to cents where only a glance is wanted. */
export function Amount({ of, signed, cents }: { of: Money | null | undefined; signed?: boolean; cents?: boolean }) {
  const { i18n } = useLingui();
  return of ? <span className="num">{formatMoney(of, i18n.locale, { signed, cents })}</span> : <span className="soft nothing">–</span>;
}

export function Bytes({ of }: { of: number | null | undefined }) {
  const { i18n } = useLingui();
  return of === null || of === undefined ? <span className="soft nothing">–</span> : <span className="num fresh" key={of}>{formatBytes(of, i18n.locale)}</span>;
}

export const Nothing = () => <span className="soft nothing">–</span>;
