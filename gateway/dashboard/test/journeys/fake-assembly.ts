// The assembly of the stand-in: signs folded ballots with a real key, takes them, and publishes a record that can be counted.
import { constants, createHash, generateKeyPairSync, privateDecrypt, randomUUID, sign } from 'node:crypto';

type Json = Record<string, unknown>;
type Told = { status: number; body: unknown; problem?: boolean; text?: string };

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 });
const seal = generateKeyPairSync('ed25519');
const spki = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'der' }).toString('base64');
const signed = (text: string) => sign(null, Buffer.from(text), seal.privateKey).toString('base64');
const day = (plus: number) => new Date(Date.now() + plus * 86_400_000).toISOString().slice(0, 10);
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const refused = (status: number, slug: string, detail: string): Told => ({ status, body: { type: `https://coopmesh.org/problems/${slug}`, title: slug, status, detail }, problem: true });

export const PROPOSALS = { draft: 'd4af0000-0000-4000-8000-000000000021', open: '09e40000-0000-4000-8000-000000000022', coming: 'c0e40000-0000-4000-8000-000000000023', adopted: 'ad090000-0000-4000-8000-000000000024' };

export class FakeAssembly {
  /** Nonce by nonce: what was cast in the vote that is open. */
  readonly box = new Map<string, { choice: string; signature: string }>();
  readonly signedFor = new Set<string>();
  /** What the co-op does to the record before it signs it; a co-op that cheats is found. */
  tamper: (record: string) => string = (record) => record;
  private counted = false;
  terms = { quorumPercent: 20, majority: 'simple', rulesMajority: 'two-thirds', seconders: 2, discussionDays: 14, votingDays: 7 };
  readonly comments: Json[];
  readonly proposals: Json[];

  constructor(board: string, private readonly member: string) {
    const bare = { effectFrom: null, seconded: false, secondersWanted: 2, takesBallots: false, mayVote: false, ballotSigned: false };
    const dated = { quorumPercent: 20, majority: 'simple' };
    this.comments = [
      { id: 1, by: member, byName: 'Ana Ribas', at: ago(4000), text: 'A second line costs less than one winter without any. I asked the neighbours on the ridge: they would host it.' },
      { id: 2, by: board, byName: 'Pau Costa', at: ago(3000), text: null, hiddenWhy: 'advertising' },
    ];
    this.proposals = [
      { ...bare, id: PROPOSALS.draft, number: 7, by: member, byName: 'Ana Ribas', title: 'Longer grace in winter', text: 'Heating comes first. Thirty days before the slow lane, not fourteen.', change: { kind: 'policy', slowLaneAfterDays: 30 }, submittedAt: ago(900), state: 'draft', seconders: 1 },
      { ...bare, ...dated, id: PROPOSALS.open, number: 6, by: member, byName: 'Ana Ribas', title: 'A second line over the ridge', text: 'The line over the ridge failed twice last winter.\n\nA second one costs 40 a month and needs a mast.', change: { kind: 'budget', purpose: 'second line', monthlyMicro: 40_000_000 }, submittedAt: ago(30_000), state: 'voting', seconders: 3, opensOn: day(-2), closesOn: day(4), effectiveOn: day(5), electorate: 4, ballotKey: spki(rsa.publicKey), takesBallots: true, mayVote: true },
      { ...bare, majority: 'two-thirds', quorumPercent: 20, id: PROPOSALS.coming, number: 5, by: board, byName: 'Pau Costa', title: 'New rules: sharing a roof', text: 'What we do already, written down.', change: { kind: 'rules', rulesText: 'Be kind, and share.' }, submittedAt: ago(20_000), state: 'discussion', seconders: 2, opensOn: day(6), closesOn: day(12), effectiveOn: day(30) },
      { ...bare, ...dated, id: PROPOSALS.adopted, number: 3, by: board, byName: 'Pau Costa', title: 'Twenty a month for the standard plan', text: 'Transit became cheaper.', change: { kind: 'dues', planCode: 'standard', monthlyMicro: 20_000_000 }, submittedAt: ago(90_000), state: 'counted', seconders: 4, opensOn: day(-30), closesOn: day(-24), effectiveOn: day(-23), electorate: 41, ballotKey: spki(rsa.publicKey), signed: 26, cast: 26, mayVote: true, ballotSigned: true, result: { yes: 19, no: 5, abstain: 2, outcome: 'adopted', countedAt: ago(33_000), appliedAt: ago(32_000), seal: 'ab'.repeat(32) } },
    ];
  }

  /** The days of voting are over. */
  count(): void {
    this.counted = true;
    const vote = this.proposals.find((one) => one.id === PROPOSALS.open)!;
    const [text, tally] = this.record();
    Object.assign(vote, { state: 'counted', takesBallots: false, signed: this.signedFor.size, cast: this.box.size, result: { ...tally, outcome: 'adopted', countedAt: ago(1), appliedAt: null, seal: createHash('sha256').update(text).digest('hex') } });
  }

