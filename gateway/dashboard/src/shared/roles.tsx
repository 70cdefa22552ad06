import { Trans } from '@lingui/react/macro';
import type { Role } from './session';

export function RoleName({ role }: { role: Role }) {
  switch (role) {
    case 'member': return <Trans>Member</Trans>;
    case 'treasurer': return <Trans>Treasurer</Trans>;
    case 'moderator': return <Trans>Moderator</Trans>;
    case 'network': return <Trans>Network operator</Trans>;
    case 'board': return <Trans>Board</Trans>;
  }
}
