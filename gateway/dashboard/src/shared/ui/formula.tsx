import type { ReactNode } from 'react';

/** One figure of a formula, with what it is. */
export function Term({ value, what, result }: { value: ReactNode; what: ReactNode; result?: boolean }) {
  return <span className={result ? 'term result' : 'term'}><b className="num">{value}</b><small>{what}</small></span>;
}

export const Sign = ({ of }: { of: string }) => <span className="sign">{of}</span>;
