import { ActionIcon, Burger, Button, Tooltip, UnstyledButton, useComputedColorScheme, useDirection, useMantineColorScheme } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import {
  IconAddressBook, IconArrowsLeftRight, IconBan, IconBell, IconBuildingBank, IconCoins, IconCreditCard, IconFlag3, IconGavel, IconHome2, IconLayoutDashboard, IconLogout, IconMail, IconMoon, IconPlugConnected, IconPlugConnectedX, IconReceipt2, IconReportAnalytics, IconRouter, IconScale, IconShieldLock, IconSignature, IconStack2, IconSun, IconUsers, IconUsersGroup,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouterState, type ErrorComponentProps } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { post } from '@/shared/api';
import { coopQuery } from '@/shared/coop';
import { membersCatalogue } from '@/shared/i18n';
import { rememberPlace } from '@/shared/return-to';
import { directionOf } from '@/shared/languages';
import { ADMIN_ROLES, SIGN_IN, sessionQuery, useSession, type Role } from '@/shared/session';
import { Lines } from '@/shared/ui/loaded';
import { ProblemNotice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { LanguageSwitch, useLanguageOnRecord } from '@/shared/ui/language';
import { useProofAsked } from '@/shared/step-up';

const StepUpDialog = lazy(() => import('./StepUpDialog'));
const Inside = lazy(() => import('./Inside'));
const Viewed = lazy(async () => {
  const [banner] = await Promise.all([import('./Viewed'), membersCatalogue()]);
  return banner;
});

export interface Place {
  to: '/home' | '/my' | '/members' | '/nodes' | '/outages' | '/cases' | '/bans' | '/invoices' | '/bank' | '/direct-debit' | '/providers' | '/tools' | '/reminders' | '/mail' | '/treasury' | '/cost-pools' | '/payroll' | '/plans' | '/assembly' | '/names' | '/report' | '/transparency';
  icon: ReactNode;
  name: ReactNode;
  roles?: Role[];
}

/** What only the member may open. */
const NOT_IN_VIEW: Place['to'][] = ['/assembly', '/report'];

export function usePlaces(): { name: ReactNode; key: string; places: Place[] }[] {
  const { has, viewedUntil } = useSession();
  const groups: { name: ReactNode; key: string; places: Place[] }[] = [
    {
      key: 'work', name: <Trans>The co-op</Trans>, places: [
        { to: '/home', icon: <IconLayoutDashboard size={18} />, name: <Trans>What needs me</Trans>, roles: ADMIN_ROLES },
        { to: '/members', icon: <IconUsers size={18} />, name: <Trans>Members</Trans>, roles: ADMIN_ROLES },
        { to: '/assembly', icon: <IconGavel size={18} />, name: <Trans>Assembly</Trans>, roles: ['member'] },
        { to: '/nodes', icon: <IconRouter size={18} />, name: <Trans>Nodes</Trans>, roles: ['board', 'network', 'moderator'] },
        { to: '/outages', icon: <IconPlugConnectedX size={18} />, name: <Trans>Outages</Trans>, roles: ['board', 'network'] },
        { to: '/cases', icon: <IconScale size={18} />, name: <Trans>Cases</Trans>, roles: ['moderator', 'board'] },
        { to: '/bans', icon: <IconBan size={18} />, name: <Trans>Bans</Trans>, roles: ['moderator', 'board', 'network'] },
      ],
    },
    {
      key: 'money', name: <Trans>Money</Trans>, places: [
        { to: '/invoices', icon: <IconReceipt2 size={18} />, name: <Trans>Invoices</Trans>, roles: ['treasurer', 'board'] },
        { to: '/bank', icon: <IconArrowsLeftRight size={18} />, name: <Trans>Reconciliation</Trans>, roles: ['treasurer', 'board'] },
        { to: '/direct-debit', icon: <IconSignature size={18} />, name: <Trans>Direct debit</Trans>, roles: ['treasurer', 'board'] },
        { to: '/providers', icon: <IconCreditCard size={18} />, name: <Trans>Payment providers</Trans>, roles: ['treasurer', 'board'] },
        { to: '/tools', icon: <IconPlugConnected size={18} />, name: <Trans>Other tools</Trans>, roles: ['treasurer', 'board'] },
        { to: '/reminders', icon: <IconBell size={18} />, name: <Trans>Reminders</Trans>, roles: ['treasurer', 'board'] },
        { to: '/mail', icon: <IconMail size={18} />, name: <Trans>Mail</Trans>, roles: ['treasurer', 'board'] },
        { to: '/treasury', icon: <IconBuildingBank size={18} />, name: <Trans>Treasury</Trans> },
        { to: '/cost-pools', icon: <IconUsersGroup size={18} />, name: <Trans>Shared costs</Trans> },
        { to: '/payroll', icon: <IconCoins size={18} />, name: <Trans>Moderators’ pay</Trans> },
        { to: '/plans', icon: <IconStack2 size={18} />, name: <Trans>Plans</Trans> },
      ],
    },
    {
      key: 'me', name: <Trans>Me</Trans>, places: [
        { to: '/my', icon: <IconHome2 size={18} />, name: <Trans>My connection</Trans> },
        { to: '/names', icon: <IconAddressBook size={18} />, name: <Trans>Names</Trans> },
        { to: '/report', icon: <IconFlag3 size={18} />, name: <Trans>Report abuse</Trans> },
        { to: '/transparency', icon: <IconReportAnalytics size={18} />, name: <Trans>Transparency</Trans> },
      ],
    },
  ];
  return groups
    .map((group) => ({ ...group, places: group.places.filter((place) => (!place.roles || has(...place.roles)) && !(viewedUntil && NOT_IN_VIEW.includes(place.to))) }))
    .filter((group) => group.places.length > 0);
}

/** The frame around every page: with places to go when signed in, a slim bar when not. */
export function Shell() {
  const session = useSession();
  const proofAsked = useProofAsked();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const { i18n } = useLingui();
  const { setDirection } = useDirection();
  useEffect(() => setDirection(directionOf(i18n.locale)), [i18n.locale, setDirection]);
  useLanguageOnRecord();
  const [first, setFirst] = useState(path);
  useEffect(() => {
    if (path === first) return;
    setFirst('');
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path, first]);
  return (
    <>
      <a href="#main" className="skip" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}><Trans>Skip to the content</Trans></a>
      <div className={session.signedIn ? 'shell with-nav' : 'shell'}>
        {session.signedIn ? <SideBar path={path} /> : <TopBar />}
        <main id="main" ref={main} tabIndex={-1}>{session.viewedUntil && <Suspense><Viewed /></Suspense>}<Outlet /></main>
      </div>
      {proofAsked && <Suspense><StepUpDialog /></Suspense>}
      {session.signedIn && <Suspense><Inside /></Suspense>}
    </>
  );
}

