import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { coopQuery } from '@/shared/coop';
import { membersCatalogue } from '@/shared/i18n';
import { ADMIN_ROLES, sessionQuery } from '@/shared/session';
import { takePlace } from '@/shared/return-to';
import { Broken, Missing, Shell, SignedIn } from './shell';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Shell, notFoundComponent: Missing, errorComponent: Broken });

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined);

const landing = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { signIn?: string } => ({ signIn: text(search.signIn) }),
  // Who is signed in goes on to where their work is; a co-op that does not exist yet is set up first.
  beforeLoad: async ({ context }) => {
    const [session, coop] = await Promise.all([
      context.queryClient.ensureQueryData(sessionQuery).catch(() => null),
      context.queryClient.ensureQueryData(coopQuery).catch(() => null),
    ]);
    if (coop && !coop.constituted) throw redirect({ to: '/set-up' });
    const place = session?.signedIn ? takePlace() : null;
    if (place) throw redirect({ href: place });
    if (session?.signedIn) throw redirect({ to: ADMIN_ROLES.some((role) => session.roles.includes(role)) ? '/home' : '/my' });
  },
  component: lazyRouteComponent(() => import('@/features/landing/LandingPage')),
});
const confirmed = createRoute({ getParentRoute: () => root, path: '/confirmed', component: lazyRouteComponent(() => import('./ConfirmedPage')) });
const setUp = createRoute({ getParentRoute: () => root, path: '/set-up', component: lazyRouteComponent(() => import('@/features/setup/SetUpPage')) });
const join = createRoute({ getParentRoute: () => root, path: '/join', component: lazyRouteComponent(() => import('@/features/join/JoinPage')) });
const report = createRoute({ getParentRoute: () => root, path: '/report', component: lazyRouteComponent(() => import('@/features/reports/ReportPage')) });
const transparency = createRoute({ getParentRoute: () => root, path: '/transparency', beforeLoad: membersCatalogue, component: lazyRouteComponent(() => import('@/features/transparency/TransparencyPage')) });
const banned = createRoute({ getParentRoute: () => root, path: '/appeal', component: lazyRouteComponent(() => import('@/features/reports/BannedPage')) });
const bannedAppeal = createRoute({ getParentRoute: () => root, path: '/appeal/$pleaId', component: lazyRouteComponent(() => import('@/features/reports/AppealPage')) });
const followUp = createRoute({ getParentRoute: () => root, path: '/report/$reportId', component: lazyRouteComponent(() => import('@/features/reports/FollowUpPage')) });

const signedIn = createRoute({ getParentRoute: () => root, id: 'signed-in', beforeLoad: membersCatalogue, component: SignedIn });
const under = <T extends string>(path: T) => ({ getParentRoute: () => signedIn, path });

