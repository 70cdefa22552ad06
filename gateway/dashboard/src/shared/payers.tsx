import { queryOptions, useQuery } from '@tanstack/react-query';
import { get, segment } from './api';

/** Who pays: a person or an organisation, not always a member. */
export interface Payer {
  id: string;
  name: string;
  email?: string | null;
  address?: string | null;
}

export const payerQuery = (id: string) => queryOptions({ queryKey: ['payer', id], queryFn: ({ signal }) => get<Payer>(`/api/payers/${segment(id)}`, signal), staleTime: 300_000 });

/** The payer's name where it may be read, else the start of the id. */
export function PayerName({ id, name }: { id: string; name?: string | null }) {
  const payer = useQuery({ ...payerQuery(id), enabled: !name, retry: false });
  return <>{name ?? payer.data?.name ?? <span className="mono soft">{id.slice(0, 8)}</span>}</>;
}