const PRODUCT = 'Coopmesh';

function Mark() {
  const name = useQuery(coopQuery).data?.name;
  return <Link to="/" className="mark"><img src="/mark.svg" width="30" height="30" alt="" /><span>{name ?? PRODUCT}</span></Link>;
}

function TopBar() {
  const { t } = useLingui();
  return (
    <header className="topbar">
      <Mark />
      <nav aria-label={t`Places`}>
        <Link to="/report"><Trans>Report abuse</Trans></Link>
        <LanguageSwitch />
        <SchemeSwitch />
        <Button component="a" href={SIGN_IN} size="sm" variant="default"><Trans>Sign in</Trans></Button>
      </nav>
    </header>
  );
}

function SideBar({ path }: { path: string }) {
  const { t } = useLingui();
  const session = useSession();
  const groups = usePlaces();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  return (
    <header className={open ? 'sidebar open' : 'sidebar'}>
      <div className="sidebar-top">
        <Mark />
        <Burger className="menu-button" size="sm" opened={open} onClick={() => setOpen(!open)} aria-label={open ? t`Close the menu` : t`Open the menu`} aria-expanded={open} />
      </div>
      <div className="sidebar-body">
        <div id="search-slot" />
        <nav aria-label={t`Places`}>
          {groups.map((group) => (
            <div key={group.key} className="nav-group">
              <div className="nav-name">{group.name}</div>
              {group.places.map((place) => (
                <Link key={place.to} to={place.to} activeProps={{ 'aria-current': 'page' }} className="nav-link">{place.icon}<span>{place.name}</span></Link>
              ))}
            </div>
          ))}
        </nav>
        <div className="sidebar-language"><LanguageSwitch /></div>
        <div className="sidebar-foot">
          <Link to="/my" className="who"><span className="initial" aria-hidden="true">{(session.name ?? '?').slice(0, 1)}</span><span>{session.name}</span></Link>
          {!session.viewedUntil && <Tooltip label={t`Sign-in and security`}><ActionIcon component="a" href="/id/security" variant="subtle" color="gray" size="lg" aria-label={t`Sign-in and security`}><IconShieldLock size={18} /></ActionIcon></Tooltip>}
          <SchemeSwitch />
          <SignOut />
        </div>
      </div>
    </header>
  );
}

function SignOut() {
  const { t } = useLingui();
  const client = useQueryClient();
  const leave = async () => {
    await post('/id/sign-out').catch(() => undefined);
    client.clear();
    window.location.assign('/');
  };
  return <Tooltip label={t`Sign out`}><ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Sign out`} onClick={() => void leave()}><IconLogout size={18} /></ActionIcon></Tooltip>;
}

function SchemeSwitch() {
  const { t } = useLingui();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const label = dark ? t`Light colours` : t`Dark colours`;
  return <Tooltip label={label}><ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>{dark ? <IconSun size={18} /> : <IconMoon size={18} />}</ActionIcon></Tooltip>;
}

/** Pages for members: asks to sign in where nobody is, and says so when the server is silent. */
export function SignedIn() {
  const { t } = useLingui();
  const session = useQuery(sessionQuery);
  if (session.isPending) return <div className="page"><Lines count={6} /></div>;
  if (session.isError && !session.data) return <div className="page narrow"><ProblemNotice error={session.error} retry={() => void session.refetch()} /></div>;
  if (!session.data?.signedIn) {
    return (
      <Page title={t`Please sign in`} narrow>
        <Panel title={t`This page is for members`}>
          <p><Trans>Sign in with your e-mail address and password. You come back to where you wanted to go.</Trans></p>
          <div className="toolbar" style={{ marginTop: '1rem' }}>
            <Button component="a" href={SIGN_IN} onClick={rememberPlace}><Trans>Sign in</Trans></Button>
            <UnstyledButton component={Link} to="/join" className="plain-link"><Trans>Become a member</Trans></UnstyledButton>
          </div>
        </Panel>
      </Page>
    );
  }
  return <Outlet />;
}

export function Missing() {
  const { t } = useLingui();
  return (
    <Page title={t`There is no such page`} narrow>
      <Empty title={t`This address leads nowhere`} actions={<Button component={Link} to="/"><Trans>To the start</Trans></Button>}>
        <Trans>The link may be old, or a letter is missing.</Trans>
      </Empty>
    </Page>
  );
}

export function Broken({ error, reset }: ErrorComponentProps) {
  const { t } = useLingui();
  return <Page title={t`This page could not be shown`} narrow><ProblemNotice error={error} retry={reset} /></Page>;
}
