import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { get, segment } from './api';

const memberNameQuery = (id: string) => queryOptions({ queryKey: ['member-name', id], queryFn: ({ signal }) => get<{ name: string }>(`/api/members/${segment(id)}`, signal), staleTime: 300_000 });

/** The member's name where it may be read, else the start of the id; {@code plain}: where a link would be in the way. */
export function MemberName({ id, plain }: { id: string; plain?: boolean }) {
  const name = useQuery({ ...memberNameQuery(id), retry: false }).data?.name;
  if (name && plain) return <>{name}</>;
  return name ? <Link to="/members/$memberId" params={{ memberId: id }} className="quiet-link">{name}</Link> : <span className="mono soft">{id.slice(0, 8)}</span>;
}
