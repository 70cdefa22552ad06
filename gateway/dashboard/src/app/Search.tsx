import { Kbd } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconMap2, IconSearch } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useSession } from '@/shared/session';
import type { PlaceOf } from './Palette';
import { usePlaces } from './shell';

const Palette = lazy(() => import('./Palette'));
const APPLE = /Mac|iPhone|iPad/;

/** The search from anywhere: by its keys, or by the button in the menu. */
export default function Search() {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const [slot, setSlot] = useState<Element | null>(null);
  useEffect(() => setSlot(document.getElementById('search-slot')), []);
  useHotkeys([['mod+K', () => setOpen(true)]], []);
  return <>
    {slot && createPortal(<button type="button" className="search-button" onClick={() => setOpen(true)} aria-keyshortcuts="Control+K Meta+K"><IconSearch size={16} aria-hidden="true" /><span><Trans>Search</Trans></span><Kbd size="xs" aria-hidden="true">{APPLE.test(navigator.platform) ? '⌘K' : t`Ctrl K`}</Kbd></button>, slot)}
    {open && <Suspense><Pages close={() => setOpen(false)} /></Suspense>}
  </>;
}

/** Every page of the menu, and those that stand behind another. */
function Pages({ close }: { close: () => void }) {
  const { t } = useLingui();
  const { has } = useSession();
  const names: Record<string, string> = {
    '/home': t`What needs me`, '/members': t`Members`, '/assembly': t`Assembly`, '/nodes': t`Nodes`, '/outages': t`Outages`, '/cases': t`Cases`, '/bans': t`Bans`, '/invoices': t`Invoices`, '/bank': t`Reconciliation`, '/direct-debit': t`Direct debit`,
    '/providers': t`Payment providers`, '/tools': t`Other tools`, '/reminders': t`Reminders`, '/mail': t`Mail`, '/treasury': t`Treasury`, '/cost-pools': t`Shared costs`, '/payroll': t`Moderators’ pay`, '/plans': t`Plans`, '/my': t`My connection`, '/names': t`Names`, '/report': t`Report abuse`, '/transparency': t`Transparency`,
  };
  const listed = usePlaces().flatMap((group) => group.places).map((place): PlaceOf => ({ to: place.to, icon: place.icon, name: place.name, text: names[place.to] ?? '' }));
  const behind: [string, string, boolean][] = [
    ['/mesh', t`Graph of the mesh`, true], ['/links', t`Links`, has('network', 'treasurer', 'board')], ['/feeds', t`Feeds`, has('board')], ['/nodes/keys', t`Keys`, has('board')], ['/members/import', t`Members from a file`, has('board')], ['/members/circulars', t`Letters to many`, has('board', 'network')], ['/cases/appeals', t`Appeals`, has('moderator', 'board')], ['/cases/workload', t`Workload`, has('moderator', 'board')], ['/bans/lists', t`Outside lists`, has('moderator', 'board')],
    ['/accounts', t`Accounts`, has('treasurer', 'board')], ['/treasury/books', t`Open books`, true], ['/vat', t`VAT`, has('treasurer', 'board')], ['/parts', t`Payment in parts`, has('treasurer', 'board')], ['/simulations', t`Simulations`, true], ['/implausible', t`Implausible reports`, has('network', 'treasurer', 'board')], ['/failed-messages', t`Failed messages`, has('board')],
    ['/my/usage', t`My usage`, true], ['/my/spending', t`My spending`, true], ['/my/names', t`My names`, true], ['/my/data', t`My data`, true], ['/my/cases', t`Cases about me`, true], ['/my/autopay', t`Pay by itself`, true],
  ];
  return <Palette close={close} places={[...listed, ...behind.filter(([, , may]) => may).map(([to, name]): PlaceOf => ({ to, icon: <IconMap2 size={18} />, name, text: name }))]} />;
}
