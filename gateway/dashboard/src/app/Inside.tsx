import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ADMIN_ROLES, useSession } from '@/shared/session';
import { listen } from './live';
import Search from './Search';

/** What a page has once somebody is signed in: the search, and for who works for the co-op what changes as it does. */
export default function Inside() {
  const { has } = useSession();
  const client = useQueryClient();
  const works = has(...ADMIN_ROLES);
  useEffect(() => (works ? listen(client) : undefined), [works, client]);
  return <Search />;
}
