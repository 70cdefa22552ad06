import { Trans, useLingui } from '@lingui/react/macro';
import { absolute } from '../time';

/** Words of a service that no catalogue knows: English, and shown as they are. */
export const Told = ({ of }: { of: string | null | undefined }) => (of ? <span lang="en" dir="auto">{of}</span> : null);

/** Why somebody may do on the mesh what they may: known words in the reader's language, others as they are told. */
export function AccessWhy({ why }: { why: string }) {
  const { i18n } = useLingui();
  const since = /^overdue since (\d{4}-\d{2}-\d{2})(, in grace)?$/.exec(why);
  if (since) {
    const day = absolute(since[1]!, i18n.locale);
    return since[2] ? <Trans>overdue since {day}, in grace</Trans> : <Trans>overdue since {day}</Trans>;
  }
  switch (why.replace(/^sanction: /, '')) {
    case 'good standing': return <Trans>good standing</Trans>;
    case 'not approved yet': return <Trans>not approved yet</Trans>;
    case 'membership paused': return <Trans>membership paused</Trans>;
    case 'membership ended': return <Trans>membership ended</Trans>;
    case 'application refused': return <Trans>application refused</Trans>;
    case 'nobody answers for the site': return <Trans>nobody answers for the site</Trans>;
    case 'node revoked': return <Trans>node revoked</Trans>;
    case 'node banned': return <Trans>node banned</Trans>;
    case 'spend cap reached': return <Trans>spend cap reached</Trans>;
    case 'wallet empty': return <Trans>wallet empty</Trans>;
    case 'warning': return <Trans>a warning by the moderators</Trans>;
    case 'slow lane': return <Trans>slow lane by the moderators</Trans>;
    case 'suspension': return <Trans>suspended by the moderators</Trans>;
    case 'ban': return <Trans>banned by the moderators</Trans>;
    default: return <Told of={why} />;
  }
}