  /** Two more members have voted. */
  others(ballots: { nonce: string; choice: string; signature: string }[]): void {
    for (const one of ballots) {
      this.signedFor.add(one.nonce);
      this.box.set(one.nonce, one);
    }
  }

  private record(): [string, Json] {
    const lines = [...this.box].sort(([a], [b]) => a.localeCompare(b)).map(([nonce, one]) => `ballot ${nonce} ${one.choice} ${one.signature}\n`).join('');
    const many = (choice: string) => [...this.box.values()].filter((one) => one.choice === choice).length;
    const tally = { yes: many('yes'), no: many('no'), abstain: many('abstain') };
    const roll = Array.from({ length: 4 }, (_, at) => `roll 00000000-0000-4000-8000-00000000000${at} ${at < this.signedFor.size ? 'signed' : '-'}\n`).join('');
    const text = `coopmesh vote 1\nproposal ${PROPOSALS.open}\nabout {"title":"A second line over the ridge"}\nopens ${day(-2)}\ncloses ${day(4)}\neffective ${day(5)}\nquorum 20\nmajority simple\nkey ${spki(rsa.publicKey)}\n${roll}${lines}tally yes ${tally.yes} no ${tally.no} abstain ${tally.abstain} of 4\noutcome adopted\n`;
    return [this.tamper(text), tally];
  }

  /** Signs whatever it is shown, unseen. */
  static blindSign(folded: string): string {
    return privateDecrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(folded, 'base64')).toString('base64');
  }

  static readonly ballotKey = spki(rsa.publicKey);

  answer(method: string, path: string, body: Json, caller: string, roles: string[], empty: boolean): Told | undefined {
    const ok = (what: unknown, status = 200): Told => ({ status, body: what });
    if (path === '/api/assembly/ballots') {
      const { nonce, choice, signature } = body as { nonce: string; choice: string; signature: string };
      this.box.set(nonce, { choice, signature });
      return ok({ publicKey: spki(seal.publicKey), receipt: signed(`coopmesh ballot taken 1\n${String(body.proposalId)}\nballot ${nonce} ${choice} ${signature}\n`) });
    }
    if (path === '/api/assembly/terms') {
      if (method === 'PUT') this.terms = body.terms as typeof this.terms;
      return ok({ terms: this.terms, publicKey: spki(seal.publicKey), changes: [] });
    }
    if (path === '/api/assembly/proposals') {
      if (method === 'GET') return ok({ items: empty ? [] : this.proposals, next: null });
      const change = body.change as Json;
      if (Number(change.slowLaneKbit ?? 1000) < 16) return { status: 422, problem: true, body: { type: 'https://coopmesh.org/problems/change-unacceptable', status: 422, detail: 'slowLaneKbit is 16 to 10000000', errors: [{ field: 'change.slowLaneKbit', rule: 'change-unacceptable', message: 'slowLaneKbit is 16 to 10000000' }] } };
      const made = { ...this.proposals[0], id: randomUUID(), number: 8, by: caller, byName: 'Ana Ribas', ...body, submittedAt: ago(0), seconders: 0 };
      this.proposals.unshift(made);
      return ok(made, 201);
    }
    const [, id, step] = /^\/api\/assembly\/proposals\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
    const proposal = this.proposals.find((one) => one.id === id);
    if (!proposal) return undefined;
    if (!step) return ok({ ...proposal, ...(proposal.state === 'voting' ? { ballotSigned: this.signedFor.has(caller), ...(roles.includes('board') ? { signed: this.signedFor.size, cast: this.box.size } : {}) } : {}) });
    if (step === 'seconds') {
      Object.assign(proposal, { seconders: Number(proposal.seconders) + 1, seconded: true, state: 'discussion', opensOn: day(14), closesOn: day(20), effectiveOn: day(21), quorumPercent: 20, majority: 'simple' });
      return ok(proposal);
    }
    if (step === 'withdraw') {
      Object.assign(proposal, { state: 'withdrawn', withdrawnWhy: body.reason, opensOn: null, closesOn: null, effectiveOn: null });
      return ok(proposal);
    }
    if (step === 'comments') {
      if (method === 'GET') return ok({ items: id === PROPOSALS.open ? this.comments : [] });
      const said = { id: this.comments.length + 1, by: this.member, byName: 'Ana Ribas', at: ago(0), text: body.text };
      this.comments.push(said);
      return ok(said, 201);
    }
    if (/^comments\/\d+\/hide$/.test(step)) {
      Object.assign(this.comments.find((one) => step === `comments/${String(one.id)}/hide`)!, { text: null, hiddenWhy: body.reason });
      return { status: 204, body: undefined };
    }
    if (step === 'signature') {
      if (this.signedFor.has(caller)) return refused(409, 'ballot-signed-before', 'one ballot was signed for you already; every member has one vote');
      this.signedFor.add(caller);
      return ok({ signature: FakeAssembly.blindSign(String(body.folded)) });
    }
    if (step === 'record' && this.counted) {
      const [text] = this.record();
      return { status: 200, body: undefined, text: `${text}signed ${spki(seal.publicKey)} ${signed(text)}\n` };
    }
    return undefined;
  }
}