const home = createRoute({ ...under('/home'), component: lazyRouteComponent(() => import('@/features/home/HomePage')) });
const letters = createRoute({ ...under('/failed-messages'), component: lazyRouteComponent(() => import('@/features/letters/LettersPage')) });
const my = createRoute({ ...under('/my'), component: lazyRouteComponent(() => import('@/features/portal/PortalPage')) });
const myData = createRoute({ ...under('/my/data'), component: lazyRouteComponent(() => import('@/features/portal/DataPage')) });
const day = (value: unknown): string | undefined => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined);
const usage = createRoute({
  ...under('/my/usage'),
  validateSearch: (search: Record<string, unknown>): { span?: string; from?: string; to?: string; siteId?: string } => ({ span: text(search.span), from: day(search.from), to: day(search.to), siteId: text(search.siteId) }),
  component: lazyRouteComponent(() => import('@/features/usage/UsagePage')),
});
const spending = createRoute({ ...under('/my/spending'), component: lazyRouteComponent(() => import('@/features/spending/SpendingPage')) });
const members = createRoute({
  ...under('/members'),
  validateSearch: (search: Record<string, unknown>): { state?: string; q?: string; label?: string; zone?: string } => ({ state: text(search.state), q: text(search.q), label: text(search.label), zone: text(search.zone) }),
  component: lazyRouteComponent(() => import('@/features/members/MembersPage')),
});
const roster = createRoute({ ...under('/members/import'), component: lazyRouteComponent(() => import('@/features/members/ImportPage')) });
const keys = createRoute({ ...under('/nodes/keys'), component: lazyRouteComponent(() => import('@/features/nodes/KeysPage')) });
const circulars = createRoute({ ...under('/members/circulars'), component: lazyRouteComponent(() => import('@/features/members/CircularsPage')) });
const recoveries = createRoute({ ...under('/members/recoveries'), component: lazyRouteComponent(() => import('@/features/members/RecoveriesPage')) });
const member = createRoute({ ...under('/members/$memberId'), component: lazyRouteComponent(() => import('@/features/members/MemberPage')) });
const nodes = createRoute({ ...under('/nodes'), component: lazyRouteComponent(() => import('@/features/nodes/NodesPage')) });
const router = createRoute({ ...under('/nodes/collected/$routerId'), component: lazyRouteComponent(() => import('@/features/nodes/RouterPage')) });
const node = createRoute({ ...under('/nodes/$nodeId'), component: lazyRouteComponent(() => import('@/features/nodes/NodePage')) });
const outages = createRoute({ ...under('/outages'), component: lazyRouteComponent(() => import('@/features/outages/OutagesPage')) });
const feeds = createRoute({ ...under('/feeds'), component: lazyRouteComponent(() => import('@/features/feeds/FeedsPage')) });
const mesh = createRoute({
  ...under('/mesh'),
  // The key of a node may look like a number: in the address it has a letter before it.
  validateSearch: (search: Record<string, unknown>): { view?: string; at?: string; node?: string; q?: string; show?: string; zone?: string; by?: string; sites?: true } => ({ view: text(search.view), at: text(search.at), node: text(search.node), q: text(search.q), show: text(search.show), zone: text(search.zone), by: text(search.by), sites: search.sites === true ? true : undefined }),
  component: lazyRouteComponent(() => import('@/features/nodes/MeshPage')),
});
const implausible = createRoute({
  ...under('/implausible'),
  validateSearch: (search: Record<string, unknown>): { nodeId?: string; decided?: true } => ({ nodeId: text(search.nodeId), decided: search.decided === true ? true : undefined }),
  component: lazyRouteComponent(() => import('@/features/metering/ImplausiblePage')),
});
const usageReport = createRoute({ ...under('/usage-reports/$nodeId/$bootId/$sequence'), component: lazyRouteComponent(() => import('@/features/metering/ReportPage')) });
const links = createRoute({
  ...under('/links'),
  validateSearch: (search: Record<string, unknown>): { nodeId?: string; view?: string } => ({ nodeId: text(search.nodeId), view: text(search.view) }),
  component: lazyRouteComponent(() => import('@/features/metering/LinksPage')),
});
const discrepancy = createRoute({ ...under('/links/$discrepancyId'), component: lazyRouteComponent(() => import('@/features/metering/DiscrepancyPage')) });
const invoices = createRoute({
  ...under('/invoices'),
  validateSearch: (search: Record<string, unknown>): { state?: string; q?: string; payerId?: string } => ({ state: text(search.state), q: text(search.q), payerId: text(search.payerId) }),
  component: lazyRouteComponent(() => import('@/features/invoices/InvoicesPage')),
});
const invoice = createRoute({ ...under('/invoices/$invoiceId'), component: lazyRouteComponent(() => import('@/features/invoices/InvoicePage')) });
const why = createRoute({ ...under('/invoices/$invoiceId/why'), component: lazyRouteComponent(() => import('@/features/invoices/WhyPage')) });
const treasury = createRoute({ ...under('/treasury'), component: lazyRouteComponent(() => import('@/features/treasury/TreasuryPage')) });
const books = createRoute({ ...under('/treasury/books'), component: lazyRouteComponent(() => import('@/features/treasury/BooksPage')) });
const accounts = createRoute({ ...under('/accounts'), component: lazyRouteComponent(() => import('@/features/treasury/AccountsPage')) });
const statement = createRoute({
  ...under('/accounts/$accountId'),
  validateSearch: (search: Record<string, unknown>): { asOf?: string } => ({ asOf: typeof search.asOf === 'string' && !Number.isNaN(Date.parse(search.asOf)) ? search.asOf : undefined }),
  component: lazyRouteComponent(() => import('@/features/treasury/StatementPage')),
});
const bank = createRoute({
  ...under('/bank'),
  validateSearch: (search: Record<string, unknown>): { view?: string } => ({ view: text(search.view) }),
  component: lazyRouteComponent(() => import('@/features/bank/BankPage')),
});
const providers = createRoute({
  ...under('/providers'),
  validateSearch: (search: Record<string, unknown>): { view?: string } => ({ view: text(search.view) }),
  component: lazyRouteComponent(() => import('@/features/providers/ProvidersPage')),
});
const tools = createRoute({
  ...under('/tools'),
  validateSearch: (search: Record<string, unknown>): { view?: string; tool?: string } => ({ view: text(search.view), tool: text(search.tool) }),
  component: lazyRouteComponent(() => import('@/features/tools/ToolsPage')),
});
const vat = createRoute({ ...under('/vat'), component: lazyRouteComponent(() => import('@/features/vat/VatPage')) });
const sorting = createRoute({ ...under('/members/sorting'), component: lazyRouteComponent(() => import('@/features/members/SortingPage')) });
const memberMail = createRoute({
  ...under('/members/mail'),
  validateSearch: (search: Record<string, unknown>): { view?: string } => ({ view: text(search.view) }),
  component: lazyRouteComponent(() => import('@/features/mail/MemberMailPage')),
});
const mail = createRoute({
  ...under('/mail'),
  validateSearch: (search: Record<string, unknown>): { view?: string } => ({ view: text(search.view) }),
  component: lazyRouteComponent(() => import('@/features/mail/MailPage')),
});
const reminders = createRoute({ ...under('/reminders'), component: lazyRouteComponent(() => import('@/features/reminders/RemindersPage')) });
const parts = createRoute({
  ...under('/parts'),
  validateSearch: (search: Record<string, unknown>): { state?: string; payerId?: string } => ({ state: text(search.state), payerId: text(search.payerId) }),
  component: lazyRouteComponent(() => import('@/features/parts/PartsPage')),
});
const myParts = createRoute({ ...under('/my/parts'), component: lazyRouteComponent(() => import('@/features/parts/MyPartsPage')) });
const costPools = createRoute({
  ...under('/cost-pools'),
  validateSearch: (search: Record<string, unknown>): { state?: string } => ({ state: text(search.state) }),
  component: lazyRouteComponent(() => import('@/features/costs/CostPoolsPage')),
});
const costPool = createRoute({ ...under('/cost-pools/$poolId'), validateSearch: (search: Record<string, unknown>): { trial?: string } => ({ trial: text(search.trial) }), component: lazyRouteComponent(() => import('@/features/costs/CostPoolPage')) });
const costShare = createRoute({ ...under('/cost-shares/$shareId'), component: lazyRouteComponent(() => import('@/features/costs/CostSharePage')) });
const settlement = createRoute({ ...under('/settlements/$entryId'), component: lazyRouteComponent(() => import('@/features/costs/SettlementPage')) });
const outageCredit = createRoute({ ...under('/outage-credits/$creditId'), component: lazyRouteComponent(() => import('@/features/costs/OutageCreditPage')) });
const directDebit = createRoute({ ...under('/direct-debit'), component: lazyRouteComponent(() => import('@/features/direct-debit/DirectDebitPage')) });
const collectionRun = createRoute({ ...under('/direct-debit/$runId'), component: lazyRouteComponent(() => import('@/features/direct-debit/CollectionRunPage')) });
const myMandates = createRoute({ ...under('/my/direct-debit'), component: lazyRouteComponent(() => import('@/features/direct-debit/MyMandatesPage')) });
const autopay = createRoute({ ...under('/my/autopay'), validateSearch: (search: Record<string, unknown>): { came?: boolean } => ({ came: search.came === true ? true : undefined }), component: lazyRouteComponent(() => import('@/features/autopay/AutopayPage')) });
const payroll = createRoute({ ...under('/payroll'), component: lazyRouteComponent(() => import('@/features/payroll/PayrollPage')) });
const payRun = createRoute({ ...under('/payroll/$runId'), component: lazyRouteComponent(() => import('@/features/payroll/PayRunPage')) });
const myHours = createRoute({ ...under('/my/hours'), component: lazyRouteComponent(() => import('@/features/payroll/MyHoursPage')) });
const terms = createRoute({ ...under('/settlement-terms'), component: lazyRouteComponent(() => import('@/features/costs/TermsPage')) });
const plans = createRoute({ ...under('/plans'), component: lazyRouteComponent(() => import('@/features/plans/PlansPage')) });
const simulations = createRoute({ ...under('/simulations'), component: lazyRouteComponent(() => import('@/features/plans/SimulationsPage')) });
const simulation = createRoute({ ...under('/simulations/$simulationId'), component: lazyRouteComponent(() => import('@/features/plans/SimulationPage')) });
const names = createRoute({
  ...under('/names'),
  validateSearch: (search: Record<string, unknown>): { type?: string } => ({ type: text(search.type) }),
  component: lazyRouteComponent(() => import('@/features/names/NamesPage')),
});
const nameDisputes = createRoute({ ...under('/names/disputes'), component: lazyRouteComponent(() => import('@/features/names/DisputesPage')) });
const myNames = createRoute({ ...under('/my/names'), component: lazyRouteComponent(() => import('@/features/names/MyNamesPage')) });
const cases = createRoute({
  ...under('/cases'),
  validateSearch: (search: Record<string, unknown>): { state?: string; category?: string } => ({ state: text(search.state), category: text(search.category) }),
  component: lazyRouteComponent(() => import('@/features/cases/CasesPage')),
});
const workload = createRoute({ ...under('/cases/workload'), component: lazyRouteComponent(() => import('@/features/cases/WorkloadPage')) });
const myCases = createRoute({ ...under('/my/cases'), component: lazyRouteComponent(() => import('@/features/cases/MyCasesPage')) });
const appeals = createRoute({
  ...under('/cases/appeals'),
  validateSearch: (search: Record<string, unknown>): { state?: string } => ({ state: text(search.state) }),
  component: lazyRouteComponent(() => import('@/features/cases/AppealsPage')),
});
const appeal = createRoute({ ...under('/cases/appeals/$appealId'), component: lazyRouteComponent(() => import('@/features/cases/AppealPage')) });
const plea = createRoute({ ...under('/cases/pleas/$pleaId'), component: lazyRouteComponent(() => import('@/features/cases/PleaPage')) });
const lookUps = createRoute({ ...under('/cases/look-ups'), component: lazyRouteComponent(() => import('@/features/cases/LookUpsPage')) });
const oneCase = createRoute({ ...under('/cases/$caseId'), component: lazyRouteComponent(() => import('@/features/cases/CasePage')) });
const desk = createRoute({ ...under('/cases/desk'), component: lazyRouteComponent(() => import('@/features/cases/DeskPage')) });
const assembly = createRoute({ ...under('/assembly'), component: lazyRouteComponent(() => import('@/features/assembly/AssemblyPage')) });
const proposal = createRoute({ ...under('/assembly/$proposalId'), component: lazyRouteComponent(() => import('@/features/assembly/ProposalPage')) });
const bans = createRoute({
  ...under('/bans'),
  validateSearch: (search: Record<string, unknown>): { state?: string; why?: string } => ({ state: text(search.state), why: text(search.why) }),
  component: lazyRouteComponent(() => import('@/features/bans/BansPage')),
});
const outsideLists = createRoute({ ...under('/bans/lists'), component: lazyRouteComponent(() => import('@/features/bans/OutsideListsPage')) });
const firewalls = createRoute({ ...under('/bans/firewalls'), component: lazyRouteComponent(() => import('@/features/bans/FirewallsPage')) });

const tree = root.addChildren([
  landing, setUp, confirmed, join, report, followUp, banned, bannedAppeal, transparency,
  signedIn.addChildren([home, letters, my, myData, usage, spending, members, roster, circulars, recoveries, memberMail, sorting, member, nodes, keys, node, router, outages, feeds, mesh, implausible, usageReport, links, discrepancy, invoices, invoice, why, treasury, books, accounts, statement, bank, directDebit, collectionRun, myMandates, autopay, providers, tools, vat, reminders, parts, myParts, mail, costPools, costPool, costShare, settlement, outageCredit, terms, payroll, payRun, myHours, plans, simulations, simulation, names, nameDisputes, myNames, cases, workload, desk, oneCase, myCases, appeals, appeal, plea, lookUps, bans, outsideLists, firewalls, assembly, proposal]),
]);

export const makeRouter = (queryClient: QueryClient) =>
  createRouter({ routeTree: tree, context: { queryClient }, defaultPreload: 'intent', scrollRestoration: false, defaultPendingMs: 300 });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
