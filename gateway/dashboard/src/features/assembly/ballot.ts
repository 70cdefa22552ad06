// What a voter's browser does, so that the server never learns how anybody voted: it writes the ballot, folds it (blind RSA, RFC 9474),
// has it signed unseen, opens it and casts it without a name. And what anybody does who counts a vote again.
import { RSABSSA } from '@cloudflare/blindrsa-ts';

export type Choice = 'yes' | 'no' | 'abstain';
export const CHOICES: Choice[] = ['yes', 'no', 'abstain'];

/** A ballot that is written and folded, and what opens it again. */
export interface Folded {
  proposalId: string;
  ballotKey: string;
  choice: Choice;
  prepared: string;
  folded: string;
  opener: string;
}

/** A ballot as it is cast. */
export interface Ballot {
  proposalId: string;
  nonce: string;
  choice: Choice;
  signature: string;
}

/** What the co-op signed when it took a ballot: with it nobody can say that it was never cast. */
export interface Receipt extends Ballot {
  receipt: string;
  publicKey: string;
  ballotKey: string;
}

const NONCE_BYTES = 32;
const KEY_BITS = 2048;
const suite = RSABSSA.SHA384.PSS.Randomized();
const PSS = { name: 'RSA-PSS', saltLength: 48 };
const ascii = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>;
export const fromBase64 = (value: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const unhex = (value: string): Uint8Array<ArrayBuffer> => Uint8Array.from(value.match(/../g) ?? [], (two) => parseInt(two, 16));
const words = (proposalId: string, choice: string): Uint8Array<ArrayBuffer> => ascii(`coopmesh ballot 1\n${proposalId}\n${choice}\n`);

async function keyOf(encoded: string): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('spki', fromBase64(encoded), { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify']);
  const { modulusLength, publicExponent } = key.algorithm as RsaHashedKeyAlgorithm;
  if (modulusLength !== KEY_BITS || hex(publicExponent) !== '010001') throw new Error('not the kind of key that signs ballots');
  return key;
}

/** Writes a choice on a ballot and folds it for the vote's key. */
export async function fold(proposalId: string, ballotKey: string, choice: Choice): Promise<Folded> {
  const prepared = suite.prepare(words(proposalId, choice));
  const { blindedMsg, inv } = await suite.blind(await keyOf(ballotKey), prepared);
  return { proposalId, ballotKey, choice, prepared: toBase64(prepared), folded: toBase64(blindedMsg), opener: toBase64(inv) };
}

/** Opens what the co-op signed; throws where it is not a signature over this ballot. */
export async function unfold(paper: Folded, signature: string): Promise<Ballot> {
  const prepared = fromBase64(paper.prepared);
  const opened = await suite.finalize(await keyOf(paper.ballotKey), prepared, fromBase64(signature), fromBase64(paper.opener));
  return { proposalId: paper.proposalId, nonce: hex(prepared.slice(0, NONCE_BYTES)), choice: paper.choice, signature: toBase64(opened) };
}

async function signedBy(key: string, signature: string, message: Uint8Array<ArrayBuffer>): Promise<boolean | null> {
  try {
    return await crypto.subtle.verify('Ed25519', await crypto.subtle.importKey('spki', fromBase64(key), 'Ed25519', false, ['verify']), fromBase64(signature), message);
  } catch (thrown) {
    return thrown instanceof DOMException && thrown.name === 'NotSupportedError' ? null : false;
  }
}

const lineOf = (ballot: Ballot): string => `ballot ${ballot.nonce} ${ballot.choice} ${ballot.signature}`;

/** Whether the co-op signed a receipt; null where this browser cannot tell. */
export const isReceipt = (receipt: Receipt): Promise<boolean | null> =>
  signedBy(receipt.publicKey, receipt.receipt, ascii(`coopmesh ballot taken 1\n${receipt.proposalId}\n${lineOf(receipt)}\n`));

/** What a file says that should be a receipt; null where it is none. */
export function readReceipt(text: string): Receipt | null {
  try {
    const read = JSON.parse(text) as Partial<Receipt>;
    const whole = [read.proposalId, read.nonce, read.choice, read.signature, read.receipt, read.publicKey, read.ballotKey].every((value) => typeof value === 'string');
    return whole && CHOICES.includes(read.choice as Choice) ? (read as Receipt) : null;
  } catch {
    return null;
  }
}

/** A vote, counted again here. */
export interface Count {
  seal: string;
  outcome: string;
  counts: Record<Choice, number>;
  onRoll: number;
  signed: number;
  cast: number;
  /** Whether the co-op's own signature under the record is right; null where this browser cannot tell. */
  sealSigned: boolean | null;
  publicKey: string;
}

/** Why a record or a receipt is not right. */
export type Fault =
  | 'unreadable' | 'signature' | 'ballot-unsigned' | 'ballot-twice' | 'more-than-signed' | 'tally' | 'outcome'
  | 'receipt-elsewhere' | 'receipt-unsigned' | 'receipt-missing' | 'receipt-altered' | 'other-key';

export class NotRight extends Error {
  constructor(readonly fault: Fault) {
    super(fault);
    this.name = 'NotRight';
  }
}

interface Read {
  text: string;
  head: Map<string, string>;
  roll: boolean[];
  ballots: Map<string, { choice: Choice; signature: string }>;
  tally: string;
  outcome: string;
  publicKey: string;
  signature: string;
}

function read(record: string): Read {
  const end = record.lastIndexOf('\nsigned ');
  const [publicKey, signature, more] = record.slice(end + 8).trimEnd().split(' ');
  if (end < 0 || !publicKey || !signature || more !== undefined) throw new NotRight('unreadable');
  const text = record.slice(0, end + 1);
  const lines = text.split('\n').slice(0, -1);
  if (lines.shift() !== 'coopmesh vote 1') throw new NotRight('unreadable');
  const outcome = lines.pop() ?? '';
  const tally = lines.pop() ?? '';
  const head = new Map<string, string>();
  const roll = new Map<string, boolean>();
  const ballots: Read['ballots'] = new Map();
  for (const line of lines) {
    const [name = '', one = '', two = '', three = ''] = line.split(' ');
    if (name === 'roll') {
      if (roll.has(one)) throw new NotRight('more-than-signed');
      roll.set(one, two === 'signed');
    } else if (name === 'ballot') {
      if (ballots.has(one)) throw new NotRight('ballot-twice');
      if (!/^[0-9a-f]{64}$/.test(one) || !CHOICES.includes(two as Choice)) throw new NotRight('unreadable');
      ballots.set(one, { choice: two as Choice, signature: three });
    } else if (name !== 'refused') {
      head.set(name, line.slice(name.length + 1));
    }
  }
  return { text, head, roll: [...roll.values()], ballots, tally, outcome, publicKey, signature };
}

const decide = (counts: Record<Choice, number>, onRoll: number, quorum: number, majority: string): string => {
  const cast = counts.yes + counts.no + counts.abstain;
  if (cast === 0 || cast * 100 < quorum * onRoll) return 'no-quorum';
  const carries = majority === 'simple' ? counts.yes > counts.no : counts.yes > 0 && counts.yes * 3 >= (counts.yes + counts.no) * 2;
  return carries ? 'adopted' : 'rejected';
};

/** Counts a record again; with a receipt, also that its ballot is in it as it was cast. Throws {@link NotRight}. */
export async function recount(record: string, receipt?: Receipt): Promise<Count> {
  const vote = read(record);
  const proposalId = vote.head.get('proposal') ?? '';
  const ballotKey = vote.head.get('key') ?? '';
  const sealSigned = await signedBy(vote.publicKey, vote.signature, ascii(vote.text));
  if (sealSigned === false) throw new NotRight('signature');
  const key = await keyOf(ballotKey).catch(() => { throw new NotRight('unreadable'); });
  const counts: Record<Choice, number> = { yes: 0, no: 0, abstain: 0 };
  for (const [nonce, { choice, signature }] of vote.ballots) {
    const message = new Uint8Array([...unhex(nonce), ...words(proposalId, choice)]);
    const right = await crypto.subtle.verify(PSS, key, fromBase64(signature), message).catch(() => false);
    if (!right) throw new NotRight('ballot-unsigned');
    counts[choice] += 1;
  }
  const signed = vote.roll.filter(Boolean).length;
  if (vote.ballots.size > signed) throw new NotRight('more-than-signed');
  if (vote.tally !== `tally yes ${counts.yes} no ${counts.no} abstain ${counts.abstain} of ${vote.roll.length}`) throw new NotRight('tally');
  const outcome = decide(counts, vote.roll.length, Number(vote.head.get('quorum')), vote.head.get('majority') ?? '');
  if (vote.outcome !== `outcome ${outcome}`) throw new NotRight('outcome');
  if (receipt) {
    if (receipt.proposalId !== proposalId) throw new NotRight('receipt-elsewhere');
    if ((await isReceipt(receipt)) === false || receipt.publicKey !== vote.publicKey) throw new NotRight('receipt-unsigned');
    if (receipt.ballotKey !== ballotKey) throw new NotRight('other-key');
    const counted = vote.ballots.get(receipt.nonce);
    if (!counted) throw new NotRight('receipt-missing');
    if (counted.choice !== receipt.choice || counted.signature !== receipt.signature) throw new NotRight('receipt-altered');
  }
  const seal = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', ascii(vote.text))));
  return { seal, outcome, counts, onRoll: vote.roll.length, signed, cast: vote.ballots.size, sealSigned, publicKey: vote.publicKey };
}
