import { queryOptions, useQuery } from '@tanstack/react-query';
import { carryCsrf, get } from './api';
import { setCoopTime } from './time';
import type { MapGround } from './ui/ground';

export type Role = 'member' | 'treasurer' | 'moderator' | 'network' | 'board';

export interface Session {
  signedIn: boolean;
  memberId?: string | null;
  name?: string | null;
  roles: Role[];
  /** Until when somebody of the board sees what this member sees, by the machine's clock; null where everybody is who they are. */
  viewedUntil?: string | null;
  csrf?: { header: string; token: string } | null;
  /** The co-op's clock, where the gateway tells it. */
  now?: string | null;
  /** What lies beneath maps. */
  map?: MapGround | null;
}

/** Where the browser goes to sign in; the gateway brings it back. */
export const SIGN_IN = '/oauth2/authorization/coopmesh';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session> => {
    const session = await get<Session>('/api/session', signal);
    carryCsrf(session.csrf);
    if (session.now) setCoopTime(session.now);
    return { ...session, roles: session.roles ?? [] };
  },
  staleTime: 60_000,
  refetchInterval: 60_000,
});

const NOBODY: Session = { signedIn: false, roles: [] };

/** Who is looking. Before the gateway has answered: nobody. */
export function useSession(): Session & { has: (...roles: Role[]) => boolean } {
  const session = useQuery(sessionQuery).data ?? NOBODY;
  return { ...session, has: (...roles) => roles.some((role) => session.roles.includes(role)) };
}

/** Roles that work for the co-op, and so have the admin home. */
export const ADMIN_ROLES: Role[] = ['board', 'treasurer', 'moderator', 'network'];
