import { Skeleton } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemNotice } from './notice';

/** Grey lines where text will be. */
export function Lines({ count = 4 }: { count?: number }) {
  return (
    <div role="status" className="stack" style={{ gap: '0.6rem' }}>
      <span className="hidden-field"><Trans>Loading</Trans></span>
      {Array.from({ length: count }, (_, at) => <Skeleton key={at} height={14} width={`${92 - ((at * 17) % 45)}%`} />)}
    </div>
  );
}

/** Waits, fails or shows. What was loaded before stays visible while a refresh fails. */
export function Loaded<T>({ query, lines, children }: { query: UseQueryResult<T>; lines?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) {
    return <>{query.isError && <ProblemNotice error={query.error} retry={() => void query.refetch()} />}{children(query.data)}</>;
  }
  if (query.isError) return <ProblemNotice error={query.error} retry={() => void query.refetch()} />;
  return <Lines count={lines} />;
}
