// A stand-in for the gateway and the services behind it: speaks the documented REST from memory, serves the built
// dashboard with the gateway's content security policy, and keeps what it was asked for the journeys to look at.
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { FakeAssembly, PROPOSALS } from './fake-assembly';
import { fakeMesh } from './fake-mesh';

type Json = Record<string, unknown>;
interface Asked { method: string; path: string; body: Json; headers: IncomingMessage['headers'] }

const DIST = `${process.env.DASHBOARD_DIST ?? new URL('../../dist', import.meta.url).pathname}/`;
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.html': 'text/html' };
const eur = (amount: string) => ({ amount, currency: 'EUR' });
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const day = (plus: number) => new Date(Date.now() + plus * 86_400_000).toISOString().slice(0, 10);
const hex = (seed: string) => Array.from({ length: 64 }, (_, at) => ((seed.charCodeAt(at % seed.length) * (at + 7)) % 16).toString(16)).join('');
export const IDS = {
  board: '0b0a0d00-0000-4000-8000-000000000001', ana: 'a0a00000-0000-4000-8000-000000000002', joan: 'b0b00000-0000-4000-8000-000000000003', applicant: 'c0c00000-0000-4000-8000-000000000004',
  payer: 'd0d00000-0000-4000-8000-000000000005', site: 'e0e00000-0000-4000-8000-000000000006', invoice: 'f0f00000-0000-4000-8000-000000000007', paid: 'f0f00000-0000-4000-8000-000000000008',
  simulation: '51700000-0000-4000-8000-0000000000f1',
  pool: 'c0570000-0000-4000-8000-00000000000e', tower: 'c0570000-0000-4000-8000-000000000011', share: '54a4e000-0000-4000-8000-00000000000f', entry: 'e4740000-0000-4000-8000-000000000010',
  payRun: '9a900000-0000-4000-8000-000000000012', appeal: 'a99ea100-0000-4000-8000-000000000014', decision: 'dec15100-0000-4000-8000-000000000015',
  case: 'ca5e0000-0000-4000-8000-000000000009', ban: 'ba000000-0000-4000-8000-00000000000a', report: '4e000000-0000-4000-8000-00000000000b',
};
const problem = (status: number, slug: string, detail: string, errors?: Json[]) => ({ status, body: { type: `https://coopmesh.org/problems/${slug}`, title: slug, status, detail, errors }, problem: true });

// A signed report by protobuf's rules, as a node makes it: the dashboard checks it like a real one.
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);
const whole = (field: number, value: number) => [...varint(field * 8), ...varint(value)];
const part = (field: number, value: string | number[]) => { const bytes = typeof value === 'string' ? [...Buffer.from(value)] : value; return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes]; };
const identity = generateKeyPairSync('ed25519');
const identityKey = identity.publicKey.export({ type: 'spki', format: 'der' });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
export const REPORT_BOOT = 'b0070000-0000-4000-8000-00000000000c';

function signedReport(bytesDown: number): Json {
  const nodeId = sha256(identityKey).toString('hex');
  const started = Math.floor(Date.now() / 300_000) * 300 - 3_600;
  const signed = Buffer.from([
    ...part(1, nodeId), ...part(2, REPORT_BOOT), ...whole(3, 4711), ...part(5, whole(1, started)), ...part(6, whole(1, started + 300)),
    ...part(7, [...part(1, 'a77ac4ed-0000-4000-8000-00000000000d'), ...whole(2, 1), ...whole(3, bytesDown), ...whole(4, 21_000_000), ...whole(5, 4_000_000)]),
    ...part(8, [...part(1, hex('Church tower')), ...part(2, 'wlan1'), ...whole(3, 31_000_000), ...whole(4, 12_000_000)]),
    ...part(9, [...part(1, 'eth0'), ...whole(2, 40_000_000), ...whole(3, 22_000_000)]), ...part(11, '0.1.0'),
  ]);
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  return {
    report: { nodeId, bootId: REPORT_BOOT, sequence: 4711, startedAt: iso(started), endedAt: iso(started + 300), receivedAt: iso(started + 320), state: 'implausible', reason: 'beyondLineRate: more bytes than the line can carry in the window', late: false, hash: sha256(signed).toString('hex') },
    signed: signed.toString('base64'), following: [], identityKey: identityKey.toString('base64'),
    signature: sign(null, Buffer.concat([Buffer.from('coopmesh-usage-v1\0'), sha256(signed)]), identity.privateKey).toString('base64'),
  };
}

const WRITTEN_BY_PEOPLE = /^(name|title|text|note|reason|why|detail|description|subject|body|what|label|labels|address|statement|message|rulesText|ownerName|siteName|nodeName|payerName|planName|display|information|agent|kindName|purpose|debtorName|rule)$/;
/** The same answer, in which everything that people write is {@code hostile}. */
function turned(value: unknown, hostile: string, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => turned(one, hostile, key));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, turned(one, hostile, name)]));
  return typeof value === 'string' && WRITTEN_BY_PEOPLE.test(key) && !/^[a-z][A-Za-z-]*$/.test(value) && !/^\d/.test(value) ? hostile : value;
}

/** One corner of a QR code. */
const finder = (x: number, y: number): string => `M${x},${y}h7v7h-7zm1,1v5h5v-5zm1,1h3v3h-3z`;

export class FakeCoop {
  readonly asked: Asked[] = [];
  roles: string[] = [];
  memberId: string = IDS.board;
  constituted = true;
  billingSilent = false;
  empty = false;
  payAccount: Json | null = null;
  names: Json[] = [];
  nameDisputes: Json[] = [];
  hours: Json[] = [{ id: '40000000-0000-4000-8000-000000000013', moderatorId: IDS.ana, workedOn: day(-2), minutes: 90, what: 'The queue, and a talk on the phone', loggedAt: ago(2000), withdrawnAt: null, withdrawnWhy: null }];
  payRun: Json = {
    id: IDS.payRun, state: 'prepared', available: eur('159.60'), preparedBy: IDS.board, preparedAt: ago(60), decision: null, transfers: [],
    lines: [
      { line: 1, moderatorId: IDS.ana, minutes: 330, cases: 4, claim: eur('92.50'), pay: eur('92.50'), hasAccount: true, transferId: null, paid: null },
      { line: 2, moderatorId: IDS.joan, minutes: 70, cases: 0, claim: eur('17.50'), pay: eur('17.50'), hasAccount: false, transferId: null, paid: null },
    ],
  };
  terms: Json[] = [{ firstMonth: '2026-01', reciprocityPerGb: eur('0.10'), carriageCeilingPerGb: eur('0.00') }];
  askedToClose: Json[] = [];
  bouncers: Json[] = [
    { id: randomUUID(), name: 'Firewall at the exchange', keyPrefix: 'Xk29fQ', madeAt: ago(90_000), revokedAt: null, places: [{ address: '10.200.0.9', agent: 'crowdsec-firewall-bouncer/v0.0.31', told: true, firstAt: ago(80_000), seenAt: ago(0.1), dropped: 48_211 }] },
    { id: randomUUID(), name: 'Old server', madeAt: ago(200_000), revokedAt: ago(90_000), places: [] },
  ];
  outsideLists: Json[] = [
    { id: randomUUID(), name: 'drop-list', kind: 'url', url: 'https://lists.example.org/drop.txt', enforced: true, entriesMax: 50_000, widestV4: 16, widestV6: 32, holdsHours: 168, everyMinutes: 60, addedAt: ago(90_000), triedAt: ago(12), takenAt: ago(12), outcome: 'taken', outcomeWhy: null, entries: 1_384, ownMembers: 0, leftOut: [{ why: 'never-ban-list', entries: 1 }, { why: 'not-public', entries: 12 }, { why: 'too-wide', entries: 3 }] },
    { id: randomUUID(), name: 'neighbours', kind: 'crowdsec', url: 'https://crowdsec.example.org:8080/', enforced: false, entriesMax: 20_000, widestV4: 16, widestV6: 32, holdsHours: 24, everyMinutes: 5, addedAt: ago(900), triedAt: ago(4), takenAt: ago(64), outcome: 'shrunk', outcomeWhy: 'only 0 entries are left of 9214: kept as it was', entries: 9_214, ownMembers: 2, leftOut: [{ why: 'own-member', entries: 2 }] },
  ];
  feedKeys: Json[] = [
    { id: randomUUID(), name: 'Prometheus on the tower', createdAt: ago(90_000), lastUsedOn: day(0) },
    { id: randomUUID(), name: 'Old map', createdAt: ago(400_000), revokedAt: ago(20_000), lastUsedOn: day(-14) },
  ];
  outages: Json[] = [
    { id: '07a6e000-0000-4000-8000-000000000001', kind: 'node', node: '11111111-0000-4000-8000-000000000003', nodeName: 'School', beganAt: ago(95), relapses: 2, nodes: 4, members: 3, acknowledgedAt: ago(60), note: 'Power cut in the upper valley; back by noon' },
    { id: '07a6e000-0000-4000-8000-000000000002', kind: 'node', node: '11111111-0000-4000-8000-000000000002', nodeName: 'Church tower', beganAt: ago(12), relapses: 0, nodes: 1, members: 1 },
    { id: '07a6e000-0000-4000-8000-000000000003', kind: 'everywhere', beganAt: ago(9_000), endedAt: ago(8_960), endCause: 'heard', relapses: 0, nodes: 42, members: 37, acknowledgedAt: ago(8_990), note: 'Our line to the city was cut' },
    { id: '07a6e000-0000-4000-8000-000000000004', kind: 'watch', beganAt: ago(20_000), endedAt: ago(19_990), endCause: 'heard', relapses: 0, nodes: 0, members: 0 },
  ];
  works: Json[] = [{ id: randomUUID(), node: '11111111-0000-4000-8000-000000000001', nodeName: 'Mill roof', startsAt: ago(-1_440), endsAt: ago(-1_560), reason: 'New mast', createdBy: IDS.board }];
  layouts: Json[] = [];
  /** Nodes of the graph besides those on the list. */
  moreNodes = 36;
  private mesh?: { size: number; whole: boolean; made: ReturnType<typeof fakeMesh> };
  /** Where maps take their ground from; nothing: a grid. */
  tiles: string | null = null;
  readonly assembly = new FakeAssembly(IDS.board, IDS.ana);
  private server?: Server;
  private ticks = 0;
  private readonly keys = new Map<string, string>();
  members: Json[];
  nodes: Json[];
  readonly routers: Json[];
  spending: Json = { cap: eur('20.00'), prepaid: false, month: day(0).slice(0, 7), spent: eur('8.404512'), capReached: false, wallet: eur('12.50'), walletEmpty: false, hours: [] };
  dues: Json;
  invoices: Json[];
  seller: Json | null = null;
  creditNotes: Json[] = [{ id: randomUUID(), number: 'CN2026-000001', invoiceId: IDS.invoice, issuedOn: day(-3), issuedAt: ago(4000), amount: eur('2.50'), reason: 'The line was down for two days' }];
  vatTerms: Record<string, unknown>[] = [{ effectiveOn: day(-300), mode: 'standard', rateHundredths: 2100, reasonCode: null, by: IDS.ana, at: ago(432_000) }];
  tools: Record<string, unknown>[] = [
    { id: randomUUID(), url: 'https://books.example.org/coopmesh', note: 'Bookkeeping', kinds: ['invoice.issued', 'invoice.credited', 'payment.received', 'payment.returned'], takenAt: ago(4), addedAt: ago(90_000), waiting: 0, failed: 1 },
    { id: randomUUID(), url: 'https://chat.example.org/hooks/3f2a', note: null, kinds: ['invoice.overdue'], failingSince: ago(300), addedAt: ago(9_000), waiting: 2, failed: 0, oldSecretUntil: ago(-600) },
  ];
  messages: Record<string, unknown>[] = [
    { id: randomUUID(), messageId: 'msg_4a1f6ce0b1d24b0f9a7be2f1c0a1d2e3', kind: 'payment.received', body: '{"type":"payment.received","timestamp":"2026-11-21T09:00:00Z","data":{"paymentId":"5d2f","amount":{"amount":"24.50","currency":"EUR"}}}', state: 'taken', attempts: 1, createdAt: ago(4), triedAt: ago(4), status: 204, tookMillis: 86 },
    { id: randomUUID(), messageId: 'msg_9b2f6ce0b1d24b0f9a7be2f1c0a1d2e4', kind: 'invoice.issued', body: '{"type":"invoice.issued"}', state: 'waiting', attempts: 3, createdAt: ago(40), triedAt: ago(12), nextAt: ago(-18), status: 503, why: 'status 503', tookMillis: 1_204 },
    { id: randomUUID(), messageId: 'msg_0c2f6ce0b1d24b0f9a7be2f1c0a1d2e5', kind: 'invoice.credited', body: '{"type":"invoice.credited"}', state: 'failed', attempts: 10, createdAt: ago(6_000), triedAt: ago(1_400), why: 'no answer within 15000 ms', tookMillis: 15_003 },
  ];
  attempts: Json[] = [
    { id: randomUUID(), provider: 'stripe', invoiceId: IDS.paid, number: '2026-00040', payerId: IDS.payer, amount: eur('24.50'), state: 'succeeded', received: eur('24.50'), fee: eur('0.62'), references: ['cs_1', 'pi_1'], createdAt: ago(600), changedAt: ago(598), nextLookAt: ago(-300) },
    { id: randomUUID(), provider: 'gocardless', invoiceId: IDS.invoice, number: '2026-00041', payerId: IDS.payer, amount: eur('27.40'), state: 'failed', received: eur('0.00'), fee: eur('0.00'), references: ['BRQ1', 'PM1'], why: 'The bank refused.', createdAt: ago(4000), changedAt: ago(100) },
    { id: randomUUID(), provider: 'stripe', invoiceId: IDS.invoice, number: '2026-00041', payerId: IDS.payer, amount: eur('27.40'), state: 'open', received: eur('0.00'), fee: eur('0.00'), references: ['cs_2'], createdAt: ago(20), changedAt: ago(20), nextLookAt: ago(-1) },
  ];
  dunning: Json = { saidOn: null, reminderAfter: null, lastAfter: null, graceDays: 0, waitForBank: false };
  holds: Json[] = [];
  partPlans: Json[] = [
    { id: '9a475000-0000-4000-8000-000000000002', payerId: IDS.payer, state: 'running', days: [day(-20), day(10), day(40)], invoices: [{ id: IDS.invoice, number: '2026-00041', open: eur('27.40') }], total: eur('41.10'), open: eur('27.40'), settled: eur('13.70'),
      parts: [{ number: 1, dueOn: day(-20), amount: eur('13.70'), open: eur('0.00') }, { number: 2, dueOn: day(10), amount: eur('13.70'), open: eur('13.70') }, { number: 3, dueOn: day(40), amount: eur('13.70'), open: eur('13.70') }],
      next: { number: 2, of: 3, dueOn: day(10), open: eur('13.70') }, history: [{ state: 'running', by: IDS.board, at: ago(44_000), reason: 'Lost her job' }] },
    { id: '9a475000-0000-4000-8000-000000000001', payerId: IDS.payer, state: 'missed', days: [day(-90), day(-60)], invoices: [{ id: IDS.paid, number: '2026-00029', open: eur('0.00') }], total: eur('24.50'), open: eur('0.00'), settled: null,
      parts: [{ number: 1, dueOn: day(-90), amount: eur('12.25') }, { number: 2, dueOn: day(-60), amount: eur('12.25') }],
      next: null, history: [{ state: 'asked', by: IDS.ana, at: ago(160_000) }, { state: 'running', by: IDS.board, at: ago(150_000) }, { state: 'missed', at: ago(80_000), owedFrom: day(-60) }] },
  ];
  mandates: Json[] = [{ id: randomUUID(), reference: 'M-42-1', payerId: IDS.payer, state: 'suspended', reason: 'AC04', creditorId: 'DE98ZZZ09999999999', debtorName: 'Ana Ribas', iban: 'ES…1332', once: false, noticeDays: 14, signedBy: IDS.ana, signedOn: day(-200), signedAt: ago(288_000), lastUsedOn: day(-30), lastDay: day(1000) }];

  collection: Json = { id: IDS.payRun, messageId: 'DD-20261013-0001', collectOn: day(14), state: 'proposed', total: eur('49.00'), open: eur('0.00'), untold: 0, proposedBy: IDS.ana, proposedAt: ago(90), decision: null, items: [
    { line: 1, invoiceId: IDS.invoice, invoiceNumber: '2026-00041', payerId: IDS.payer, mandateId: randomUUID(), mandateReference: 'M-42-1', debtorName: 'Ana Ribas', sequence: 'RCUR', amended: false, amount: eur('24.50'), attempt: 1, endToEndId: 'INV-2026-00041-1', state: 'due' },
    { line: 2, invoiceId: IDS.paid, invoiceNumber: '2026-00040', payerId: IDS.payer, mandateId: randomUUID(), mandateReference: 'M-43-1', debtorName: 'Lars Example', sequence: 'RCUR', amended: true, amount: eur('24.50'), attempt: 2, endToEndId: 'INV-2026-00040-2', state: 'returned', reason: 'AM04', action: 'retry', retryOn: day(7) },
  ] };

  savings: Json[] = [{ id: '5a5a5a5a-0000-4000-8000-000000000001', payerId: IDS.payer, provider: 'stripe', label: 'Visa …4242, 12/2029', savedAt: ago(9000) }];
  choice: Json | null = { payerId: IDS.payer, way: 'saved', savingId: '5a5a5a5a-0000-4000-8000-000000000001', floor: null, topUp: null, chosenAt: ago(9000), stoppedAt: ago(90), stoppedWhy: 'Your card was reported lost.' };

