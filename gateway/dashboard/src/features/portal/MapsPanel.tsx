import { Switch } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useAction } from '@/shared/ui/action';
import { ProblemNotice } from '@/shared/ui/notice';
import { Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { openToMaps, type Me } from './portal-api';

/** Whether everybody may see my sites on maps: off until I say so, and off again whenever I say so. */
export function MapsPanel({ sites }: { sites: Me['sites'] }) {
  const { t } = useLingui();
  if (sites.length === 0) return null;
  return (
    <Panel title={t`Public maps`} lead={t`If you switch it on, everybody sees where the site is to about 100 m, the names of its nodes and how many clients they have. Never your name, mail, phone or street.`}>
      <ul className="plain">{sites.map((site) => <li key={site.id}><SiteSwitch site={site} /></li>)}</ul>
    </Panel>
  );
}

function SiteSwitch({ site }: { site: Me['sites'][number] }) {
  const { t } = useLingui();
  const action = useAction({ run: (open: boolean) => openToMaps(site.id, open), refresh: [['me']], said: (_, open) => (open ? t`${site.name} is on public maps` : t`${site.name} is on no public map`) });
  return <>
    <Switch label={t`Show ${site.name} on public maps`} checked={Boolean(site.publicSince)} disabled={action.busy} onChange={(event) => action.run(event.currentTarget.checked)} />
    {site.publicSince && <small className="soft"><Trans>since <When at={site.publicSince} /></Trans></small>}
    <ProblemNotice error={action.error} />
  </>;
}
