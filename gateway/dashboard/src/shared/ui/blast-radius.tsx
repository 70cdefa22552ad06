import { Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Trans, Plural, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { blastRadiusQuery, type Target } from '../abuse';
import { Notice, ProblemNotice } from './notice';

/** Before a ban: how many people it would hit, and whether a rule forbids it. */
export function BlastRadiusPreview({ target }: { target: Target }) {
  const { t, i18n } = useLingui();
  const [value] = useDebouncedValue(target.value.trim(), 400);
  const query = useQuery(blastRadiusQuery({ kind: target.kind, value }));
  if (value === '') return <p className="soft" style={{ margin: 0 }}><Trans>Fill in the target to see what the ban would hit.</Trans></p>;
  if (query.isPending) return <Skeleton height={48} />;
  if (query.isError) return <ProblemNotice error={query.error} />;
  const { members, attachments, addresses, refused } = query.data;
  if (refused) return <Notice tone="bad" live title={t`This target may not be banned`}>{refused.why}</Notice>;
  const count = addresses >= 2 ** 53 - 1 ? t`more than nine quadrillion` : i18n.number(addresses);
  return (
    <Notice tone={members > 1 ? 'warn' : 'info'} live title={members === 0 ? t`No member of ours is hit` : <Plural value={members} one="# member is hit" other="# members are hit" />}>
      <Plural value={attachments} one="# attachment" other="# attachments" />, <Trans>{count} addresses.</Trans>{members > 1 && <> <Trans>Think of the neighbours behind the same addresses.</Trans></>}
    </Notice>
  );
}