  mails: Json[] = [
    { id: 4, notice: 'invoice', about: IDS.invoice, payerId: IDS.payer, state: 'doubtful', attempts: 1, queuedAt: ago(30), sentTo: 'ana@example.org', answer: 'broke off while it was handed over' },
    { id: 3, notice: 'receipt', about: IDS.paid, payerId: IDS.payer, state: 'failed', attempts: 1, queuedAt: ago(60), sentTo: 'gone@example.org', answer: '550 5.1.1 no such mailbox' },
    { id: 2, notice: 'invoice-paid', about: IDS.paid, payerId: IDS.payer, state: 'sent', attempts: 1, queuedAt: ago(90), sentAt: ago(89), sentTo: 'ana@example.org', answer: '250 taken' },
    { id: 1, notice: 'invoice', about: IDS.paid, payerId: IDS.payer, state: 'unaddressed', attempts: 0, queuedAt: ago(95) },
  ];
  noticeKind = { notice: 'receipt', enabled: true, enclosed: true, places: ['name', 'coop', 'amount', 'received', 'open'], needed: ['coop'], words: [{ language: 'en', subject: '{coop} has received {amount}', body: 'Hello {name},\n\nthank you.\n\n{coop}', own: false }, { language: 'es', subject: '{coop} ha recibido {amount}', body: 'Hola {name}\n\n{coop}', own: true }] };
  plans: Json[];
  cases: Json[];
  bans: Json[];
  notes: Json[] = [];
  decisions: Json[] = [];
  /** The decision that an appeal is against; shown beside it, and in its case only when a test says so. */
  appealed: Json = {};
  appealShown = false;
  appeals: Json[] = [];
  lookUps: Json[] = [{ caseId: IDS.case, caseNumber: 17, category: 'intrusion', moderatorId: IDS.ana, reason: 'The report names no port, the log does', askedAt: ago(40), mine: false }];
  plea: Json = { id: IDS.report, banId: IDS.case, caseId: null, decisionId: null, prefix: '203.0.113.0/28', address: '203.0.113.7', banReason: 'Log-in attempts for three nights', banUntil: ago(-40_000), banPermanent: false, state: 'lodged', text: 'The machine was taken over by somebody and has been set up anew since Tuesday.', lodgedAt: ago(700), dueAt: ago(-19_000), overdue: false, mayHear: true, reason: null, decidedAt: null };
  appealLink: Json = { address: '203.0.113.7', prefix: '203.0.113.0/28', since: ago(5_000), until: ago(-40_000), permanent: false, linkUntil: ago(-1_000), state: null, dueAt: null };
  ownAppeals: Json[] = [];
  subject: string | null = null;
  staffNotes: Json[] = [{ id: 1, at: ago(9_000), by: IDS.board, text: 'Has a ladder and lends it. Ring twice.' }];
  nodeKeys: Json[] = [
    { kind: 'authority', phase: 'steady', current: 'a1'.repeat(32), other: null, since: ago(500_000), dueAt: null, endsAt: ago(-4_700_000), inService: 5, waiting: 0, laggards: [] },
    { kind: 'access-list', phase: 'overlapping', current: 'b2'.repeat(32), other: 'b1'.repeat(32), since: ago(2_880), dueAt: ago(-100_000), endsAt: null, inService: 5, waiting: 1, laggards: [{ id: '11111111-0000-4000-8000-000000000001', name: 'Church tower', certificateUntil: ago(-60_000), agentVersion: '0.1.0' }] },
  ];
  ranges = { poolsV4: ['10.201.0.0/16'], poolsV6: ['fd42:201::/48'] };
  boxes: Json[] = [{ id: 'b0c50000-0000-4000-8000-000000000001', nodeId: null, name: 'Box 7', gateway: false, madeAt: ago(600), expiresAt: ago(-20_000) }];
  circulars: Json[] = [{ id: 'c1c00000-0000-4000-8000-000000000001', by: IDS.joan, at: ago(1_440), label: '', zone: 'Hill', chosen: 0, language: 'en', subject: 'The tower is down on Monday', text: 'From nine to ten.\n\nThe board' }];
  recoveries: Json[] = [
    { id: '4ec0fe40-0000-4000-8000-000000000001', memberId: IDS.joan, name: 'Joan Serra', state: 'approved-once', openedAt: ago(300), openedBy: null, reason: 'asked for at the sign-in page', approvals: [{ by: IDS.ana, at: ago(60) }], dueAt: null, codeAt: null, endedAt: null, endedBy: null },
    { id: '4ec0fe40-0000-4000-8000-000000000002', memberId: IDS.ana, name: 'Ana Ribas', state: 'due', openedAt: ago(9_000), openedBy: IDS.board, reason: 'Phone and laptop stolen; seen in person.', approvals: [{ by: IDS.board, at: ago(8_000) }, { by: IDS.joan, at: ago(7_000) }], dueAt: ago(2_680), codeAt: null, endedAt: null, endedBy: null },
    { id: '4ec0fe40-0000-4000-8000-000000000003', memberId: IDS.joan, name: 'Joan Serra', state: 'stopped', openedAt: ago(90_000), openedBy: null, reason: 'asked for at the sign-in page', approvals: [], dueAt: null, codeAt: null, endedAt: ago(89_000), endedBy: IDS.board },
  ];
  rosters: Json[] = [{ sha256: hex('roster'), name: 'spring.csv', at: ago(90_000), by: IDS.board, lines: 12, members: 11, sites: 12, payers: 1 }];
  /** What would come of a file: one line lacks a plan until one is chosen for such lines. */
  roster(plan: string): Json {
    const line = (at: string, name: string, email: string, site: string, makes: string[], more: Json = {}) => ({ at, name, email, site, planCode: plan || 'standard', payer: null, makes, memberId: null, namesakes: [], ...more });
    const problems = plan ? [] : [{ at: '4', field: 'plan', rule: 'required', message: 'is missing, and no plan was chosen for such lines' }];
    return { sha256: hex('october'), format: 'csv', takenAt: null, members: 2, sites: 2, payers: 1, problemCount: problems.length, problems, skippedCount: 1, skipped: [{ at: 'installs[7]', field: 'status', rule: 'not-active', message: 'is Closed' }], lines: [line('2', 'Ana Ribas', 'ana@example.org', 'Mill house', [], { memberId: IDS.ana }), line('3', 'Joan Serra', 'joan.serra@example.org', 'Upper barn', ['member', 'site', 'payer'], { payer: 'hall@example.org', namesakes: [{ id: IDS.joan, name: 'Joan Serra', email: 'joan@example.org' }] }), line('4', 'Marta Vila', 'marta@example.org', 'Lower farm', ['member', 'site'])] };
  }
  letters: Json[] = [{ part: 'membership', id: 41, consumerGroup: 'membership-service', topic: 'coopmesh.billing.invoice.v1', key: IDS.ana, cause: 'java.lang.IllegalStateException: invoice of a member that is not known here yet', failedAt: ago(12) }];
  letterFails = false;
  simulationLooks = 9;
  trialFrom = '';
  trialLooks = 0;
  decided: Json[] = [];
  pools: Json[] = [];
  costPayments: Json[] = [];
  bankAccounts: Json[] = [{ id: 'ba4c0000-0000-4000-8000-000000000012', name: 'Current account', iban: 'DE89370400440532013000', currency: 'EUR', declaredAt: ago(90000), csvMapping: null }];
  bankEntries: Json[] = [];
  bankFiles: Json[] = [];
  readonly proof = signedReport(91_000_000_000);

  /** What every name, title, text and reason is instead. */
  hostile: string | null = null;
  /** Every part fails; who is signed in is still known. */
  failing = false;
  /** Which language is on record for whoever is signed in; none was chosen at first. */
  language: string | null = null;

  constructor(private readonly dist = DIST) {
    const member = (id: string, name: string, email: string, state: string, roles: string[], level: string, sites: Json[]) => ({ id, name, email, state, standing: { level, since: ago(4000), why: level === 'overdue' ? 'Invoice 2026-00041 is overdue' : null }, joinedOn: state === 'applicant' ? null : day(-200), payerId: IDS.payer, roles, sites, nodes: [], phone: '+34 600 000 000', payer: { id: IDS.payer, name, email, address: 'Carrer Major 1' } });
    const site = { id: IDS.site, name: 'Mill house', address: 'Carrer del Molí 4', payerId: IDS.payer, planCode: 'standard', effectiveOn: day(-190), zone: 'North', residents: [IDS.joan] };
    this.members = [
      member(IDS.board, 'Núria Puig', 'nuria@example.org', 'active', ['member', 'board', 'treasurer', 'moderator', 'network'], 'good', []),
      member(IDS.ana, 'Ana Ribas', 'ana@example.org', 'active', ['member'], 'overdue', [site]),
      member(IDS.joan, 'Joan Serra', 'joan@example.org', 'paused', ['member', 'treasurer'], 'good', [{ ...site, id: randomUUID(), name: 'Upper farm' }]),
      member(IDS.applicant, 'Cooperativa La Font', 'lafont@example.org', 'applicant', [], 'good', []),
    ];
    const node = (id: string, name: string, live: string, state: string, gateway: boolean, version: number | null) => ({
      id, nodeId: state === 'enrolled' ? hex(name) : null, shortName: state === 'enrolled' ? name.toLowerCase().split(' ').slice(-1)[0] + '-ivy-oak-elm' : null, name, state, ownerId: IDS.ana, ownerName: 'Ana Ribas', siteId: IDS.site, siteName: 'Mill house', gateway, certificateUntil: `${day(60)}T00:00:00Z`, lastSeenAt: live === 'never' ? null : live === 'up' ? ago(0.1) : ago(50), live, agentVersion: '0.1.0',
      accessList: { version, wanted: 812, appliedAt: ago(3), applyMillis: 41, failure: null }, telemetry: { observedAt: ago(0), uptimeSeconds: 412_345, loadMilli: 230, memoryTotalBytes: 268_435_456, memoryAvailableBytes: 140_000_000, clients: 7, spoolBytes: 20_480, spoolWindows: 1 },
      links: state === 'enrolled' ? [{ neighbourNodeId: hex(name === 'Church tower' ? 'Mill roof' : 'Church tower'), neighbourName: name === 'Church tower' ? 'Mill roof' : 'Church tower', interfaceName: 'wlan1', neighbourAddress: 'fe80::2', source: 'babel', rxCost: 256, txCost: name === 'School' ? 96 : name === 'Mill roof' ? 640 : 288, up: true, used: true, seenBack: { rxCost: 812, txCost: 640, up: true, used: true } }, { neighbourNodeId: null, neighbourName: null, interfaceName: 'wlan0', neighbourAddress: 'fe80::9', source: 'babel', rxCost: 65535, txCost: 256 }] : [],
      attachments: state === 'enrolled' ? [{ id: randomUUID(), siteId: IDS.site, siteName: 'Mill house', prefixV4: '10.201.1.0/24', prefixV6: 'fd42:201:1::/64', routerV4: '10.201.1.1', routerV6: 'fd42:201:1::1', rule: 'slowLane', slowLaneKbit: 1000, why: 'Overdue since last week', since: ago(9000) }] : [],
    });
    this.nodes = [node('11111111-0000-4000-8000-000000000001', 'Mill roof', 'up', 'enrolled', true, 812), node('11111111-0000-4000-8000-000000000002', 'Church tower', 'up', 'enrolled', true, 812), node('11111111-0000-4000-8000-000000000003', 'School', 'down', 'enrolled', false, 809), node('11111111-0000-4000-8000-000000000004', 'Upper farm', 'never', 'pending', false, null)];
    const named = (id: string, label: string, ownerId: string, at: number, more: Json) => ({ id: `4a4e0000-0000-4000-8000-00000000000${id}`, name: `${label}.village.mesh`, display: `${label}.village.mesh`, ownerId, nodeId: this.nodes[at]!.id, nodeName: this.nodes[at]!.name, nodeKey: hex(label).slice(0, 12), live: this.nodes[at]!.live, service: null, addresses: [`10.201.${at + 1}.1`, `fd42:201:${at + 1}::1`], state: 'held', freeAt: null, offeredUntil: null, registeredAt: ago(90_000), ...more });
    this.names = [
      named('1', 'mill', IDS.ana, 0, {}),
      named('2', 'xn--bcherei-n2a', IDS.ana, 0, { display: 'bücherei.village.mesh', service: { type: 'http', transport: 'tcp', port: 8080, hosts: [], path: '/katalog' } }),
      named('3', 'tower-camera', IDS.joan, 1, { service: { type: 'rtsp', transport: 'tcp', port: 554, hosts: ['10.201.2.7'], path: null }, state: 'frozen', addresses: ['10.201.2.7'] }),
      named('4', 'school', IDS.joan, 2, { live: 'down' }),
    ];
    const disputed = this.names[2]!;
    this.nameDisputes = [
      { id: 'd15b0000-0000-4000-8000-000000000001', name: disputed.name, display: disputed.display, ownerId: IDS.joan, ownerName: 'Joan Pau', openedBy: IDS.ana, openedByName: 'Ana Ribas', reason: 'The tower camera is the fire watch’s, and has been called so since it was put up.', openedAt: ago(4_000), outcome: null, decidedWhy: null, decidedBy: null, decidedAt: null, keptUntil: null },
      { id: 'd15b0000-0000-4000-8000-000000000002', name: 'choir.village.mesh', display: 'choir.village.mesh', ownerId: IDS.ana, ownerName: 'Ana Ribas', openedBy: IDS.joan, openedByName: 'Joan Pau', reason: 'It is ours.', openedAt: ago(90_000), outcome: 'keep', decidedWhy: 'Both sing in it; she was first.', decidedBy: IDS.board, decidedAt: ago(80_000), keptUntil: null },
    ];
    const heard = (name: string, minutes: number, newest: boolean) => ({ nodeId: hex(name), name, heardAt: ago(minutes), newest });
    const neighbour = (routerId: string | null, address: string, source: string, tq: number, cost: number) => ({ routerId, address, source, tq, rxCost: cost, txCost: cost });
    this.routers = [
      { routerId: 'c0ffee000001', hostname: 'bakery-roof', live: 'up', heardAt: ago(0.5), signed: false, figures: { uptimeSeconds: 88_000, loadMilli: 120, clients: 11, rxBytes: 48_211_000_000, txBytes: 9_120_000_000, forwardBytes: 3_400_000_000 }, neighbours: [neighbour('c0ffee000002', 'c2:ff:ee:00:00:02', 'batadv', 231, 0), neighbour(null, 'fe80::77', 'babel', 0, 288)], collectors: [heard('Church tower', 4, false), heard('Mill roof', 0.5, true)] },
      { routerId: 'c0ffee000002', hostname: null, live: 'down', heardAt: ago(95), signed: false, figures: null, neighbours: [], collectors: [heard('Church tower', 95, true)] },
    ];
    const pool = (id: string, purpose: string, state: string, kind: string, by: string, validations: Json[]) => ({ id, purpose, amount: eur('240.00'), firstMonth: day(-50).slice(0, 7), lastMonth: day(0).slice(0, 7), policy: { kind }, payeeId: null, declaredBy: by, declaredAt: ago(9000), state, document: { name: 'carrier-4711.pdf', mediaType: 'application/pdf', sha256: hex('document'), bytes: 83_112 }, validations, validationsNeeded: 2, end: null });
    this.pools = [pool(IDS.pool, 'Transit, invoice 4711', 'declared', 'tree', IDS.ana, [{ by: IDS.joan, at: ago(800) }]), pool(IDS.tower, 'Rent of the church tower', 'validated', 'equal', IDS.board, [{ by: IDS.joan, at: ago(800) }, { by: IDS.ana, at: ago(700) }])];
    const invoice = (id: string, number: string, state: string, paid: string, open: string) => ({
      id, number, payerId: IDS.payer, periodFrom: day(-50).slice(0, 8) + '01', periodTo: day(-50).slice(0, 8) + '28', issuedOn: day(-20), dueOn: day(-6), total: eur('27.40'), paid: eur(paid), open: eur(open), state, overdueSince: state === 'overdue' ? day(-5) : null,
      lines: [{ kind: 'dues', siteId: IDS.site, planCode: 'standard', quantity: '28', unit: 'day of 28', unitPrice: eur('12.00'), amount: eur('12.00'), from: day(-50), to: day(-22), windows: 0, gaps: 0 }, { kind: 'usage', siteId: IDS.site, planCode: 'standard', quantity: '177.24', unit: 'GB', unitPrice: eur('0.20'), amount: eur('15.448'), from: day(-50), to: day(-22), windows: 8064, gaps: 2, includedGb: '100', localGb: '311.5', saved: eur('62.30') }, { kind: 'carried', amount: eur('-0.048'), from: day(-50), to: day(-22), windows: 0, gaps: 0 }],
      payments: state === 'paid' ? [{ id: randomUUID(), receivedOn: day(-10), method: 'transfer', amount: eur('27.40') }] : [],
    });
    const peak = { kind: 'usage', charge: 'peak', siteId: IDS.site, planCode: 'solidary', quantity: '23.41', unit: 'Mbit/s', unitPrice: eur('0.80'), amount: eur('2.728'), from: day(-50), to: day(-22), windows: 8064, gaps: 0, explanation: { formula: '(95th percentile − committed rate, never below zero) × price of a Mbit/s × days ÷ days of the month', inputs: [{ name: 'hours (UTC)', value: '672' }, { name: 'highest hours dropped', value: '33' }, { name: 'direction', value: 'the higher of the percentiles down and up' }, { name: '95th percentile', value: '23.41 Mbit/s' }, { name: 'committed rate', value: '20 Mbit/s' }, { name: 'price of a Mbit/s', value: '0.80 EUR' }], result: '2.728 EUR' } };
    this.invoices = [invoice(IDS.invoice, '2026-00041', 'overdue', '0.00', '27.40'), invoice(IDS.paid, '2026-00029', 'paid', '27.40', '0.00')];
    Object.assign(this.invoices[1]!, { lines: [...(this.invoices[1]!.lines as Json[]).slice(0, 2), peak, { kind: 'share', label: 'Transit, invoice 4711', explainedAt: `/api/cost-shares/${IDS.share}`, amount: eur('17.14'), from: day(-50), to: day(-22), windows: 0, gaps: 0 }, { kind: 'reciprocity', label: 'reciprocity', explainedAt: `/api/settlements/entries/${IDS.entry}`, amount: eur('-15.64'), from: day(-50), to: day(-22), windows: 0, gaps: 0 }, { kind: 'carriage', label: 'carriage', explainedAt: `/api/settlements/entries/${IDS.entry}`, amount: eur('-1.50'), from: day(-50), to: day(-22), windows: 0, gaps: 0 }, { kind: 'adjustment', charge: 'usage', siteId: IDS.site, planCode: 'standard', quantity: '-13.64', unit: 'GB', amount: eur('-2.728'), from: day(-80), to: day(-51), windows: 12, gaps: 0 }, { kind: 'carried', amount: eur('-0.048'), from: day(-50), to: day(-22), windows: 0, gaps: 0 }] });
    const entry = (id: string, name: string | null, amount: string, text: string, suggestions: Json[], more: Json = {}) => ({ id: `ba4ce000-0000-4000-8000-0000000000${id}`, entryId: randomUUID(), accountId: this.bankAccounts[0]!.id, bookedOn: day(-2), valueOn: day(-2), amount: eur(amount), open: eur(amount), name, iban: 'ES9121000418450200051332', text, reference: null, endToEndId: null, bankReference: `BK-${id}`, code: 'PMNT/RCDT/ESCT', information: null, returnReason: null, returned: false, onStatement: true, suggestions, bookings: [], ...more });
    const payment = (amount: string) => ({ kind: 'payment', amount: eur(amount), payerId: IDS.payer, invoiceId: IDS.invoice });
    this.bankEntries = [
      entry('01', 'Ana Ribas', '20.00', 'fees for internet 2026-00041, thank you', [{ confidence: 'likely', places: [payment('20.00')], reasons: [{ why: 'number', what: '2026-00041' }, { why: 'amountBelow', what: '27.40' }] }, { confidence: 'possible', places: [{ kind: 'booked', amount: eur('20.00'), transactionId: randomUUID() }], reasons: [{ why: 'inBook', what: day(-3) }] }]),
      entry('02', 'Cooperativa La Font', '54.80', 'two months for the mill and the upper farm', []),
      entry('03', null, '-5.00', 'Account fee', [{ confidence: 'likely', places: [{ kind: 'account', amount: eur('-5.00'), account: 'bank-charges', reason: 'bank charges' }], reasons: [{ why: 'bankCode', what: 'ACMT/MDOP/CHRG' }] }], { iban: null, code: 'ACMT/MDOP/CHRG' }),
      entry('04', 'Joan Serra', '-30.40', 'AM04 insufficient funds', [{ confidence: 'likely', places: [{ kind: 'return', amount: eur('-27.40'), paymentId: randomUUID() }, { kind: 'account', amount: eur('-3.00'), account: 'bank-charges', reason: 'charge for a return, AM04' }], reasons: [{ why: 'returnCode', what: 'AM04' }, { why: 'sameAccount', what: day(-20) }, { why: 'bankCharge', what: '3.00' }] }], { returned: true, returnReason: 'AM04' }),
      entry('05', 'Ana Ribas', '27.40', 'RF18 2026-00029', [], { open: eur('0.00'), bookings: [{ ...payment('27.40'), id: 'b00c0000-0000-4000-8000-000000000001', partId: 'ba4ce000-0000-4000-8000-000000000005', rule: 'reference', bookedBy: IDS.board, bookedAt: ago(900), undone: null }] }),
    ];
    this.bankFiles = [{ id: randomUUID(), name: 'statement-335.xml', sha256: hex('file'), bytes: 48_221, format: 'camt', state: 'taken', error: null, handedBy: IDS.board, handedAt: ago(800) }, { id: randomUUID(), name: 'statement-334-cut.xml', sha256: hex('cut'), bytes: 8_221, format: 'camt', state: 'refused', error: { line: 117, rule: 'malformed', detail: 'not well-formed XML, or cut off' }, handedBy: IDS.board, handedAt: ago(820) }];
    const plan = (code: string, name: string, from: number, flat: string, gb: number, per: string, description: string) => ({ code, name, description, effectiveOn: day(from), flat: eur(flat), includedGb: gb, perGb: eur(per), currency: 'EUR' });
    this.plans = [plan('standard', 'Standard', -300, '12.00', 100, '0.20', 'For a household.'), plan('small', 'Small', -300, '6.00', 20, '0.25', 'A little, for little.'), plan('standard', 'Standard', 40, '13.00', 150, '0.18', 'For a household.'),
      { ...plan('solidary', 'Solidary', -30, '0.00', 0, '0.00', 'Pay what you can.'), parts: [{ type: 'scale', floor: eur('5.00'), suggested: eur('12.00'), ceiling: eur('40.00') }, { type: 'timed', perGb: eur('0.25'), windows: [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], fromHour: 1, toHour: 7, perGb: eur('0.00') }, { days: ['saturday', 'sunday'], fromHour: 7, toHour: 24, perGb: eur('0.15') }] }, { type: 'peak', committedMbit: '20', perMbit: eur('0.80'), direction: 'higherOfPercentiles' }] }];
    this.dues = { scale: { floor: eur('5.00'), suggested: eur('12.00'), ceiling: eur('40.00') }, monthly: eur('12.00'), choices: [] };
    this.cases = [{ id: IDS.case, number: 17, state: 'open', category: 'intrusion', address: '10.201.1.20', port: 22, observedAt: ago(300), openedAt: ago(200), dueAt: ago(-1440), overdue: false, reports: 2, claimedBy: null, outcome: null }, { id: randomUUID(), number: 16, state: 'open', category: 'spam', address: '10.201.2.9', port: null, observedAt: ago(5000), openedAt: ago(4900), dueAt: ago(30), overdue: true, reports: 1, claimedBy: null, outcome: null }, { id: randomUUID(), number: 12, state: 'closed', category: 'copyright', address: null, port: null, observedAt: ago(90000), openedAt: ago(90000), dueAt: ago(80000), overdue: false, reports: 1, claimedBy: IDS.joan, outcome: 'dismissed' }];
    this.appealed = { id: IDS.decision, caseId: IDS.case, state: 'inForce', outcome: 'upheld', rule: '2: do no harm', reason: 'Brute force against a school server, from this connection.', measures: [{ id: randomUUID(), kind: 'suspension', target: { kind: 'member', value: IDS.ana }, until: ago(-10000), permanent: false }, { id: randomUUID(), kind: 'ban', target: { kind: 'address', value: '10.201.1.20/32' }, until: ago(-10000), permanent: false }], statement: '', decidedBy: IDS.joan, draftedAt: ago(3000), moderatorsNeeded: 1, agreed: [], confirmedBy: IDS.joan, inForceAt: ago(3000), appealUntil: ago(-40000), wantReversed: [] };
    this.appeals = [{ id: IDS.appeal, decisionId: IDS.decision, caseId: IDS.case, state: 'lodged', text: 'My router was reset that night by the installer, and the log he left shows another key.', lodgedAt: ago(21000), dueAt: ago(800), overdue: true, found: 0, needed: 1, mayHear: true, decidedBy: null, reason: null, decidedAt: null }];
    this.ownAppeals = [];
    this.bans = [{ id: IDS.ban, target: { kind: 'address', value: '10.201.4.20/32' }, state: 'inForce', orderedAt: ago(20), orderedBy: IDS.joan, imposedAt: ago(20), imposedBy: IDS.joan, until: ago(-10000), permanent: false, reason: 'Brute force against a school server', caseId: IDS.case, origin: 'decision' }, { id: randomUUID(), target: { kind: 'address', value: '2001:db8:77::/48' }, state: 'inForce', orderedAt: ago(900), orderedBy: IDS.joan, imposedAt: ago(880), imposedBy: IDS.board, until: null, permanent: true, reason: 'Malware control server', caseId: null, origin: 'moderator' }];
  }

  async start(): Promise<string> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private map(): Json {
    return { tiles: this.tiles, attribution: '© OpenStreetMap contributors', latitude: 41.93, longitude: 2.2545 };
  }

  private meshOf() {
    const whole = ['network', 'board', 'moderator'].some((role) => this.roles.includes(role));
    if (this.mesh?.size !== this.moreNodes || this.mesh.whole !== whole) this.mesh = { size: this.moreNodes, whole, made: fakeMesh(this.nodes as never, this.moreNodes, whole) };
    const { made } = this.mesh;
    return this.empty ? { ...made, graph: fakeMesh([], 0, whole).graph } : made;
  }

  /** Whether pages are told what changes; where not, they are refused as when a part is not heard. */
  telling = false;
  /** What each page that came to listen had heard before. */
  readonly came: string[] = [];
  private readonly listening = new Set<ServerResponse>();

  /** Tells every page that listens that `kinds` changed. */
  tell(kinds: string): void {
    this.listening.forEach((page) => page.write(`id: life-2\ndata: ${kinds}\n\n`));
  }

  /** No page is told any more, until they come again. */
  hangUp(): void {
    this.listening.forEach((page) => page.end());
  }

  private live(url: URL, request: IncomingMessage, response: ServerResponse): void {
    if (!this.telling) {
      response.writeHead(503, { 'Content-Type': 'application/problem+json' });
      response.end(JSON.stringify(problem(503, 'live-unavailable', 'Not every part tells what changes right now: the page asks by itself.').body));
      return;
    }
    this.came.push(String(request.headers['last-event-id'] ?? url.searchParams.get('since') ?? ''));
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write('retry: 100\nevent: here\nid: life-1\ndata: live\n\n');
    this.listening.add(response);
    response.on('close', () => this.listening.delete(response));
  }

  /** Whether changes want a fresh proof of who is signed in. */
  wantsProof = false;
  private csrf = 'csrf-of-this-session';

  /** Who looks, and with which roles, while somebody sees what another sees. */
  private looksOn: { memberId: string; roles: string[] } | null = null;

  signIn(memberId: string, ...roles: string[]): void {
    this.memberId = memberId;
    this.roles = roles;
    this.looksOn = null;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://x');
    if (url.pathname === '/oauth2/authorization/coopmesh' && url.searchParams.has('max_age')) {
      // The sign-in page has seen a fresh proof; the session is another one.
      this.wantsProof = false;
      this.csrf = 'csrf-of-the-next-session';
      response.writeHead(302, { Location: '/confirmed' });
      response.end();
      return;
    }
    if (!url.pathname.startsWith('/api/') && !url.pathname.startsWith('/log/') && url.pathname !== '/id/sign-out') return this.file(url.pathname, response);
    if (url.pathname === '/api/live') return this.live(url, request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = !text ? {} : /json/.test(request.headers['content-type'] ?? '') ? (JSON.parse(text) as Json) : { bytes: text.length, type: request.headers['content-type'] };
    const method = request.method!;
    if (method !== 'GET') this.asked.push({ method, path: url.pathname, body, headers: request.headers });
    // A ballot comes without the session, and so without its token.
    const changes = method !== 'GET' && url.pathname !== '/api/assembly/ballots';
    const told = changes && this.roles.length > 0 && request.headers['x-csrf-token'] !== this.csrf ? problem(403, 'csrf', 'The CSRF token is missing') : changes && this.wantsProof ? problem(401, 'step-up-required', 'prove once more that it is you') : this.route(method, url, body, request);
    if (this.failing && !/^\/api\/(session|coop|me\/language)$/.test(url.pathname)) {
      response.writeHead(503, { 'Content-Type': 'application/problem+json' });
      response.end(JSON.stringify(problem(503, 'part-unavailable', 'The part "billing" does not answer right now. Nothing was lost: try again.').body));
      return;
    }
    const status = told?.status ?? 404;
    if (told && 'text' in told && told.text !== undefined) {
      response.writeHead(200, { 'Content-Type': 'text/plain;charset=UTF-8', 'Cache-Control': 'no-store' });
      response.end(told.text);
      return;
    }
    response.writeHead(status, { 'Content-Type': told?.problem || !told ? 'application/problem+json' : 'application/json', 'Cache-Control': 'no-store' });
    response.end(status === 204 ? undefined : JSON.stringify(told?.body ? (this.hostile === null ? told.body : turned(told.body, this.hostile)) : { type: 'about:blank', status: 404, detail: `no ${method} ${url.pathname}` }));
  }

  private file(path: string, response: ServerResponse): void {
    const file = join(this.dist, path);
    if (extname(path) && file.startsWith(this.dist) && existsSync(file)) {
      response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' });
      response.end(readFileSync(file));
      return;
    }
    const nonce = randomBytes(18).toString('base64');
    // The gateway's policy, and stricter: not even style attributes.
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:${this.tiles ? ` ${new URL(this.tiles).origin}` : ''}; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'` });
    response.end(readFileSync(join(this.dist, 'index.html'), 'utf8').replace('{{nonce}}', nonce));
  }

  private route(method: string, url: URL, body: Json, request: IncomingMessage): { status: number; body?: unknown; problem?: boolean; text?: string } | null {
    const path = url.pathname;
    if (path.startsWith('/api/assembly/') && !this.looksOn) return this.assembly.answer(method, path, body, this.memberId, this.roles, this.empty) ?? null;
    const q = url.searchParams;
    const on = (pattern: RegExp, verb = 'GET') => (method === verb ? pattern.exec(path) : null);
    const items = (list: unknown[]) => ({ status: 200, body: { items: this.empty ? [] : list, next: null } });
    const ok = (answer?: unknown) => (answer === undefined ? { status: 204 } : { status: 200, body: answer });
    const open = /^\/api\/(session|coop|plans|applications|(reports|pleas)(\/[0-9a-f-]{36})?)$/.test(path) || path.startsWith('/log/');
    if (!open && this.roles.length === 0) return problem(401, 'not-signed-in', 'Nobody is signed in');
    let found: RegExpExecArray | null;

    if (on(/^\/api\/session\/view$/, 'DELETE')) { if (this.looksOn) this.signIn(this.looksOn.memberId, ...this.looksOn.roles); return ok(); }
    if (this.looksOn && method !== 'GET' && path !== '/id/sign-out') return problem(403, 'view-only', 'whoever sees what another sees changes nothing');
    if (this.looksOn && /^\/api\/(assembly|reports|autopay|abuse\/(decisions|appeals)|me\/)/.test(path)) return problem(403, 'not-in-view', 'this is for the member’s own eyes');
    if (on(/^\/api\/session\/view$/, 'POST')) { this.looksOn = { memberId: this.memberId, roles: this.roles }; this.memberId = String(body.memberId); this.roles = ['member']; return { status: 201, body: { until: ago(-15) } }; }
    if (on(/^\/api\/me\/language$/)) return ok({ language: this.language });
    if (on(/^\/api\/me\/language$/, 'PUT')) return ok({ language: (this.language = String(body.language)) });
    if (path === '/id/sign-out') { this.roles = []; return ok(); }
    if (on(/^\/api\/session$/)) return ok(this.roles.length ? { signedIn: true, memberId: this.memberId, name: this.member(this.memberId)?.name, roles: this.roles, viewedUntil: this.looksOn ? ago(-15) : null, csrf: { header: 'X-CSRF-TOKEN', token: this.csrf }, map: this.map() } : { signedIn: false, memberId: null, name: null, roles: [], csrf: { header: 'X-CSRF-TOKEN', token: this.csrf }, map: this.map() });
    if (on(/^\/api\/coop$/)) return ok(this.constituted ? { constituted: true, name: 'Vall Mesh', currency: 'EUR', timeZone: 'Europe/Madrid', rulesVersion: 3, rulesText: '1. We share our network and pay for it together.\n2. We do not harm others over it.\n3. What we owe we pay by the due date.', caFingerprint: hex('ca') } : { constituted: false });
    if (on(/^\/api\/coop$/, 'POST')) {
      if (request.headers['setup-code'] !== 'right-code') return problem(403, 'setup-code-wrong', 'That is not the set-up code');
      this.constituted = true;
      return { status: 201, body: { memberId: IDS.board } };
    }
    if (on(/^\/api\/plans$/)) return items(q.get('history') ? this.plans : this.plans.filter((plan) => String(plan.effectiveOn) <= day(0)));
    if (on(/^\/api\/plans$/, 'POST')) {
      if (JSON.stringify(body.parts).includes('"ceiling":{"amount":"1.00"')) return problem(400, 'invalid-request', 'parts[0]: floor ≤ suggested ≤ ceiling', [{ field: 'parts[0]', rule: 'plan', message: 'floor ≤ suggested ≤ ceiling' }]);
      this.plans.push({ ...body, flat: eur('0.00'), includedGb: 0, perGb: eur('0.00') }); return { status: 201, body }; }
    if (on(/^\/api\/applications$/, 'POST')) return String(body.email).endsWith('@nowhere') ? problem(400, 'invalid-request', 'The application is not complete', [{ field: 'email', rule: 'email', message: 'must be an e-mail address' }]) : { status: 202, body: { memberId: randomUUID() } };

    if (on(/^\/api\/overview\/home$/)) {
      const parts = ['membership', 'billing', 'abuse'].map((part) => ({ part, ok: part !== 'billing' || !this.billingSilent, why: part === 'billing' && this.billingSilent ? 'does not answer' : null }));
      if (this.empty) return ok({ parts, applicants: { count: 0, more: false }, openCases: { count: 0, more: false }, overdueInvoices: { count: 0, more: false }, nodes: { up: 0, late: 0, down: 0, never: 0, membersAffected: 0 }, implausible: { count: 0, more: false }, deadLetters: 0 });
      return ok({ parts, applicants: { count: this.members.filter((one) => one.state === 'applicant').length, more: false }, openCases: { count: this.cases.filter((one) => one.state === 'open').length, more: false }, appeals: { count: 1, more: false, overdue: 1 }, overdueInvoices: this.billingSilent ? null : { count: 1, more: false, total: eur('27.40') }, nodes: { up: 2, late: 0, down: 1, never: 1, membersAffected: 1 }, implausible: this.billingSilent ? null : { count: 3, more: false }, outages: { count: 1, more: false, members: 3 }, failedMails: { count: 2, more: false }, deadLetters: 1 });
    }
    if ((found = on(/^\/api\/overview\/members\/([^/]+)$/))) {
      const moment = (minutes: number, part: string, kind: string, detail: Json) => ({ at: ago(minutes), part, kind, detail });
      return ok({ parts: [{ part: 'membership', ok: true }, { part: 'billing', ok: !this.billingSilent, why: 'does not answer' }, { part: 'abuse', ok: true }], items: this.empty ? [] : [moment(200, 'abuse', 'case', { id: IDS.case, category: 'intrusion' }), moment(7200, 'membership', 'standingChanged', { level: 'overdue', why: 'Invoice 2026-00041 is overdue' }), moment(28700, 'billing', 'mail', { notice: 'invoice', state: 'failed' }), { ...moment(28800, 'billing', 'invoice', this.invoices[0]!), at: day(-20) }, moment(100000, 'membership', 'mail', { notice: 'passkey-added', state: 'sent' }), moment(270000, 'membership', 'subscribed', { planCode: 'standard', effectiveOn: day(-190) }), moment(280000, 'membership', 'approved', { reason: 'Welcome', joinedOn: day(-200) }), moment(290000, 'membership', 'applied', { rulesVersion: '3' })] });
    }

    if (on(/^\/api\/members\/mail$/)) return ok({ hindrance: null, why: null, pausedUntil: null, perMinute: 60, counts: { waiting: 2, sent: 310, failed: 1, doubtful: 1, unaddressed: 0, dropped: 4 } });
    if (on(/^\/api\/members\/mail\/mails$/)) return items(this.empty ? [] : [{ id: 12, notice: 'outage-began', about: randomUUID(), memberId: IDS.ana, state: 'failed', attempts: 6, queuedAt: ago(90), sentTo: 'gone@example.org', answer: '550 5.1.1 nobody by that name' }, { id: 11, notice: 'sign-in-link', about: randomUUID(), memberId: IDS.joan, state: 'doubtful', attempts: 1, queuedAt: ago(200), sentTo: 'joan@example.org', answer: 'the line broke' }, { id: 9, notice: 'circular', about: randomUUID(), memberId: IDS.joan, state: 'sent', attempts: 1, queuedAt: ago(900), sentAt: ago(899), sentTo: 'joan@example.org', answer: '250 ok' }]);
    if (on(/^\/api\/members\/mail\/mails\/\d+\/(again|drop)$/, 'POST')) return ok({ id: 12, state: 'waiting' });
    if (on(/^\/api\/members\/mail\/retry$/, 'POST')) return ok({ mails: 1 });
    if (on(/^\/api\/members\/sorting\/preview$/, 'POST')) return ok({ sha256: hex('labels'), changes: 1, problemCount: 0, problems: [], lines: [{ at: '2', memberId: IDS.ana, name: 'Ana Ribas', siteId: IDS.site, site: 'Mill house', labels: { from: ['founder'], to: ['founder', 'roof'] }, zone: { from: 'North', to: null }, nodes: { from: [], to: ['Mill roof', 'Barn'] }, changes: true }] });
    if (on(/^\/api\/members\/sorting$/, 'POST')) return ok({ lines: 1 });
    if ((found = on(/^\/api\/sites\/([^/]+)\/agreed-nodes$/, 'PUT'))) return ok({ names: body.names });
    if (on(/^\/api\/nodes\/agreed$/)) return ok(this.empty ? { items: [], missing: 0, tooMany: 0 } : { missing: 1, tooMany: 1, items: [{ siteId: IDS.site, site: 'Mill house', memberId: IDS.ana, name: 'Barn', nodeId: null, state: 'missing' }, { siteId: IDS.site, site: 'Mill house', memberId: IDS.ana, name: 'Mill roof', nodeId: this.nodes[0]!.id, state: 'in-service' }, { siteId: IDS.site, site: 'Mill house', memberId: IDS.ana, name: 'Old mast', nodeId: this.nodes[1]!.id, state: 'not-agreed' }] });
    if ((found = on(/^\/api\/sites\/([^/]+)\/residents\/([^/]+)$/, 'PUT')) || (found = on(/^\/api\/sites\/([^/]+)\/residents\/([^/]+)$/, 'DELETE'))) {
      const [, siteId, memberId] = found;
      for (const one of this.members.flatMap((each) => each.sites as Json[]).filter((each) => each.id === siteId)) one.residents = request.method === 'PUT' ? [...(one.residents as string[] ?? []), memberId] : (one.residents as string[]).filter((each) => each !== memberId);
      return { status: 204, body: undefined };
    }
    if (on(/^\/api\/members$/)) return items(this.members.filter((one) => (!q.get('state') || one.state === q.get('state')) && (!q.get('q') || `${one.name} ${one.email}`.toLowerCase().includes(q.get('q')!.toLowerCase()))));
    if (on(/^\/api\/billing\/privacy\/register$/)) return ok({ service: 'billing-service', kinds: [{ kind: 'bills', purpose: 'to bill, and to prove what was billed', basis: 'legal obligation (GDPR Art. 6 (1) (c))', kept: 'ten years, as invoices are', stays: 'the books and what they rest on are kept as long as tax law says', tables: [{ table: 'invoice', columns: ['id'] }] }], withoutPersons: [] });
    if (on(/^\/api\/abuse\/privacy\/register$/)) return ok({ service: 'abuse-reporting', kinds: [{ kind: 'cases', purpose: 'to decide by published rules', basis: 'legitimate interest (GDPR Art. 6 (1) (f))', kept: 'for good', stays: 'decisions are kept for appeals', tables: [{ table: 'abuse_case', columns: ['case_id'] }] }], withoutPersons: [] });
    if (on(/^\/api\/me\/erasure$/, 'POST')) return problem(409, 'erasure-hindered', 'a member who is active leaves first');
    if (on(/^\/api\/privacy\/register$/)) return ok({ service: 'membership-service', kinds: [{ kind: 'membership', purpose: 'to know who belongs, by which rules, and what was agreed', basis: 'contract (GDPR Art. 6 (1) (b))', kept: 'until the member is erased after leaving', tables: [{ table: 'member', blank: { name: "'Erased'" }, columns: ['id', 'name'] }, ...['member_timeline', 'member_label', 'member_plan', 'member_recovery_request', 'site', 'site_resident', 'site_agreed_node', 'household', 'household_member', 'application', 'circular_recipient'].map((table) => ({ table, columns: ['id', 'at'] }))] }, { kind: 'roles', purpose: 'to prove who had which right when', basis: 'legitimate interest (GDPR Art. 6 (1) (f))', kept: 'for good: the database refuses to change it', tables: [{ table: 'role_grant', columns: ['id', 'role'] }] }], withoutPersons: [] });
    if (on(/^\/api\/(billing\/|abuse\/)?me\/export$/)) return ok({ held: {} });
    if (on(/^\/api\/me$/)) return ok({ ...this.member(this.memberId), nodes: [] });
    if (on(/^\/api\/members\/words$/)) return ok({ labels: [{ word: 'roof access', count: 2 }], zones: [{ word: 'North', count: 1 }] });
    if ((found = on(/^\/api\/members\/([^/]+)\/notes$/))) return items(this.staffNotes);
    if ((found = on(/^\/api\/members\/([^/]+)\/notes$/, 'POST'))) { this.staffNotes.unshift({ id: this.staffNotes.length + 1, at: ago(0), by: this.memberId, text: body.text }); return { status: 201, body: this.staffNotes[0] }; }
    if ((found = on(/^\/api\/members\/([^/]+)\/labels$/, 'PUT'))) { this.member(found[1]!)!.labels = body.labels; return ok({ labels: body.labels }); }
    if ((found = on(/^\/api\/members\/([^/]+)\/welcome$/, 'POST'))) return ok({ code: '0a1b2-c3d4e-5f6g7-h8i9j-k0l1m-n', expiresAt: ago(-20_160), page: '/id/welcome' });
    if ((found = on(/^\/api\/members\/([^/]+)\/rejoin$/, 'POST'))) { const one = this.member(found[1]!)!; one.state = 'applicant'; return ok({ id: one.id, state: 'applicant' }); }
    if ((found = on(/^\/api\/sites\/([^/]+)\/(move)$/, 'POST'))) { const site = (this.member(IDS.ana)!.sites as Json[])[0]!; Object.assign(site, { name: body.name, address: body.address, effectiveOn: body.on }); return ok(site); }
    if ((found = on(/^\/api\/sites\/([^/]+)\/zone$/, 'PUT'))) { const site = (this.member(IDS.ana)!.sites as Json[])[0]!; site.zone = body.zone; return ok(site); }
    if (on(/^\/api\/coop\/keys$/)) return ok({ items: this.nodeKeys, steps: [{ kind: 'access-list', step: 'used', key: this.nodeKeys[1]!.current, waiting: 1, reason: 'A laptop with a backup is gone', by: IDS.board, at: ago(2_880) }] });
    if ((found = on(/^\/api\/coop\/keys\/([^/]+)\/(announce|use|retire)$/, 'POST'))) { const one = this.nodeKeys.find((each) => each.kind === found![1])!; Object.assign(one, found[2] === 'announce' ? { phase: 'announced', other: 'c0'.repeat(32), dueAt: ago(-1_440), waiting: 3 } : { phase: 'steady', other: null, dueAt: null, waiting: 0, laggards: [] }); return ok(one); }
    if (on(/^\/api\/coop\/pools$/)) return ok(this.ranges);
    if (on(/^\/api\/coop\/pools$/, 'POST')) { if ((body.poolsV4 as string[]).includes('127.0.0.0/8')) return problem(422, 'pool-reserved', '127.0.0.0/8 is not for connections', [{ field: 'poolsV4', rule: 'pool-reserved', message: '127.0.0.0/8 is loopback' }]); this.ranges.poolsV4.push(...(body.poolsV4 as string[])); return ok(this.ranges); }
    if (on(/^\/api\/nodes\/prepared$/)) return ok({ items: this.boxes, next: null });
    if ((found = on(/^\/api\/nodes\/prepared\/([^/]+)$/, 'DELETE'))) { this.boxes = this.boxes.filter((each) => each.id !== found![1]); return { status: 204, body: undefined }; }
    if (on(/^\/api\/nodes\/refusals$/)) return ok({ items: [{ at: ago(90), why: 'the code was used before', node: this.nodes[0]!.id, nodeId: 'ab'.repeat(32) }], next: null });
    if (on(/^\/api\/members\/circulars$/)) return ok({ items: this.circulars, next: null });
    if (on(/^\/api\/members\/circulars\/reach$/)) return ok({ recipients: 31 });
    if (on(/^\/api\/members\/circulars\/[^/]+\/progress$/)) return ok({ recipients: 12, waiting: 1, sent: 10, notSent: 1 });
    if ((found = on(/^\/api\/members\/circulars\/([^/]+)$/, 'PUT'))) { const one = { ...body, chosen: (body.members as string[] | undefined)?.length ?? 0, id: found[1], by: this.memberId, at: ago(0) }; this.circulars.unshift(one); return ok(one); }
    if (on(/^\/api\/recoveries$/)) return ok({ delayHours: 72, delayHoursMin: 24, delayHoursMax: 336, items: this.recoveries });
    if (on(/^\/api\/recoveries$/, 'POST')) return { status: 201, body: { ...this.recoveries[0], memberId: body.memberId, reason: body.reason } };
    if ((found = on(/^\/api\/recoveries\/([^/]+)\/code$/, 'POST'))) return ok({ code: '0a1b2-c3d4e-5f6g7-h8i9j-k0l1m-n', expiresAt: ago(-10_080), page: '/id/recovery/code' });
    if ((found = on(/^\/api\/recoveries\/([^/]+)\/(approval|stop)$/, 'POST'))) { const one = this.recoveries.find((each) => each.id === found![1])!; if (found[2] === 'stop') Object.assign(one, { state: 'stopped', endedAt: ago(0), endedBy: this.memberId }); else Object.assign(one, { state: 'waiting', dueAt: ago(-4_320), approvals: [...(one.approvals as Json[]), { by: this.memberId, at: ago(0) }] }); return ok(one); }
    if (on(/^\/api\/members\/imports$/)) return items(this.rosters);
    if (on(/^\/api\/members\/import\/preview$/, 'POST')) return ok(this.roster(q.get('plan') ?? ''));
    if (on(/^\/api\/members\/import$/, 'POST')) { const taken = { sha256: q.get('sha256'), name: q.get('name'), at: ago(0), by: IDS.board, lines: 3, members: 2, sites: 2, payers: 1 }; this.rosters.push(taken); return ok({ ...taken, again: false }); }
    if ((found = on(/^\/api\/members\/([^/]+)$/))) return this.member(found[1]!) ? ok({ ...this.member(found[1]!), nodes: this.nodes.filter((one) => one.ownerId === found![1]).map(({ id, nodeId, name }) => ({ id, nodeId, name })) }) : problem(404, 'not-found', 'no such member');
    if ((found = on(/^\/api\/members\/([^/]+)\/(approve|refuse|pause|resume|leave)$/, 'POST'))) {
      const one = this.member(found[1]!)!;
      const next = { approve: 'active', refuse: 'refused', pause: 'paused', resume: 'active', leave: 'left' }[found[2]!]!;
      if (found[2] === 'approve' && one.state !== 'applicant') return problem(409, 'step-not-legal', `${String(one.name)} is ${String(one.state)}`);
      one.state = next;
      return ok({ id: one.id, state: next });
    }
    if ((found = on(/^\/api\/members\/([^/]+)\/roles$/, 'PUT'))) { this.member(found[1]!)!.roles = body.roles; return ok({ roles: body.roles }); }
    if (on(/^\/api\/sites$/)) return items([{ id: IDS.site, name: 'Mill house' }]);
    if ((found = on(/^\/api\/payers\/([^/]+)$/))) return ok({ id: found[1], name: 'Ana Ribas', email: 'ana@example.org', address: 'Carrer del Molí 4\n08500 Vic', memberId: IDS.ana });
    if (on(/^\/api\/payers$/)) return items([{ id: IDS.payer, name: 'Ana Ribas', email: 'ana@example.org' }]);

    if ((found = on(/^\/api\/sites\/([^/]+)\/public$/, 'PUT'))) { const site = (this.member(IDS.ana)!.sites as Json[])[0]!; site.publicSince = body.open ? ago(0) : null; return ok(site); }
    if (on(/^\/api\/bouncers$/)) return items(this.bouncers);
    if (on(/^\/api\/bouncers$/, 'POST')) { const made = { id: randomUUID(), name: body.name, madeAt: ago(0), places: [] }; this.bouncers.unshift(made); return { status: 201, body: { id: made.id, name: made.name, key: 'Ck3v9q2XcA0d7mZpL1sYtwR8uVbN4eHj' } }; }
    if ((found = on(/^\/api\/bouncers\/([^/]+)$/, 'DELETE'))) { Object.assign(this.bouncers.find((one) => one.id === found![1])!, { revokedAt: ago(0) }); return { status: 204, body: undefined }; }
    if (on(/^\/api\/outside-lists$/)) return items(this.outsideLists);
    if (on(/^\/api\/outside-lists$/, 'POST')) { const made = { ...this.outsideLists[1], ...body, id: randomUUID(), enforced: false, entries: 0, ownMembers: 0, leftOut: [], outcome: null, takenAt: null }; this.outsideLists.push(made); return { status: 201, body: made }; }
    if ((found = on(/^\/api\/outside-lists\/([^/]+)\/enforced$/, 'PUT'))) { const one = this.outsideLists.find((each) => each.id === found![1])!; Object.assign(one, { enforced: body.enforced }); return ok(one); }
    if ((found = on(/^\/api\/outside-lists\/([^/]+)\/fetch$/, 'POST'))) { const one = this.outsideLists.find((each) => each.id === found![1])!; Object.assign(one, { outcome: 'taken', outcomeWhy: null, takenAt: ago(0) }); return ok(one); }
    if (on(/^\/api\/feeds\/keys$/)) return items(this.feedKeys);
    if (on(/^\/api\/feeds\/keys$/, 'POST')) { const made = { id: randomUUID(), name: body.name, createdAt: ago(0) }; this.feedKeys.unshift(made); return { status: 201, body: { id: made.id, name: made.name, key: 'feed-Ck3v9q2XcA0d7mZpL1sYtw' } }; }
    if ((found = on(/^\/api\/feeds\/keys\/([^/]+)$/, 'DELETE'))) { Object.assign(this.feedKeys.find((one) => one.id === found![1])!, { revokedAt: ago(0) }); return { status: 204, body: undefined }; }
    if (on(/^\/api\/outages$/)) {
      const all = this.roles.includes('network') || this.roles.includes('board');
      const own = (one: Json) => ({ ...one, node: null, nodeName: null, nodes: null, members: null });
      const some = this.empty ? [] : this.outages.filter((one) => Boolean(one.endedAt) === (q.get('state') === 'ended') && (all || one.kind === 'node'));
      return ok({ items: all ? some : some.slice(0, 1).map(own), next: null, watch: { lookedAt: ago(0), silent: false } });
    }
    if (on(/^\/api\/outages\/maintenance$/)) return items(this.works);
    if (on(/^\/api\/outages\/maintenance$/, 'POST')) { const work = { ...body, id: randomUUID(), nodeName: this.nodes.find((one) => one.id === body.node)?.name ?? null }; this.works.push(work); return { status: 201, body: work }; }
    if ((found = on(/^\/api\/outages\/maintenance\/([^/]+)$/, 'DELETE'))) { this.works = this.works.filter((one) => one.id !== found![1]); return { status: 204, body: undefined }; }
    if ((found = on(/^\/api\/outages\/([^/]+)\/acknowledgement$/, 'PUT'))) { Object.assign(this.outages.find((one) => one.id === found![1])!, { acknowledgedAt: ago(0), note: body.note }); return { status: 204, body: undefined }; }
    if ((found = on(/^\/api\/outages\/([^/]+)$/))) { const one = this.outages.find((each) => each.id === found![1])!; return ok({ outage: one, covered: [{ node: one.node, nodeName: one.nodeName, silentSince: one.beganAt, members: 2 }, { node: this.nodes[0]!.id, nodeName: 'Mill roof', silentSince: one.beganAt, members: 1 }] }); }
    if (on(/^\/api\/topology\/graph$/)) return ok(this.meshOf().graph);
    if (on(/^\/api\/topology\/graph\/arrange$/, 'POST')) return { status: 204, body: undefined };
    if (on(/^\/api\/usage\/links\/load$/)) return ok(this.meshOf().load);
    if (on(/^\/api\/topology\/layouts$/)) return items(this.layouts.map((one) => ({ ...one, places: undefined })));
    if ((found = on(/^\/api\/topology\/layouts\/([^/]+)$/, 'PUT'))) { const name = decodeURIComponent(found[1]!); this.layouts = [...this.layouts.filter((one) => one.name !== name), { id: randomUUID(), name, own: true, givenOut: false, changedAt: ago(0), places: body.places }]; return { status: 204, body: undefined }; }
    if ((found = on(/^\/api\/topology\/layouts\/([^/]+)\/default$/, 'PUT'))) { for (const one of this.layouts) one.givenOut = one.id === found[1]; return { status: 204, body: undefined }; }
    if ((found = on(/^\/api\/topology\/layouts\/([^/]+)$/, 'DELETE'))) { this.layouts = this.layouts.filter((one) => one.id !== found![1]); return { status: 204, body: undefined }; }
    if ((found = on(/^\/api\/topology\/layouts\/([^/]+)$/))) return ok(this.layouts.find((one) => one.id === found![1])!);
    if (path.startsWith('/api/names')) return this.nameAnswers(path.slice('/api/names'.length), method, body, q);
    if (on(/^\/api\/nodes$/)) return items(this.nodes);
    if (on(/^\/api\/nodes\/collected$/)) return this.roles.includes('network') || this.roles.includes('board') ? items(this.routers) : problem(403, 'forbidden', 'Not yours to see');
    if (on(/^\/api\/nodes$/, 'POST')) {
      const id = randomUUID();
      this.nodes.push({ ...this.nodes[3]!, id, name: body.name, ownerId: body.ownerId, siteId: body.siteId });
      setTimeout(() => { Object.assign(this.nodes.find((one) => one.id === id)!, { state: 'enrolled', live: 'up', nodeId: hex(id), lastSeenAt: ago(0) }); }, 2_500).unref();
      return { status: 201, body: { id, enrolment: this.enrolment() } };
    }
    if (on(/^\/api\/nodes\/prepared$/, 'POST')) return { status: 201, body: { id: IDS.site, enrolment: this.enrolment() } };
    if (on(/^\/api\/nodes\/claim$/, 'POST')) {
      if (String(body.code).replaceAll('-', '').toUpperCase() !== 'K7Q29FWMTC4RXH8PJD3V5NBA') return problem(409, 'not-claimable', 'no box has this code');
      this.nodes.push({ ...this.nodes[3]!, id: '11111111-0000-4000-8000-000000000017', name: 'Box 17', ownerId: this.memberId, siteId: body.siteId });
      return { status: 201, body: { id: '11111111-0000-4000-8000-000000000017' } };
    }
    if ((found = on(/^\/api\/nodes\/([^/]+)\/code$/, 'POST'))) return ok({ id: found[1], enrolment: this.enrolment() });
    if ((found = on(/^\/api\/nodes\/([^/]+)$/))) { const one = this.nodes.find((node) => node.id === found![1]); return one ? ok(one) : problem(404, 'node-not-found', 'no such node'); }
    if ((found = on(/^\/api\/nodes\/([^/]+)\/(retire|revoke)$/, 'POST'))) { Object.assign(this.nodes.find((one) => one.id === found![1])!, { state: found[2] === 'retire' ? 'retired' : 'revoked' }); return ok(); }
    if (on(/^\/api\/access\/list$/)) return ok({ version: 812, issuedAt: ago(3), notAfter: ago(-10000), entries: 9, byRule: { full: 4, slowLane: 1, walledGarden: 0, drop: 0, bans: 2, garden: 2 }, nodes: { total: 3, current: 2, slowestMillis: 412, lagging: [{ id: this.nodes[2]!.id, name: 'School', version: 809 }] } });
    if (on(/^\/api\/access\/coverage$/)) return ok({ key: q.get('key'), present: true, sinceVersion: 811, onNodes: 2, ofNodes: 3, slowestMillis: 412, lagging: [{ id: this.nodes[2]!.id, name: 'School', version: 809 }] });
    if (on(/^\/api\/access\/entries$/)) return items(q.get('q')?.startsWith('10.201.1') ? [{ key: 'attachment:x', kind: 'attachment', rule: 'slowLane', slowLaneKbit: 1000, why: 'Overdue since last week', prefixV4: '10.201.1.0/24', prefixV6: 'fd42:201:1::/64', sinceVersion: 790, since: ago(7000), node: this.nodes[0]!.id, siteId: IDS.site }] : []);

    if ((found = on(/^\/api\/(membership|billing|abuse)\/dead-letters$/))) {
      const waiting = this.empty ? [] : this.letters.filter((one) => one.part === found![1]);
      return ok({ count: waiting.length, items: waiting });
    }
    if ((found = on(/^\/api\/(membership|billing|abuse)\/dead-letters\/(\d+)\/retry$/, 'POST'))) {
      if (this.letterFails) return problem(500, 'listener-failed', 'no member a0a00000 yet');
      this.letters = this.letters.filter((one) => one.id !== Number(found![2]));
      return { status: 204, body: null };
    }

    if (on(/^\/api\/usage(\/mine)?$/)) {
      const hour = Math.floor(Date.now() / 3_600_000);
      const [from, to] = ['from', 'to'].map((name, at) => (q.get(name) ? Math.ceil(Date.parse(q.get(name)!) / 3_600_000) : hour + at - 23 * (1 - at)));
      const hours = Array.from({ length: Math.max(0, Math.min(to!, hour + 1) - from!) }, (_, at) => from! + at).filter((one) => ![5, 6, 7].includes(hour - one) && !(hour - one > 300 && hour - one < 340));
      return items(hours.map((at) => ({ from: new Date(at * 3_600_000).toISOString(), to: new Date((at + 1) * 3_600_000).toISOString(), internetDown: Math.round(2e8 + 1.6e8 * Math.sin(at / 3)), internetUp: Math.round(4e7 + 2e7 * Math.cos(at / 4)), localDown: Math.round(8e7 + 3e7 * Math.sin(at / 9)), localUp: 3e7 })));
    }
    const decisionOf = (item: Json) => this.decided.find((one) => one.sequence === item.sequence) ?? null;
    if (on(/^\/api\/usage\/(mine\/)?implausible$/)) {
      const { nodeId, bootId, sequence, startedAt, endedAt, reason, receivedAt } = this.proof.report as Json;
      const claims = [{ attachmentId: 'a77ac4ed-0000-4000-8000-00000000000d', own: true, internetDown: 91_000_000_000, internetUp: 21_000_000, localDown: 4_000_000, localUp: 0 }];
      const all: Json[] = [{ nodeId, bootId, sequence, startedAt, endedAt, reason, receivedAt, claims, limitBytes: 41_250_000_000, acceptable: true }, { nodeId: hex('School'), bootId: randomUUID(), sequence: 12, startedAt: ago(-400), endedAt: ago(-405), receivedAt: ago(60), reason: 'fromTheFuture: the window is from the future, by the clock of the service', claims: [], limitBytes: 41_250_000_000, acceptable: false }];
      const told: Json[] = all.map((one) => ({ ...one, decision: decisionOf(one) }));
      if (path.includes('mine')) return ok(this.empty ? [] : told.slice(0, 1));
      return items(told.filter((one) => (one.decision !== null) === (q.get('decided') === 'true') && (!q.get('nodeId') || one.nodeId === q.get('nodeId'))));
    }
    if ((found = on(/^\/api\/usage\/implausible\/[0-9a-f]{64}\/[0-9a-f-]{36}\/(\d+)\/decision$/, 'POST'))) {
      if (body.reason === 'It is my own') return problem(403, 'involved', 'about the caller’s own node or household; somebody else decides');
      const decision = { sequence: Number(found[1]), accepted: body.accept, reason: body.reason, decidedAt: ago(0), decidedBy: this.memberId };
      this.decided.push(decision);
      return ok(decision);
    }
    if (on(/^\/api\/invoices\/[0-9a-f-]{36}\/lines\/\d+\/evidence$/)) return this.roles.includes('treasurer') ? ok({ format: 'coopmesh-evidence', reports: [this.proof] }) : problem(403, 'forbidden', 'the reports speak of others too; ask the treasurer');
    if (on(/^\/api\/usage\/reports\/[0-9a-f]{64}\/[0-9a-f-]{36}\/4711$/)) return ok(this.proof);
    if (on(/^\/api\/usage\/reports\//)) return problem(404, 'report-not-found', 'no such report is kept');
    if (on(/^\/api\/usage\/nodes$/)) { this.ticks++; return items(this.nodes.filter((one) => one.nodeId).map((one, at) => ({ nodeId: one.nodeId, lastReportAt: ago(2), reports: 8000 + this.ticks, gaps: at, implausible: at === 2 ? 3 : 0, bytes24h: 5_300_000_000 * (at + 1) + this.ticks * 31_000_000 }))); }

    const quarrel = { id: 'd15c0000-0000-4000-8000-000000000001', lowNodeId: hex('School'), highNodeId: (this.proof.report as Json).nodeId, from: ago(190), to: ago(25), windowsOutside: 4, raisedAt: ago(150) };
    if (on(/^\/api\/usage\/discrepancies$/)) return items(this.empty ? [] : [quarrel, { ...quarrel, id: 'd15c0000-0000-4000-8000-000000000002', from: ago(9000), to: ago(8900), windowsOutside: 3, raisedAt: ago(8890) }]);
    if (on(/^\/api\/usage\/discrepancies\/d15c0000-0000-4000-8000-000000000001$/)) {
      const end = (nodeId: unknown, sequence: number, sent: number, received: number) => ({ nodeId, bootId: REPORT_BOOT, sequence, sent, received });
      return ok({ discrepancy: quarrel, windows: [190, 130, 70, 30].map((minutes, at) => ({ from: ago(minutes), to: ago(minutes - 5), low: end(quarrel.lowNodeId, 300 + at, 91_000_000, 412_000_000), high: end(quarrel.highNodeId, 4711 + at, 495_000_000, 90_400_000) })) });
    }
    if (on(/^\/api\/usage\/discrepancies\//)) return problem(404, 'discrepancy-not-found', 'no such discrepancy');
    if (on(/^\/api\/usage\/links$/)) return items(this.empty ? [] : [4, 3].map((hours) => ({ hour: ago(hours * 60), lowNodeId: quarrel.lowNodeId, highNodeId: quarrel.highNodeId, windowsMatched: 12, windowsOutside: hours === 3 ? 4 : 0, windowsLowAlone: 0, windowsHighAlone: hours === 3 ? 1 : 0, lowSent: 1_090_000_000, highReceived: 1_084_000_000, upCredited: 1_084_000_000, highSent: 5_940_000_000, lowReceived: 4_950_000_000, downCredited: 4_950_000_000 })));

    if (on(/^\/api\/invoices$/)) return items(this.invoices.filter((one) => String(one.number).includes(q.get('q') ?? '')).filter((one) => !q.get('state') || one.state === q.get('state') || (q.get('state') === 'open' && one.state !== 'paid')));
    if ((found = on(/^\/api\/invoices\/([^/]+)$/))) { const one = this.invoices.find((invoice) => invoice.id === found![1]); return one ? ok(one) : problem(404, 'invoice-not-found', 'no such invoice'); }
    if ((found = on(/^\/api\/invoices\/([0-9a-f-]{36})\/credit-notes$/))) return items(this.creditNotes.filter((one) => one.invoiceId === found![1]));
    if ((found = on(/^\/api\/invoices\/([0-9a-f-]{36})\/credit-notes$/, 'POST'))) {
      const invoiceId = found[1]!;
      return this.once(request, body, () => {
        const note = { id: randomUUID(), number: 'CN2026-000002', invoiceId, issuedOn: day(0), issuedAt: ago(0), amount: eur(String(body.amount)), reason: body.reason };
        this.creditNotes.push(note);
        return note;
      });
    }
    if ((found = on(/^\/api\/invoices\/([0-9a-f-]{36})\/write-off(\/approval)?$/, 'POST'))) {
      const invoice = this.invoices.find((one) => one.id === found![1])!;
      if (found[2]) return problem(403, 'another-person', 'another person than who asked agrees');
      Object.assign(invoice, { writeOff: { reason: body.reason, askedBy: IDS.board, askedAt: ago(0) } });
      return ok({ invoiceId: invoice.id, ...body, askedBy: IDS.board, askedAt: ago(0) });
    }
    if (on(/^\/api\/invoices\/[0-9a-f-]{36}\/pay-link$/, 'POST')) return ok({ path: '/pay/AbCdEfGhIjKlMnOpQrStUv' });
    if (on(/^\/api\/invoices\/[0-9a-f-]{36}\/document$/)) return ok(this.seller ? { state: 'ready', drawnUpAt: ago(30), pdfSha256: hex('pdf'), xmlSha256: hex('xml'), reference: 'RF24 COOP 2026 0000 41' } : { state: 'waiting', reference: null });
    if (on(/^\/api\/invoices\/[0-9a-f-]{36}\/document\.(pdf|xml)$/)) return ok({});
    if (on(/^\/api\/payments\/providers$/)) return items([
      { provider: 'stripe', offered: true, clearing: eur('142.07'), webhooks: '/webhooks/stripe', heardAt: ago(3), answeredAt: ago(1), refusedAt: ago(90), refusedWhy: 'the signature is of no secret that is known' },
      { provider: 'gocardless', offered: true, clearing: eur('0.00'), webhooks: '/webhooks/gocardless', answeredAt: ago(30), awayAt: ago(2), awayWhy: 'gocardless does not answer: status 503' },
      { provider: 'btcpay', offered: false, clearing: eur('0.00'), webhooks: '/webhooks/btcpay' },
    ]);
    if (on(/^\/api\/payments\/attempts$/)) return items(this.attempts.filter((one) => !q.get('state') || one.state === q.get('state')));
    if (on(/^\/api\/payments\/attempts\/[^/]+\/(look|refund)$/, 'POST')) return { status: 202, body: undefined };
    if (on(/^\/api\/payments\/offered$/)) return ok({ providers: ['stripe', 'gocardless'] });
    if (on(/^\/api\/payments\/checkout$/, 'POST')) return problem(503, 'provider-away', 'stripe does not answer right now: try again, or pay by transfer');
    if (on(/^\/api\/billing\/vat\/terms$/, 'POST')) {
      if (body.mode === 'none') return problem(400, 'invalid-request', 'mode: without VAT the co-op wants a register entry', [{ field: 'mode', rule: 'seller', message: 'without VAT the co-op wants a register entry' }]);
      this.vatTerms.unshift({ ...body, by: IDS.ana, at: ago(0) });
      return items(this.vatTerms);
    }
    if (on(/^\/api\/billing\/vat\/terms$/)) return items(this.vatTerms);
    if (on(/^\/api\/billing\/vat\/report$/)) return ok({ from: q.get('from'), to: q.get('to'), tax: eur('388.02'), booked: eur('388.02'), otherwise: eur('-120.00'), owed: eur('268.02'), rows: [
      { kind: 'invoice', category: 'S', rateHundredths: 2100, number: 96, gross: eur('2352.00'), base: eur('1943.80'), tax: eur('408.18'), rounding: eur('0.02') },
      { kind: 'credit-note', category: 'S', rateHundredths: 2100, number: 3, gross: eur('-116.15'), base: eur('-95.99'), tax: eur('-20.16'), rounding: eur('0.00') },
      { kind: 'invoice', category: 'AE', rateHundredths: 0, number: 2, gross: eur('49.00'), base: eur('49.00'), tax: eur('0.00'), rounding: eur('0.00') },
    ] });
    if (on(/^\/api\/billing\/webhooks$/)) return ok({ items: this.tools, kinds: ['invoice.issued', 'invoice.overdue', 'invoice.settled', 'invoice.reopened', 'invoice.credited', 'payment.received', 'payment.returned', 'pay-run.paid'] });
    if (on(/^\/api\/billing\/webhooks$/, 'POST')) {
      if (!String(body.url).startsWith('https:')) return problem(400, 'invalid-request', 'url: wants https', [{ field: 'url', rule: 'https', message: 'wants https' }]);
      const receiver = { id: randomUUID(), ...body, addedAt: ago(0), waiting: 0, failed: 0 };
      this.tools.push(receiver);
      return ok({ receiver, secret: 'whsec_VGhpcyBpcyBzaG93biBvbmNlIGFuZCBuZXZlciBhZ2Fpbg==' });
    }
    if (on(/^\/api\/billing\/webhooks\/[0-9a-f-]{36}\/deliveries$/)) return items(this.messages.filter((one) => !q.get('state') || one.state === q.get('state')));
    if (on(/^\/api\/billing\/webhooks\/[0-9a-f-]{36}\/(test|deliveries\/[0-9a-f-]{36}\/again)$/, 'POST')) return { status: 202, body: undefined };
    if (on(/^\/api\/billing\/dunning\/policy$/)) return ok(this.dunning);
    if (on(/^\/api\/billing\/dunning\/policy$/, 'PUT')) {
      if (Number(body.lastAfter) > Number(body.graceDays)) return problem(400, 'invalid-request', 'lastAfter: a reminder comes before the grace is over', [{ field: 'lastAfter', rule: 'grace', message: 'a reminder comes before the grace is over' }]);
      this.dunning = { ...body, saidOn: day(0) };
      return ok(this.dunning);
    }
    if (on(/^\/api\/billing\/dunning\/day$/)) return ok({ on: day(1), waitsForBank: true, more: false, items: [{ invoiceId: IDS.invoice, number: '2026-00041', payerId: IDS.payer, open: eur('27.40'), dueOn: day(-7), stage: 'last-reminder', held: this.holds[0] ?? null }] });
    if (on(/^\/api\/billing\/dunning\/holds$/)) return items(this.holds);
    if ((found = on(/^\/api\/billing\/dunning\/holds\/([0-9a-f-]{36})$/, 'PUT'))) {
      this.holds = [{ payerId: found[1], ...body, by: IDS.board, at: ago(0) }];
      return items(this.holds);
    }
    if (on(/^\/api\/billing\/dunning\/holds\/[0-9a-f-]{36}\/end$/, 'POST')) {
      this.holds = [];
      return items([]);
    }
    if (on(/^\/api\/billing\/instalment-plans$/)) return items(this.partPlans.filter((one) => !q.get('state') || one.state === q.get('state')));
    if (on(/^\/api\/billing\/instalment-plans\/mine$/)) return ok({ payers: this.empty ? [] : [{ payerId: IDS.payer, invoices: this.invoices.filter((one) => one.state !== 'paid') }], plans: this.empty ? [] : this.partPlans });
    if (on(/^\/api\/billing\/instalment-plans(\/mine)?$/, 'POST')) {
      const own = path.endsWith('/mine');
      if (new Set(body.days as string[]).size < 3) return problem(422, 'instalment-plan-refused', 'days: at least three parts here', [{ field: 'days', rule: 'count', message: 'at least three parts here' }]);
      const plan = { id: randomUUID(), payerId: body.payerId, state: own ? 'asked' : 'running', days: body.days, invoices: [{ id: IDS.invoice, number: '2026-00041', open: eur('27.40') }], parts: [], total: null, open: eur('27.40'), settled: null, next: null, history: [{ state: own ? 'asked' : 'running', by: this.memberId, at: ago(0), reason: body.reason }] };
      this.partPlans.unshift(plan);
      return { status: 201, body: plan };
    }
    if ((found = on(/^\/api\/billing\/instalment-plans\/([0-9a-f-]{36})\/(agreement|refusal|withdrawal|end)$/, 'POST'))) {
      const plan = this.partPlans.find((one) => one.id === found![1])!;
      const state = { agreement: 'running', refusal: 'refused', withdrawal: 'withdrawn', end: 'ended' }[found[2]!]!;
      Object.assign(plan, { state, next: null, history: [...(plan.history as Json[]), { state, by: this.memberId, at: ago(0), reason: body.reason, owedFrom: state === 'ended' ? day(0) : null }] });
      return ok(plan);
    }
    if (on(/^\/api\/billing\/mail$/)) return ok({ hindrance: 'paused', why: 'Could not connect to SMTP host', pausedUntil: ago(-1), perMinute: 300, counts: { waiting: 12, sending: 0, sent: 240, failed: 1, doubtful: 1, unaddressed: 3, dropped: 0 } });
    if (on(/^\/api\/billing\/mail\/mails$/)) return items(this.mails);
    if (on(/^\/api\/billing\/mail\/mails\/\d+\/again$/, 'POST')) {
      const mail = this.mails.find((one) => String(one.id) === path.split('/')[5])!;
      Object.assign(mail, { state: 'waiting', answer: null });
      return ok(mail);
    }
    if (on(/^\/api\/billing\/mail\/notices$/)) return items([this.noticeKind]);
    if (on(/^\/api\/billing\/mail\/notices\/receipt\/words\/en$/, 'PUT')) {
      if (!String(body.body).includes('{coop}')) return problem(400, 'invalid-request', 'body: {coop} is needed', [{ field: 'body', rule: 'needed', message: '{coop} is needed' }]);
      Object.assign(this.noticeKind.words[0]!, body, { own: true });
      return ok(this.noticeKind);
    }
    if (on(/^\/api\/billing\/mail\/preview$/, 'POST')) return ok({ subject: String(body.subject).replace('{amount}', '€12.50'), body: String(body.body).replace('{name}', 'Anna Example') });
    if (on(/^\/api\/billing\/documents$/)) return ok({ sellerKnown: this.seller !== null, waiting: this.seller ? 1 : 42, ready: this.seller ? 40 : 0, failed: this.seller ? 1 : 0, failures: this.seller ? [{ id: IDS.paid, number: '2026-00029', attempts: 5, why: 'a line has a character that cannot stand in XML' }] : [] });
    if (on(/^\/api\/billing\/seller$/)) return ok({ seller: this.seller });
    if (on(/^\/api\/billing\/seller$/, 'PUT')) {
      if (body.iban === 'DE88370400440532013000') return problem(400, 'invalid-request', 'wrong: iban', [{ field: 'iban', rule: 'iban', message: 'no valid IBAN' }]);
      this.seller = body;
      return ok({ seller: body });
    }
    if (on(/^\/api\/billing\/payers\/[0-9a-f-]{36}\/details$/)) return ok({ payerNumber: 'd0d000000000', details: null, history: [] });
    if (on(/^\/api\/billing\/payers\/[0-9a-f-]{36}\/details$/, 'PUT')) return ok({ payerNumber: 'd0d000000000', details: body, history: [] });
    if (on(/^\/api\/bill-runs$/)) return items([{ period: day(-50).slice(0, 7), finishedAt: ago(20000), issued: 41, total: eur('912.30'), skipped: [] }]);
    if (on(/^\/api\/bill-runs$/, 'POST')) return this.once(request, body, () => ({ period: body.period, issued: 42, total: eur('931.10'), skipped: [{ payerId: IDS.payer, why: 'nothing to bill' }] }));
    if (on(/^\/api\/payments$/, 'POST')) {
      return this.once(request, body, () => {
        const invoice = this.invoices.find((one) => one.id === body.invoiceId);
        if (invoice) Object.assign(invoice, { state: 'paid', paid: invoice.total, open: eur('0.00'), overdueSince: null, payments: [{ id: randomUUID(), receivedOn: body.receivedOn, method: body.method, amount: eur(String(body.amount)) }] });
        return { id: randomUUID(), applied: invoice ? [{ invoiceId: invoice.id, number: invoice.number, amount: eur(String(body.amount)) }] : [], credit: eur('0.00') };
      });
    }
    if (on(/^\/api\/bill\/mine$/)) return ok({ payers: this.empty ? [] : [{ payerId: IDS.payer, balance: eur('27.40'), credit: eur('0.00'), open: [this.invoices[0]], running: { period: day(0).slice(0, 7), charges: [{ kind: 'dues', charge: 'dues', planCode: 'standard', quantity: '21', unit: 'day of 30', amount: eur('8.40') }, { kind: 'usage', charge: 'usage', siteId: IDS.site, planCode: 'standard', quantity: '64.1', unit: 'GB', includedGb: '70', localGb: '120', saved: eur('24.00'), amount: eur('0.00') }], total: eur('8.40') }, payments: [{ id: randomUUID(), receivedOn: day(-40), method: 'transfer', amount: eur('27.40') }] }] });
    if (on(/^\/api\/bill\/[0-9a-f-]{36}\/dues\/[0-9a-f-]{36}$/)) return ok(this.dues);
    if (on(/^\/api\/bill\/[0-9a-f-]{36}\/dues\/[0-9a-f-]{36}$/, 'PUT')) {
      if (Number(body.amount) > 40) return problem(422, 'choice-refused', 'amount: must lie on the scale', [{ field: 'amount', rule: 'scale', message: 'at most 40.00' }]);
      (this.dues.choices as Json[]).push({ effectiveOn: body.effectiveOn, monthly: eur(String(body.amount)) });
      return ok(this.dues);
    }
    if (on(/^\/api\/bill\/[0-9a-f-]{36}\/spending$/)) return ok(this.spending);
    if (on(/^\/api\/bill\/[0-9a-f-]{36}\/spending$/, 'PUT')) {
      const cap = body.cap as { amount: string } | null;
      if (cap && Number(cap.amount) < 12) return problem(422, 'cap-below-dues', 'cap.amount: the dues of the month are 12.00', [{ field: 'cap.amount', rule: 'dues', message: 'the dues of the month are 12.00' }]);
      this.spending = { ...this.spending, cap: cap && eur(cap.amount), prepaid: body.prepaid, hours: body.prepaid ? [{ hour: ago(90), amount: eur('0.041200'), missing: eur('0.00') }, { hour: ago(150), amount: eur('0.010000'), missing: eur('0.004300') }] : [] };
      return ok(this.spending);
    }
    if ((found = on(/^\/api\/payments\/([^/]+)\/reversal$/, 'POST'))) {
      return this.once(request, body, () => {
        const invoice = this.invoices.find((one) => (one.payments as Json[]).some((payment) => payment.id === found![1]))!;
        Object.assign(invoice, { state: 'overdue', paid: eur('0.00'), open: invoice.total, payments: (invoice.payments as Json[]).map((payment) => ({ ...payment, returned: payment.amount })) });
        return { id: found![1], reopened: [{ invoiceId: invoice.id, number: invoice.number, amount: invoice.total }] };
      });
    }
    if (on(/^\/api\/cost-pools$/)) return items(this.pools.filter((one) => !q.get('state') || one.state === q.get('state')));
    if (on(/^\/api\/cost-pools$/, 'POST')) {
      if (!String(body.purpose).includes('invoice')) return problem(400, 'invalid-request', 'Not complete', [{ field: 'purpose', rule: 'size', message: 'name the invoice' }]);
      const made = { ...this.pools[0]!, ...body, id: randomUUID(), lastMonth: body.lastMonth ?? body.firstMonth, declaredBy: this.memberId, declaredAt: ago(0), state: 'declared', document: null, validations: [] };
      return this.once(request, body, () => { this.pools.unshift(made); return made; });
    }
    if ((found = on(/^\/api\/cost-pools\/([0-9a-f-]{36})$/))) { const one = this.pools.find((pool) => pool.id === found![1]); return one ? ok(one) : problem(404, 'cost-pool-not-found', 'no such cost'); }
    if ((found = on(/^\/api\/cost-pools\/([0-9a-f-]{36})\/document$/))) return ok({ pdf: true });
    if ((found = on(/^\/api\/cost-pools\/([0-9a-f-]{36})\/document$/, 'PUT'))) return ok(Object.assign(this.pools.find((one) => one.id === found![1])!, { document: { name: q.get('name'), mediaType: body.type, sha256: hex('new'), bytes: body.bytes } }));
    if ((found = on(/^\/api\/cost-pools\/([0-9a-f-]{36})\/(validate|refuse|withdraw)$/, 'POST'))) {
      const one = this.pools.find((pool) => pool.id === found![1])!;
      if (found[2] === 'validate') { const all = [...(one.validations as Json[]), { by: this.memberId, at: ago(0) }]; return ok(Object.assign(one, { validations: all, state: all.length === 2 ? 'validated' : 'declared' })); }
      return ok(Object.assign(one, { state: found[2] === 'refuse' ? 'refused' : 'withdrawn', end: { by: this.memberId, at: ago(0), reason: body.reason } }));
    }
    if (on(/^\/api\/cost-pools\/[0-9a-f-]{36}\/payments$/)) return ok({ charged: eur('120.00'), paid: eur(this.costPayments.some((one) => !one.reversal) ? '200.00' : '0.00'), open: eur(this.costPayments.some((one) => !one.reversal) ? '40.00' : '240.00'), items: this.costPayments });
    if (on(/^\/api\/cost-pools\/[0-9a-f-]{36}\/payments$/, 'POST')) {
      if ((body.amount as Json).amount === '300.00') return problem(409, 'cost-pool-refused', 'amount: more than is open of it');
      return this.once(request, body, () => { const made = { ...body, id: randomUUID(), recordedBy: this.memberId, recordedAt: ago(0), reversal: null }; this.costPayments.push(made); return made; });
    }
    if (on(/^\/api\/cost-pools\/[0-9a-f-]{36}\/payments\/[0-9a-f-]{36}\/reversal$/, 'POST')) return this.once(request, body, () => Object.assign(this.costPayments.at(-1)!, { reversal: { by: this.memberId, at: ago(0), reason: body.reason } }));
    if (on(/^\/api\/cost-pools\/[0-9a-f-]{36}\/trials$/, 'POST')) {
      this.trialFrom = String(body.from);
      this.trialLooks = 0;
      return { status: 202, body: { id: IDS.simulation, state: 'running', done: 0, asked: 2, why: null, months: [], problems: [], spread: null, items: [] } };
    }
    if (on(/^\/api\/cost-pools\/[0-9a-f-]{36}\/trials\/[0-9a-f-]{36}$/)) {
      if (this.trialLooks++ < 2) return ok({ id: IDS.simulation, state: 'running', done: 1, asked: 2, why: null, months: [], problems: [], spread: null, items: [] });
      const one = (payerId: string, current: string, proposed: string, difference: string) => ({ memberId: randomUUID(), payerId, current: eur(current), proposed: eur(proposed), difference: eur(difference), alone: null, betterAlone: false });
      return ok({ id: IDS.simulation, state: 'done', done: 2, asked: 2, why: null, months: [{ month: this.trialFrom, amount: eur('120.00'), current: 'tree.v1', proposed: 'equal.v1', reproduced: true }], problems: [{ month: day(-80).slice(0, 7), rule: 'no-longer-kept', message: 'not all that was counted is still kept', at: ago(0) }], spread: { members: 22, cheaper: 12, same: 0, dearer: 10, betterAlone: 0, tenth: eur('-4.00'), median: eur('-0.50'), nineTenths: eur('3.00') }, items: this.roles.includes('treasurer') ? [one(IDS.payer, '17.14', '60.00', '42.86'), one(randomUUID(), '102.86', '60.00', '-42.86')] : [one(IDS.payer, '17.14', '60.00', '42.86')] });
    }
    const shared = { month: day(-50).slice(0, 7), revision: 2, madeAt: ago(3000), amount: eur('120.00'), formula: 'tree.v1' };
    const share = { id: IDS.share, memberId: IDS.ana, payerId: IDS.payer, amount: eur('17.14'), posted: eur('17.14') };
    if (on(/^\/api\/cost-pools\/[0-9a-f-]{36}\/months$/)) return ok({ items: [shared], problems: [{ month: day(0).slice(0, 7), rule: 'not-over', message: 'A node of the way is not known: its links are missing.', at: ago(10) }] });
    if (on(/^\/api\/cost-pools\/[0-9a-f-]{36}\/months\/[0-9-]+\/shares$/)) return items([share, { ...share, id: randomUUID(), amount: eur('102.86') }]);
    if (on(/^\/api\/cost-shares\/[0-9a-f-]{36}$/)) return ok({ share, costPoolId: IDS.pool, purpose: 'Transit, invoice 4711', month: shared, explanation: { formula: 'tree.v1', rule: 'the cost of each link on the way to the gateway, shared equally by those whose traffic needs it', inputs: [{ name: 'total', value: '120', unit: 'EUR' }, { name: 'bytes', value: '177240000000', unit: 'byte' }, { name: 'sumOfCosts', value: '7', unit: '' }], steps: [{ name: 'costOnTheWay', value: '1/1', unit: '' }, { name: 'roundedDown', value: '857/50', unit: 'EUR' }, { name: 'remainder', value: '1/350', unit: 'EUR' }], parts: [{ what: 'Mill roof → Church tower', cost: '3', sharers: 4, share: '3/4' }, { what: 'Church tower → Internet', cost: '4', sharers: 16, share: '1/4' }], exact: '120/7', result: eur('17.14') } });
    if (on(/^\/api\/settlements\/entries\/[0-9a-f-]{36}$/)) return ok({ entry: { id: IDS.entry, kind: 'reciprocity', month: shared.month, payerId: IDS.payer, amount: eur('-15.64'), posted: eur('-15.64') }, explanation: { formula: 'reciprocity.v1', rule: 'rate × (carried for others − what all carry for each byte used × used)', inputs: [{ name: 'carried', value: '91000000000', unit: 'byte' }, { name: 'originated', value: '12000000000', unit: 'byte' }], steps: [{ name: 'carriedPerByteUsed', value: '11/10', unit: '' }], parts: [], exact: '-391/25', result: eur('-15.64') } });
    const rates = { share: '0.08', perHour: eur('15.00'), perCase: eur('2.50') };
    const pool = { ...rates, month: day(-30).slice(0, 7), collected: eur('1840.00'), added: eur('147.20'), carriedIn: eur('12.40'), drawn: eur('110.00'), carriedOut: eur('49.60') };
    if (path.startsWith('/api/autopay/')) return this.autopay(path.slice('/api/autopay'.length), request, body);
    if (path.startsWith('/api/direct-debit/')) return this.directDebit(path.slice('/api/direct-debit'.length), request, body);
    if (on(/^\/api\/payroll\/figures$/)) return ok(this.empty ? { current: null, months: [] } : { current: { ...rates, firstMonth: day(-60).slice(0, 7), setBy: IDS.board, setAt: ago(9000) }, months: [{ ...pool, moderators: [{ moderator: 1, minutes: 330, cases: 4, claim: eur('92.50'), pay: eur('92.50'), paid: true }, { moderator: 2, minutes: 70, cases: 0, claim: eur('17.50'), pay: eur('17.50'), paid: false }] }] });
    if (on(/^\/api\/payroll\/rate-cards$/, 'POST')) return ok({ ...body, setBy: this.memberId, setAt: ago(0) });
    if (on(/^\/api\/payroll\/runs$/)) return items(this.empty ? [] : [{ ...pool, ...this.payRun }]);
    if (on(/^\/api\/payroll\/runs$/, 'POST')) return body.month === day(-30).slice(0, 7) ? problem(409, 'pay-run-refused', `${String(body.month)} is drawn up already`) : ok({ ...pool, ...this.payRun });
    if ((found = on(/^\/api\/payroll\/runs\/[0-9a-f-]{36}(\/.*)?$/, method))) return this.pay(found[1] ?? '', request, body, pool);
    if (on(/^\/api\/payroll\/mine$/)) return ok({ account: this.payAccount, items: this.empty ? [] : [{ month: pool.month, minutes: 330, cases: 4, claim: eur('92.50'), pay: eur('92.50'), paid: { on: day(-3), method: 'transfer', by: IDS.board } }] });
    if (on(/^\/api\/payroll\/mine\/account$/, 'PUT')) return String(body.iban).endsWith('1') ? problem(400, 'invalid-request', 'not a valid IBAN', [{ field: 'iban', rule: 'iban', message: 'not a valid IBAN' }]) : ok((this.payAccount = { name: body.name, iban: `DE…${String(body.iban).replaceAll(' ', '').slice(-4)}` }));
    if (on(/^\/api\/hours(\/mine)?$/)) return items(this.empty ? [] : this.hours);
    if ((found = on(/^\/api\/hours\/([0-9a-f-]{36})$/, 'PUT'))) { const made = { ...body, id: found[1], moderatorId: this.memberId, loggedAt: ago(0), withdrawnAt: null, withdrawnWhy: null }; this.hours.unshift(made); return ok(made); }
    if ((found = on(/^\/api\/hours\/([0-9a-f-]{36})\/withdrawal$/, 'POST'))) return ok(Object.assign(this.hours.find((one) => one.id === found![1])!, { withdrawnAt: ago(0), withdrawnWhy: body.reason }));
    if (on(/^\/api\/bank\/accounts$/)) return ok({ items: this.bankAccounts });
    if (on(/^\/api\/bank\/accounts$/, 'POST')) {
      if (String(body.iban).includes('00 00')) return problem(400, 'invalid-request', 'wrong: iban', [{ field: 'iban', rule: 'iban', message: 'not an IBAN: its length or its check digits are wrong' }]);
      const made = { id: randomUUID(), currency: 'EUR', csvMapping: null, ...body };
      this.bankAccounts.push(made);
      return { status: 201, body: made };
    }
    const waits = (one: Json) => (one.open as Json).amount !== '0.00';
    if (on(/^\/api\/bank\/entries$/)) return items(this.bankEntries.filter((one) => waits(one) === (q.get('state') !== 'placed')));
    if (on(/^\/api\/bank\/bookings$/, 'POST')) return this.once(request, body, () => ({ items: (body.partIds as string[]).flatMap((id) => {
      const one = this.bankEntries.find((each) => each.id === id)!;
      const made = (body.places as Json[]).map((place) => ({ ...place, id: randomUUID(), partId: id, amount: place.amount ? eur(String(place.amount)) : one.open, rule: 'person', bookedBy: this.memberId, bookedAt: ago(0), undone: null }));
      one.open = eur('0.00');
      (one.bookings as Json[]).push(...made);
      return made;
    }) }));
    if ((found = on(/^\/api\/bank\/bookings\/([^/]+)\/undo$/, 'POST'))) return this.once(request, body, () => {
      const one = this.bankEntries.find((each) => (each.bookings as Json[]).some((booking) => booking.id === found![1]))!;
      const booking = (one.bookings as Json[]).find((each) => each.id === found![1])!;
      booking.undone = { by: this.memberId, at: ago(0), why: body.reason };
      one.open = one.amount;
      return booking;
    });
    if (on(/^\/api\/bank\/files$/)) return items(this.bankFiles);
    if (on(/^\/api\/bank\/files\/preview$/, 'POST')) return ok({ format: 'csv', mapping: { charset: 'windows-1252', delimiter: ';', headLines: 1, dateFormat: 'dd.MM.yyyy', decimal: ',', bookedOn: 'Buchungstag', amount: 'Betrag', name: 'Name', iban: 'IBAN', text: 'Verwendungszweck' }, statements: [{ accountId: this.bankAccounts[0]!.id, iban: 'DE89370400440532013000', opening: null, closing: null, entries: 2, first: [{ line: 2, bookedOn: day(-2), amount: eur('24.50'), name: 'Jordi Soler', text: 'RF31 COOP 2026 0001 23' }, { line: 3, bookedOn: day(-2), amount: eur('-27.50'), name: 'Lars Holm', text: 'Rueckgabe AM04' }] }], error: null });
    if (on(/^\/api\/bank\/accounts\/([^/]+)\/csv-mapping$/, 'PUT')) return ok({ ...this.bankAccounts[0], csvMapping: body });
    if (on(/^\/api\/bank\/files$/, 'POST')) return ok({ file: { ...this.bankFiles[0], name: q.get('name') }, again: false, statements: 1, added: 2, known: 0, detailed: 0, posted: 1, gaps: [{ after: day(-4), before: day(-2), rule: 'balance', missing: eur('12.00') }] });
    if (on(/^\/api\/bank\/payers$/)) return items([{ iban: 'ES9121000418450200051332', payerId: IDS.payer, learnedBy: IDS.board, learnedAt: ago(9000) }]);
    if (on(/^\/api\/bank\/report$/)) return ok({ accountId: q.get('accountId'), from: q.get('from'), to: q.get('to'), opening: eur('1000.00'), closing: eur('1066.80'), vouchedUpTo: day(-2), entries: 5, sum: eur('66.80'), booked: [{ kind: 'payment', account: null, count: 1, amount: eur('27.40') }, { kind: 'account', account: 'bank-charges', count: 2, amount: eur('-8.00') }], gaps: [], together: { ledger: eur('1039.40'), bank: eur('1066.80'), opening: eur('0.00'), strays: eur('12.00'), open: eur('39.40'), openCount: 4, own: eur('0.00'), timing: eur('0.00'), unexplained: eur('51.40'), listed: [{ transactionId: randomUUID(), effectiveAt: ago(4000), what: 'payment 4711', amount: eur('12.00') }] } });
    if (on(/^\/api\/outage-credits\/rules$/)) return ok({ items: [{ effectiveOn: day(-60), afterHours: 24, percent: 50, resolution: null, declaredAt: ago(90_000) }, { effectiveOn: day(10), afterHours: 4, percent: 100, resolution: 7, declaredAt: ago(900) }] });
    if (on(/^\/api\/outage-credits\/rules$/, 'POST')) return { status: 201, body: { items: [] } };
    if (on(/^\/api\/outage-credits\/[0-9a-f-]{36}$/)) return ok({ id: IDS.entry, siteId: IDS.site, attachmentId: randomUUID(), nodeId: hex('Church tower'), beganAt: ago(60_000), endedAt: ago(58_560), month: day(-50).slice(0, 7), payerId: IDS.payer, amount: eur('-0.36'), explanation: { formula: 'outage.v1', rule: 'sum over parts of monthly dues × percent ÷ 100 × seconds ÷ seconds of the month', inputs: [{ name: 'percent', value: '50', unit: '%' }, { name: 'time out', value: '86400', unit: 's' }], steps: [], parts: [{ what: '2026-11-10 11:00, PT24H', cost: '108/5', sharers: 1, share: '9/25' }], exact: '-9/25', result: eur('-0.36') } });
    if (on(/^\/api\/cost-budgets$/)) return items([{ purpose: 'Tower rent', firstMonth: day(-50).slice(0, 7), monthly: eur('100.00'), declared: eur('60.00'), resolution: 5 }]);
    if (on(/^\/api\/money-resolutions$/)) return items([{ proposalId: PROPOSALS.adopted, number: 7, effectiveOn: day(10), kind: 'outage-credit', what: '4 h: 100 %', carriedOutAt: ago(900), why: null }, { proposalId: PROPOSALS.coming, number: 6, effectiveOn: day(3), kind: 'dues', what: 'village: 9.00 EUR', carriedOutAt: null, why: 'there is no plan village' }]);
    if (on(/^\/api\/settlements\/terms$/)) return ok({ items: this.terms });
    if (on(/^\/api\/settlements\/terms$/, 'POST')) { this.terms.push(body); return { status: 201, body }; }
    if (on(/^\/api\/settlements\/prices$/)) return items([{ nodeId: hex('Church tower'), from: ago(4000), perGb: eur('0.02') }]);
    if (on(/^\/api\/treasury\/open-books$/)) return ok({ asOf: ago(0), runwayMonths: '7.4', months: [{ month: day(-50).slice(0, 7), in: null, out: eur('120.00'), inByPurpose: [{ purpose: 'folded', amount: null }], outByPurpose: [{ purpose: 'cost-pool', amount: eur('120.00') }] }, { month: day(-20).slice(0, 7), in: eur('540.00'), out: eur('320.00'), inByPurpose: [{ purpose: 'receivable', amount: eur('540.00') }], outByPurpose: [{ purpose: 'cost-pool', amount: eur('320.00') }] }] });
    if (on(/^\/api\/ledger\/heads$/)) return items([{ day: day(-2), transactions: 41, head: hex('two') }, { day: day(-1), transactions: 7, head: hex('one') }]);
    if (on(/^\/api\/treasury\/months$/)) return ok({ closed: [{ month: '2026-01', until: ago(200_000), closedAt: ago(190_000) }], asked: this.askedToClose });
    if ((found = on(/^\/api\/treasury\/months\/([0-9-]{7})\/close-request$/, 'POST'))) { this.askedToClose.push({ month: found[1], askedBy: this.memberId, askedAt: ago(0) }); return ok({}); }
    if ((found = on(/^\/api\/treasury\/months\/([0-9-]{7})\/close$/, 'POST'))) { this.askedToClose = this.askedToClose.filter((one) => one.month !== found![1]); return ok({}); }
    if (on(/^\/api\/treasury$/)) return ok({ asOf: ago(0), bank: eur('4211.90'), receivable: eur('318.20'), unbilled: eur('201.004512'), credit: eur('25.00'), income: eur('9120.40'), reserve: eur('0.00'), byPurpose: this.empty ? [] : [{ purpose: 'dues', amount: eur('6480.00') }, { purpose: 'usage', amount: eur('2640.40') }, { purpose: 'writtenOff', amount: eur('-12.00') }] });
    if (on(/^\/api\/ledger\/accounts$/)) return items([{ id: 'bank', kind: 'bank', ownerId: null, balance: eur('4211.90') }, { id: 'income-dues', kind: 'income-dues', ownerId: null, balance: eur('-6480.00') }, { id: `receivable:${IDS.payer}`, kind: 'receivable', ownerId: IDS.payer, balance: eur('27.40') }]);
    if ((found = on(/^\/api\/ledger\/accounts\/([^/]+)\/statement$/))) {
      const line = (id: number, daysAgo: number, what: string, amount: string, reverses: string | null = null) => ({ id, transactionId: randomUUID(), effectiveAt: ago(daysAgo * 1440), recordedAt: ago(daysAgo * 1440 - (id === 93 ? 2000 : 0)), what, amount: eur(amount), reverses });
      const lines = [line(95, 20, 'invoice 2026-00041', '27.40'), line(94, 24, 'reversal: payment booked twice', '27.40', randomUUID()), line(93, 26, 'payment by transfer', '-27.40'), line(92, 27, 'payment by transfer', '-27.40'), line(91, 50, 'invoice 2026-00029', '27.40')].filter((one) => Date.parse(one.effectiveAt) <= Date.parse(q.get('asOf') ?? ago(0)));
      if (found[1]!.startsWith('nothing')) return problem(404, 'account-not-found', 'no such account');
      return ok({ id: decodeURIComponent(found[1]!), asOf: q.get('asOf') ?? ago(0), balance: eur((lines.length === 5 ? '27.40' : '0.00')), items: this.empty ? [] : lines, next: null });
    }
    if (on(/^\/api\/ledger\/trial-balance$/)) return ok({ asOf: ago(0), balanced: true, sum: '0.00', kinds: [{ kind: 'bank', balance: eur('4211.90') }, { kind: 'receivable', balance: eur('318.20') }, { kind: 'income-dues', balance: eur('-6480.00') }, { kind: 'income-usage', balance: eur('-2640.40') }] });

    const simulated = (id: string) => ({ id, from: day(-80).slice(0, 7), to: day(-50).slice(0, 7), requestedAt: ago(1), state: this.simulationLooks > 2 ? 'done' : 'running', done: Math.min(42, this.simulationLooks * 15), payers: 42 });
    if (on(/^\/api\/plans\/simulations$/)) return items([simulated(IDS.simulation)]);
    if (on(/^\/api\/plans\/simulations$/, 'POST')) {
      if (String(body.to) < String(body.from)) return problem(400, 'invalid-request', 'to: must not be before from', [{ field: 'to', rule: 'order', message: 'must not be before the first month' }]);
      this.simulationLooks = 0;
      return { status: 202, body: simulated(IDS.simulation) };
    }
    const spread = { payerId: IDS.payer, current: eur('54.80'), proposed: eur('49.60'), difference: eur('-5.20'), alone: eur('70.00'), betterAlone: false };
    if (on(/^\/api\/plans\/simulations\/[0-9a-f-]{36}$/)) {
      this.simulationLooks++;
      const one = simulated(IDS.simulation);
      return ok({ ...one, bills: 84, reproduced: 84, why: null, distribution: one.state === 'done' ? { payers: 42, cheaper: 25, same: 4, dearer: 13, betterAlone: 2, tenth: eur('-9.10'), quarter: eur('-5.20'), median: eur('-1.40'), threeQuarters: eur('2.80'), nineTenths: eur('11.90') } : null, own: one.state === 'done' && this.memberId === IDS.ana ? [spread] : [] });
    }
    if (on(/^\/api\/plans\/simulations\/[0-9a-f-]{36}\/payers$/)) return items([spread, { ...spread, payerId: randomUUID(), difference: eur('11.90'), proposed: eur('66.70'), alone: eur('40.00'), betterAlone: true }]);
    if (on(/^\/log\/witnesses$/)) return ok({ name: 'coop.example/log', size: 1284, root: 'XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=', seenBy: 41, nodes: 42, refusals: 0 });
    if (on(/^\/log\/keys$/)) return items([{ key: 'coop.example/log+12fc0e79+AW5poXQYdJUcDe5F0N18QPv/veAS3GG0wz5T4VFwsTUa', since: ago(90_000), until: null }]);
    if (on(/^\/log\/reports$/)) return items(this.empty ? [] : ['2026-Q3', '2026-Q2']);
    if (on(/^\/log\/reports\/2026-Q\d$/)) return ok({ period: '2026-Q3', facts: { 'decision-upheld': 31, 'decision-dismissed': 12, 'decision-reversed': 2, 'ban-imposed': 14, 'ban-lifted': 3, 'appeal-lodged': 5, 'appeal-granted': 1, 'appeal-refused': 3, 'look-up': 36 }, categories: [{ name: 'spam', count: 22 }, { name: 'intrusion', count: 13 }, { name: 'malware', count: null }, { name: 'child_safety', count: null }], measures: [{ name: 'warning', count: 17 }, { name: 'slowLane', count: 9 }, { name: 'suspension', count: null }, { name: 'ban', count: null }], hoursToDecide: { median: 19, ninetiethPercentile: 71 }, overturnedPercent: 6 });
    if (on(/^\/api\/reports$/, 'POST')) return String(body.address ?? '').includes('999') ? problem(400, 'invalid-request', 'The report is not complete', [{ field: 'address', rule: 'address', message: 'is not an IP address' }]) : { status: 201, body: { id: IDS.report, followUpToken: 'unguessable-token' } };
    if (on(/^\/api\/reports\/mine$/)) return items([{ id: IDS.report, category: 'spam', address: null, receivedAt: ago(9000), state: 'answered', outcome: 'upheld' }]);
    if ((found = on(/^\/api\/reports\/([^/]+)$/))) return q.get('token') === 'unguessable-token' ? ok({ id: found[1], category: 'intrusion', address: '10.201.1.20', receivedAt: ago(200), state: 'answered', outcome: 'upheld', additions: [{ text: 'It went on until noon.', addedAt: ago(100) }] }) : problem(404, 'report-not-found', 'no such report');
    if (on(/^\/api\/reports\/([^/]+)\/additions$/, 'POST')) return { status: 204, body: undefined };
    if (on(/^\/api\/cases$/)) return items(this.cases.filter((one) => (!q.get('state') || one.state === q.get('state')) && (q.get('order') !== 'due' || one.state === 'open' || one.state === 'underReview')).sort((one, other) => (q.get('order') === 'due' ? String(one.dueAt).localeCompare(String(other.dueAt)) : 0)));
    if (on(/^\/api\/cases\/workload$/)) return ok({ days: Number(q.get('days')), waiting: this.empty ? 0 : 2, waitingOverdue: this.empty ? 0 : 1, items: this.empty ? [] : [{ moderatorId: IDS.joan, inHand: 2, overdue: 1, decided: 9, decidedLate: 2, upheld: 6, overturned: 1, closed: 7, minutes: 330 }, { moderatorId: IDS.ana, inHand: 0, overdue: 0, decided: 0, decidedLate: 0, upheld: 0, overturned: 0, closed: 0, minutes: 70 }] });
    if (on(/^\/api\/cases\/([^/]+)\/proposal$/)) return ok(this.subject ? { strikes: [{ decisionId: randomUUID(), category: 'intrusion', weight: 2, at: ago(90_000) }, { decisionId: randomUUID(), category: 'spam', weight: 1, at: ago(200_000) }], weightBefore: 3, weight: 2, windowDays: 365, step: { from: 5, kind: 'suspension', days: 14, permanent: false } } : { strikes: [], weightBefore: 0, weight: 2, windowDays: 365, step: { from: 1, kind: 'warning', days: null, permanent: false } });
    if (on(/^\/api\/abuse\/policy$/)) return ok({ moderators: 2, windowDays: 365, weights: { spam: 1, intrusion: 2, malware: 2, copyright: 1, harassment: 2, fraud: 2, illegal_content: 4, child_safety: 10, network_misuse: 1, other: 1 }, ladder: [{ from: 1, kind: 'warning', days: null, permanent: false }, { from: 3, kind: 'slowLane', days: 7, permanent: false, slowLaneKbit: 1000 }, { from: 5, kind: 'suspension', days: 14, permanent: false }, { from: 8, kind: 'ban', days: 90, permanent: false }, { from: 12, kind: 'ban', days: null, permanent: true }], appealDays: 30, hearDays: 14 });
    if (on(/^\/api\/abuse\/decisions\/mine$/)) return items(this.empty ? [] : [{ ...this.appealed, caseNumber: 17, category: 'intrusion', language: q.get('language'), statement: q.get('language') === 'ca' ? 'Exposició de motius del cas 17 (atac o intrusió): estimat.\nFets: Força bruta contra un servidor.' : 'Statement of reasons in case 17 (attack or break-in): upheld.\nFacts: Brute force against a school server, from this connection.\nRule: 2: do no harm\nPeople decided this, no machine.' }]);
    if (on(/^\/api\/abuse\/appeals\/mine$/)) return items(this.ownAppeals);
    if (on(/^\/api\/abuse\/appeals$/)) return items(this.empty ? [] : this.appeals.filter((one) => !q.get('state') || one.state === q.get('state')));
    if (on(/^\/api\/abuse\/appeals\/([^/]+)$/)) return ok(this.appeals[0]);
    if (on(/^\/api\/abuse\/decisions\/([^/]+)\/appeal$/, 'POST')) { const made = { ...this.appeals[0], id: randomUUID(), text: body.text, state: 'lodged', lodgedAt: ago(0), dueAt: ago(-20_000), overdue: false }; this.ownAppeals = [made]; return { status: 201, body: made }; }
    if ((found = on(/^\/api\/abuse\/appeals\/([^/]+)\/(grant|refuse)$/, 'POST'))) { Object.assign(this.appeals[0]!, { state: found[2] === 'grant' ? 'granted' : 'refused', overdue: false, mayHear: false, reason: body.reason, decidedBy: this.memberId, decidedAt: ago(0) }); if (found[2] === 'grant') Object.assign(this.appealed, { state: 'reversed', endedAt: ago(0), endReason: body.reason }); return ok(this.appeals[0]); }
    if ((found = on(/^\/api\/cases\/([^/]+)$/))) {
      const summary = this.cases.find((one) => one.id === found![1]);
      return summary ? ok({ summary, subjectMemberId: summary.claimedBy === this.memberId ? this.subject : null, reports: [{ id: IDS.report, reporter: 'partner', format: 'xarf', kind: 'connection/login_attack', reference: null, machine: true, additions: [{ text: 'It went on until noon.', addedAt: ago(100) }], receivedAt: ago(200), observedAt: ago(300), address: '10.201.1.20', port: 22, description: 'Hundreds of sign-in attempts a minute against our school server.\nNov 21 02:11:09 sshd: Failed password for root', url: null, evidence: [{ id: randomUUID(), contentType: 'text/plain', sha256: hex('evidence'), sizeBytes: 18_200, contentKept: true, declaredHash: `sha256:${hex('declared')}`, differs: true }] }], notes: this.notes }) : problem(404, 'case-not-found', 'no such case');
    }
    if ((found = on(/^\/api\/cases\/([^/]+)\/decisions$/))) return items([...this.decisions, ...(this.appealShown ? [this.appealed] : [])].filter((one) => one.caseId === found![1]));
    if ((found = on(/^\/api\/cases\/([^/]+)\/(claim|notes|subject|decision|close|release|hand-over|take-away)$/, 'POST'))) {
      const one = this.cases.find((each) => each.id === found![1])!;
      if (found[2] === 'claim') Object.assign(one, { state: 'underReview', claimedBy: this.memberId });
      if (found[2] === 'hand-over') Object.assign(one, { state: 'open', claimedBy: null, offeredTo: body.to, offeredUntil: ago(-1440) });
      if (found[2] === 'notes') this.notes.push({ moderatorId: this.memberId, text: body.text, at: ago(0) });
      if (found[2] === 'subject') this.subject = IDS.ana;
      if (found[2] === 'close') one.state = 'closed';
      if (found[2] === 'decision') {
        Object.assign(one, { state: 'decided', outcome: body.outcome, decidedAt: ago(0) });
        const decision = { id: randomUUID(), caseId: one.id, state: (body.measures as Json[]).some((measure) => measure.permanent) ? 'proposed' : body.outcome === 'upheld' ? 'inForce' : 'dismissed', ...body, moderatorsNeeded: (body.measures as Json[]).some((measure) => measure.permanent) ? 2 : 1, agreed: [], wantReversed: [], measures: (body.measures as Json[]).map((measure) => ({ ...measure, id: randomUUID() })), statement: '', decidedBy: this.memberId, draftedAt: ago(0), inForceAt: ago(0) };
        this.decisions.push(decision);
        return ok(decision);
      }
      if (found[2] === 'subject') return ok({ memberId: IDS.ana, siteId: IDS.site, attachmentId: randomUUID(), at: ago(300) });
      return ok(one);
    }
    if (on(/^\/api\/cases\/[^/]+\/evidence\/[^/]+$/)) return ok({ kept: true, sealed: true, quorum: 2, consents: 0, mine: true, readings: [{ moderatorId: randomUUID(), what: 'consented', reason: 'Looked at it together', at: ago(60) }], erased: null });
    if (on(/^\/api\/cases\/[^/]+\/evidence\/[^/]+\/reading$/, 'POST')) return body.passphrase === 'wrong passphrase' ? problem(409, 'evidence-wrong-passphrase', 'this is not your passphrase') : ok({});
    if (on(/^\/api\/abuse\/evidence-keys$/)) return items([{ id: IDS.report, moderatorId: this.memberId, fingerprint: 'a1b2c3d4e5f60718', madeAt: ago(90_000), admittedAt: ago(90_000), retiredAt: null }, { id: IDS.case, moderatorId: IDS.ana, fingerprint: '18076f5e4d3c2b1a', madeAt: ago(600), admittedAt: null, retiredAt: null }]);
    if (on(/^\/api\/abuse\/evidence-keys/, 'POST')) return { status: 204, body: undefined };
    if (on(/^\/api\/abuse\/partners$/)) return items([{ id: IDS.report, name: 'Village watch', trusted: true, reportsPerHour: 1_000, addedAt: ago(90_000), endedAt: null }]);
    if (on(/^\/api\/abuse\/partners$/, 'POST')) return { status: 201, body: { partner: { id: randomUUID(), ...body, addedAt: ago(0), endedAt: null }, key: 'shown-once-key' } };
    if (on(/^\/api\/abuse\/reports\/[^/]+\/mute$/, 'POST')) return { status: 201, body: {} };
    if (on(/^\/api\/abuse\/mutes$/)) return items([{ id: IDS.report, reportId: IDS.report, reporter: 'member', reason: 'Reports the neighbour every day', mutedAt: ago(9_000), until: ago(-90_000), liftedAt: null }]);
    if (on(/^\/api\/abuse\/look-ups\/waiting$/)) return items(this.empty ? [] : this.lookUps);
    if (on(/^\/api\/abuse\/look-ups$/)) return items(this.empty ? [] : [{ caseId: IDS.case, caseNumber: 17, moderatorId: this.memberId, reason: 'The log names the hour', found: true, agreedBy: IDS.ana, at: ago(500) }, { caseId: IDS.case, caseNumber: 12, moderatorId: IDS.ana, reason: 'To warn them before they lose their data', found: false, agreedBy: null, at: ago(9_000) }]);
    if (on(/^\/api\/abuse\/evidence-readings$/)) return items(this.empty ? [] : [{ evidenceId: IDS.report, caseId: IDS.case, caseNumber: 17, moderatorId: IDS.ana, what: 'refused', reason: 'To compare the log', at: ago(50) }, { evidenceId: IDS.report, caseId: IDS.case, caseNumber: 17, moderatorId: this.memberId, what: 'read', reason: 'To compare the log', at: ago(60) }]);
    if (on(/^\/api\/cases\/[^/]+\/subject\/agreement$/, 'POST')) { this.lookUps = []; return { status: 204, body: undefined }; }
    if (on(/^\/api\/abuse\/pleas$/)) return items(this.empty ? [] : [this.plea]);
    if (on(/^\/api\/abuse\/pleas\/[^/]+$/)) return ok(this.plea);
    if ((found = on(/^\/api\/abuse\/pleas\/[^/]+\/(grant|refuse)$/, 'POST'))) { Object.assign(this.plea, { state: found[1] === 'grant' ? 'granted' : 'refused', mayHear: false, reason: body.reason, decidedAt: ago(0) }); return ok(this.plea); }
    if (on(/^\/api\/pleas$/, 'POST')) return /[0-9.:]{3,}/.test(String(body.address)) ? { status: 202, body: undefined } : problem(400, 'malformed', 'address: not one IPv4 or IPv6 address', [{ field: 'address', rule: 'malformed', message: 'not one IPv4 or IPv6 address' }]);
    if (on(/^\/api\/pleas\/[^/]+$/, 'POST')) { Object.assign(this.appealLink, { state: 'lodged', dueAt: ago(-20_000) }); return { status: 201, body: { lodgedAt: ago(0), dueAt: ago(-20_000) } }; }
    if (on(/^\/api\/pleas\/[^/]+$/)) return ok(this.appealLink);
    if (on(/^\/api\/abuse\/refused-reports$/)) return items([{ format: 'xarf', partnerId: IDS.report, field: 'type', reason: 'type: is no type of this category', sha256: hex('refused'), sizeBytes: 900, at: ago(700) }]);
    if (on(/^\/api\/bans$/)) return items((q.get('state') ?? 'active') === 'active' ? this.bans.filter((one) => one.state === 'inForce') : this.bans.filter((one) => one.state !== 'inForce'));
    if (on(/^\/api\/bans\/preview$/, 'POST')) {
      const value = String((body.target as Json).value);
      return /^[0-9a-f.:/-]+$/i.test(value) ? ok({ members: value.includes('/') ? 14 : 1, attachments: value.includes('/') ? 16 : 1, addresses: value.includes('/') ? 65_536 : 1, refused: value.startsWith('10.200.') ? { rule: 'never-ban', why: '10.200.0.1/32 is the co-op’s own portal.' } : null }) : problem(400, 'invalid-request', 'No such target', [{ field: 'target', rule: 'target', message: 'is not an address' }]);
    }
    if (on(/^\/api\/bans$/, 'POST')) { const made = { id: randomUUID(), state: body.permanent ? 'proposed' : 'inForce', orderedAt: ago(0), orderedBy: this.memberId, imposedAt: ago(0), permanent: false, origin: 'moderator', ...body, target: body.target }; this.bans.unshift(made); return { status: 201, body: made }; }
    if ((found = on(/^\/api\/bans\/([^/]+)\/lift$/, 'POST'))) { Object.assign(this.bans.find((one) => one.id === found![1])!, { state: 'lifted', endedAt: ago(0), endReason: body.reason }); return ok({}); }
    if (on(/^\/api\/never-bans$/)) return items([{ id: null, prefix: '10.200.0.1/32', reason: 'The portal', origin: 'setting' }, { id: randomUUID(), prefix: '10.201.0.53/32', reason: 'Name server', origin: 'list' }]);
    return null;
  }

  private member(id: string): Json | undefined {
    return this.members.find((one) => one.id === id);
  }

  private enrolment(): Json {
    return { code: 'K7Q2-9FWM-TC4R-XH8P-JD3V-5NBA', expiresAt: ago(-1440), caFingerprint: hex('ca'), membership: 'mesh.vall.example:9081', billing: 'mesh.vall.example:9082', invitation: `coopmesh:enrol?membership=mesh.vall.example:9081&billing=mesh.vall.example:9082&ca=${hex('ca')}&code=K7Q29FWMTC4RXH8PJD3V5NBA`, qr: { side: 29, path: finder(4, 4) + finder(18, 4) + finder(4, 18) + 'M13,13h3v3h-3z' } };
  }

  /** Same key and body: same answer; same key, other body: refused. */
  /** Steps of the one pay run there is. */

  private nameAnswers(path: string, method: string, body: Json, q: URLSearchParams) {
    const ok = (answer?: unknown) => (answer === undefined ? { status: 204 } : { status: 200, body: answer });
    const own = (one: Json): Json => ({ ...one, ownerId: undefined });
    const wrong = (field: string, rule: string, message: string) => problem(422, 'name-refused', message, [{ field, rule, message }]);
    const made = (label: string): Json => ({ ...this.names[0]!, id: randomUUID(), name: `${label}.village.mesh`, display: `${label}.village.mesh`, ownerId: this.memberId, nodeId: body.nodeId, service: body.service ? { transport: 'tcp', hosts: [], path: null, ...(body.service as Json) } : null, registeredAt: ago(0) });
    if (path === '' && method === 'GET') {
      const type = q.get('type');
      const items = this.empty ? [] : this.names.filter((one) => !type || (one.service as Json | null)?.type === type).map((one) => { const service = one.service as Json | null; return { id: one.id, name: one.name, display: one.display, type: service?.type ?? null, transport: service?.transport ?? null, port: service?.port ?? null, path: service?.path ?? null, live: one.live, lastSeenAt: ago(one.live === 'up' ? 0 : 300), mine: one.ownerId === this.memberId }; });
      return ok({ zone: 'village.mesh', items, next: null });
    }
    if (path === '/mine') return ok({ zone: 'village.mesh', limit: 5, items: this.empty ? [] : this.names.filter((one) => one.ownerId === this.memberId).map(own) });
    if (path === '/disputes') return ok({ items: this.empty ? [] : this.nameDisputes, next: null });
    if (path === '/events') return ok({ items: this.empty ? [] : [{ id: 3, label: 'tower-camera', kind: 'disputed', ownerId: IDS.joan, by: IDS.ana, detail: 'The tower camera is the fire watch’s.', at: ago(4_000) }, { id: 2, label: 'old-mill', kind: 'freed', ownerId: IDS.ana, by: null, detail: '', at: ago(9_000) }, { id: 1, label: 'mill', kind: 'registered', ownerId: IDS.ana, by: IDS.ana, detail: 'on node 0123456789ab', at: ago(90_000) }], next: null });
    if (path === '' && method === 'POST') {
      if (this.names.some((one) => one.name === `${String(body.label)}.village.mesh`)) return wrong('label', 'taken', 'this label, or one that looks like it, is held');
      const name = made(String(body.label));
      this.names.push(name);
      return ok(own(name));
    }
    if (path === '/transfers') return String(body.code).length < 26 ? wrong('code', 'form', 'a code has 26 letters and digits') : ok(own(made('handed-over')));
    const decided = /^\/disputes\/([^/]+)\/decision$/.exec(path);
    if (decided) return ok(Object.assign(this.nameDisputes.find((one) => one.id === decided[1])!, { outcome: body.outcome, decidedWhy: body.reason, decidedBy: this.memberId, decidedAt: ago(0) }));
    const [, id, what] = /^\/([^/]+)(?:\/(.*))?$/.exec(path)!;
    const name = this.names.find((one) => one.id === id);
    if (!name) return problem(404, 'name-not-found', 'no such name');
    if (what === 'transfer') { Object.assign(name, { offeredUntil: method === 'POST' ? ago(-10_080) : null }); return method === 'POST' ? ok({ code: '7QZ4M0RXK2V9TBCDEFGHJNPS15', until: ago(-10_080) }) : ok(); }
    if (what === 'disputes') { Object.assign(name, { state: 'frozen' }); return ok({ id: randomUUID(), name: name.name, openedAt: ago(0) }); }
    if (method === 'DELETE') { this.names = this.names.filter((one) => one !== name); return ok(); }
    return ok(own(Object.assign(name, { nodeId: body.nodeId, service: body.service })));
  }

  private autopay(path: string, request: IncomingMessage, body: Json): { status: number; body: unknown; problem?: boolean } {
    const ok = (answer: unknown) => ({ status: 200, body: answer });
    const on = (what: RegExp, method = 'GET') => request.method === method && what.test(path);
    if (on(/^\/mine/)) return ok({
      schedule: { days: [-3, 1, 3, 7], graceDays: 3, topUpDays: [1, 3, 7], topUpsADay: 3 }, offered: ['stripe', 'gocardless'], payerIds: this.empty ? [] : [IDS.payer], savings: this.empty ? [] : this.savings, choices: this.empty || !this.choice ? [] : [this.choice],
      coming: this.empty || !this.choice ? [] : [{ invoiceId: IDS.invoice, invoiceNumber: '2026-00041', amount: eur('27.40'), state: 'coming', on: day(4), why: null }, { invoiceId: IDS.paid, invoiceNumber: '2026-00040', amount: eur('24.50'), state: 'over', on: day(-1), why: 'payer' }],
      tries: this.empty ? [] : [{ id: randomUUID(), payerId: IDS.payer, invoiceId: IDS.invoice, invoiceNumber: '2026-00041', number: 1, amount: eur('27.40'), askedOn: day(-2), state: 'failed', decline: 'passing', why: 'Your card has insufficient funds.' }, { id: randomUUID(), payerId: IDS.payer, invoiceId: null, invoiceNumber: null, number: 3, amount: eur('30.00'), askedOn: day(-20), state: 'taken', decline: null, why: null }],
    });
    if (on(/^\/savings$/, 'POST')) return ok({ page: '/my/autopay?came=true' });
    if (on(/^\/savings\//, 'DELETE')) { this.savings = []; this.choice = null; return { status: 204, body: null }; }
    if (request.method === 'PUT') {
      if (body.topUp === '0.50') return { status: 422, body: { type: 'https://coopmesh.org/problems/autopay-refused', title: 'Unprocessable Content', status: 422, detail: 'topUp: 1 to 1000', errors: [{ field: 'topUp', rule: 'range', message: '1 to 1000' }] }, problem: true };
      this.choice = { payerId: IDS.payer, way: body.way, savingId: body.savingId, floor: body.floor ? eur(String(body.floor)) : null, topUp: body.topUp ? eur(String(body.topUp)) : null, chosenAt: ago(0), stoppedAt: null, stoppedWhy: null };
      return ok(this.choice);
    }
    if (request.method === 'DELETE') this.choice = null;
    return { status: 204, body: null };
  }

  private directDebit(path: string, request: IncomingMessage, body: Json): { status: number; body: unknown; problem?: boolean } {
    const ok = (answer: unknown) => ({ status: 200, body: answer });
    const items = (all: unknown[]) => ok({ items: all, next: null });
    const on = (what: RegExp, method = 'GET') => request.method === method && what.test(path);
    if (on(/^\/mine$/)) return ok({ creditor: { name: 'Guifi Coop', address: 'Carrer Major 1, 08500, Vic, ES', creditorId: 'DE98ZZZ09999999999' }, payerIds: [IDS.payer], mandates: this.empty ? [] : this.mandates, collections: this.empty ? [] : [{ collectOn: day(-3), invoiceNumber: '2026-00040', invoiceId: IDS.paid, amount: eur('24.50'), mandateReference: 'M-42-1', state: 'rejected', reason: 'AC04' }] });
    if (on(/^\/mandates$/)) return items(this.empty ? [] : this.mandates);
    if (on(/^\/mandates$/, 'POST') || on(/\/debtor$/, 'PUT')) {
      if (String(body.iban).endsWith('0')) return problem(409, 'direct-debit-refused', 'iban: not a valid IBAN');
      const mandate = { ...this.mandates[0]!, state: 'active', reason: null, debtorName: body.debtorName };
      this.mandates = [mandate];
      return ok(mandate);
    }
    if (on(/\/(revocation|resumption)$/, 'POST')) {
      Object.assign(this.mandates[0]!, { state: path.endsWith('revocation') ? 'revoked' : 'active', reason: null });
      return ok(this.mandates[0]!);
    }
    if (on(/\/approval$/, 'POST')) this.collection = { ...this.collection, untold: 1, items: (this.collection.items as Json[]).map((item, at) => ({ ...item, notice: at === 0 ? 'not-sent' : 'sent' })) };
    if (on(/^\/preview/)) return ok({ collectOn: day(14), earliest: day(14), total: eur('49.00'), items: this.collection.items });
    if (on(/^\/reports$/)) return items(this.empty ? [] : [{ id: randomUUID(), name: 'answer.xml', runId: this.collection.id, rejected: 1, handedBy: IDS.ana, handedAt: ago(60) }]);
    if (on(/^\/reports/, 'POST')) return ok({ reportId: randomUUID(), again: false, rejected: 1, run: this.collection });
    if (on(/^\/runs$/)) return items(this.empty ? [] : [this.collection]);
    if (on(/\/(approval|rejection|withdrawal)$/, 'POST')) Object.assign(this.collection, { state: path.endsWith('approval') ? 'approved' : path.endsWith('rejection') ? 'rejected' : 'withdrawn', decision: { by: this.memberId, at: ago(0), reason: body.reason ?? null } });
    return ok(this.collection);
  }

  private pay(step: string, request: IncomingMessage, body: Json, pool: Json): { status: number; body: unknown; problem?: boolean } {
    const run = this.payRun;
    const lines = run.lines as Json[];
    const by = this.memberId;
    const paid = (method: string) => ({ on: body.paidOn, method, by });
    const settle = () => { run.state = lines.every((one) => one.paid) ? 'paid' : 'approved'; };
    if (step === '/approval') {
      if (by === run.preparedBy) return problem(409, 'pay-run-refused', 'who prepared it does not approve it');
      Object.assign(run, { state: 'approved', decision: { by, at: ago(0), reason: null } });
    } else if (step === '/rejection') Object.assign(run, { state: 'rejected', decision: { by, at: ago(0), reason: body.reason } });
    else if (step === '/transfers') {
      return this.once(request, body, () => {
        const made = { id: '7ea50000-0000-4000-8000-000000000014', messageId: 'PAY-2026-10-9a900000-1', lines: [1], madeBy: by, madeAt: ago(0) };
        (run.transfers as Json[]).push(made);
        lines[0]!.transferId = made.id;
        return made;
      });
    } else if (step.endsWith('/payment')) { lines[0]!.paid = paid('transfer'); settle(); }
    else if (step.endsWith('/withdrawal')) { run.transfers = []; lines[0]!.transferId = null; }
    else if (step.endsWith('/cash')) { lines[1]!.paid = paid('cash'); settle(); }
    else if (step.endsWith('/return')) { Object.assign(lines.find((one) => step.includes(`/lines/${String(one.line)}/`))!, { paid: null, transferId: null }); settle(); }
    else if (step.startsWith('/transfers/')) return { status: 200, body: { xml: true } };
    return { status: 200, body: { ...pool, ...run } };
  }

  private once(request: IncomingMessage, body: Json, act: () => Json): { status: number; body: unknown; problem?: boolean } {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string') return problem(400, 'idempotency-key-missing', 'Idempotency-Key is missing');
    const before = this.keys.get(key);
    if (before && before !== JSON.stringify(body)) return problem(422, 'idempotency-key-reused', 'This key came with another body');
    this.keys.set(key, JSON.stringify(body));
    return { status: 201, body: act() };
  }
}
