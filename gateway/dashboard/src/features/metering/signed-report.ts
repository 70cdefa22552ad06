// Reads a signed usage report as the node wrote it (protobuf, coopmesh.billing.v1.UsageReport) and checks its signature
// here in the browser, so that nobody has to believe the server about what a node said.

export interface AttachmentFigures {
  attachmentId: string;
  own: boolean;
  internetDown: bigint;
  internetUp: bigint;
  localDown: bigint;
  localUp: bigint;
}

export interface LinkFigures {
  neighbour: string;
  interfaceName: string;
  received: bigint;
  sent: bigint;
}

export interface SignedReport {
  nodeId: string;
  bootId: string;
  sequence: bigint;
  previousHash: Uint8Array;
  startedAt: string;
  endedAt: string;
  attachments: AttachmentFigures[];
  links: LinkFigures[];
  uplink: { interfaceName: string; received: bigint; sent: bigint } | null;
  gapWindows: bigint;
  agentVersion: string;
}

type Field = { number: number; value: bigint | Uint8Array };
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const VARINT_BITS_MAX = 70n;

function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < VARINT_BITS_MAX; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('the report ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error('a number of the report is too long');
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('the report ends within a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case VARINT: yield { number, value: varint() }; break;
      case BYTES: yield { number, value: take(Number(varint())) }; break;
      case FIXED64: take(8); break;
      case FIXED32: take(4); break;
      default: throw new Error(`field ${number} has no known form`);
    }
  }
}

const text = (value: bigint | Uint8Array): string => (value instanceof Uint8Array ? new TextDecoder('utf-8', { fatal: true }).decode(value) : '');
const whole = (value: bigint | Uint8Array): bigint => (value instanceof Uint8Array ? 0n : value);
const bytesOf = (value: bigint | Uint8Array): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array());

function instant(value: bigint | Uint8Array): string {
  let [seconds, nanos] = [0n, 0n];
  for (const field of fields(bytesOf(value))) {
    if (field.number === 1) seconds = BigInt.asIntN(64, whole(field.value));
    if (field.number === 2) nanos = whole(field.value);
  }
  return new Date(Number(seconds) * 1000 + Number(nanos / 1_000_000n)).toISOString();
}

function attachment(value: bigint | Uint8Array): AttachmentFigures {
  const read: AttachmentFigures = { attachmentId: '', own: false, internetDown: 0n, internetUp: 0n, localDown: 0n, localUp: 0n };
  for (const field of fields(bytesOf(value))) {
    switch (field.number) {
      case 1: read.attachmentId = text(field.value); break;
      case 2: read.own = whole(field.value) !== 0n; break;
      case 3: read.internetDown = whole(field.value); break;
      case 4: read.internetUp = whole(field.value); break;
      case 5: read.localDown = whole(field.value); break;
      case 6: read.localUp = whole(field.value); break;
    }
  }
  return read;
}

/** Links name their neighbour first, uplinks do not: {@code shift} is how far the numbers of their fields lie apart. */
function interfaceFigures(value: bigint | Uint8Array, shift: number): LinkFigures {
  const read: LinkFigures = { neighbour: '', interfaceName: '', received: 0n, sent: 0n };
  for (const field of fields(bytesOf(value))) {
    switch (field.number - shift) {
      case 0: read.neighbour = text(field.value); break;
      case 1: read.interfaceName = text(field.value); break;
      case 2: read.received = whole(field.value); break;
      case 3: read.sent = whole(field.value); break;
    }
  }
  return read;
}

/** @throws Error where the bytes are no report */
export function readReport(signed: Uint8Array): SignedReport {
  const read: SignedReport = { nodeId: '', bootId: '', sequence: 0n, previousHash: new Uint8Array(), startedAt: '', endedAt: '', attachments: [], links: [], uplink: null, gapWindows: 0n, agentVersion: '' };
  for (const field of fields(signed)) {
    switch (field.number) {
      case 1: read.nodeId = text(field.value); break;
      case 2: read.bootId = text(field.value); break;
      case 3: read.sequence = whole(field.value); break;
      case 4: read.previousHash = bytesOf(field.value); break;
      case 5: read.startedAt = instant(field.value); break;
      case 6: read.endedAt = instant(field.value); break;
      case 7: read.attachments.push(attachment(field.value)); break;
      case 8: read.links.push(interfaceFigures(field.value, 1)); break;
      case 9: read.uplink = interfaceFigures(field.value, 0); break;
      case 10: for (const part of fields(bytesOf(field.value))) if (part.number === 4) read.gapWindows = whole(part.value); break;
      case 11: read.agentVersion = text(field.value); break;
    }
  }
  return read;
}

export interface Proof {
  report: { nodeId: string; bootId: string; sequence: number; hash: string };
  signed: string;
  following: string[];
  signature: string;
  identityKey: string;
}

/** True, false, or null where this browser cannot tell. */
export interface Checks {
  /** The bytes have the hash under which they are kept. */
  hash: boolean | null;
  /** Each report up to the signed one names the hash of the one before. */
  chain: boolean | null;
  /** The node's name is the hash of its key. */
  node: boolean | null;
  /** The signature over the last is that key's. */
  signature: boolean | null;
}

export const fromBase64 = (value: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/** Checks a proof with nothing but its own bytes. */
export async function check(proof: Proof): Promise<Checks> {
  if (!globalThis.crypto?.subtle) return { hash: null, chain: null, node: null, signature: null };
  const all = [proof.signed, ...proof.following].map(fromBase64);
  const hashes = await Promise.all(all.map(sha256));
  const chain = all.slice(1).every((bytes, at) => hex(readReport(bytes).previousHash) === hex(hashes[at]!));
  const key = fromBase64(proof.identityKey);
  const message = new Uint8Array([...new TextEncoder().encode('coopmesh-usage-v1'), 0, ...hashes[hashes.length - 1]!]);
  let signature: boolean | null;
  try {
    signature = await crypto.subtle.verify('Ed25519', await crypto.subtle.importKey('spki', key, 'Ed25519', false, ['verify']), fromBase64(proof.signature), message);
  } catch (thrown) {
    signature = thrown instanceof DOMException && thrown.name === 'NotSupportedError' ? null : false;
  }
  return { hash: hex(hashes[0]!) === proof.report.hash, chain, node: hex(await sha256(key)) === proof.report.nodeId, signature };
}

/** Bits per second over the window, for a look at what a line would have had to carry. */
export function rate(bytes: bigint, startedAt: string, endedAt: string): number {
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return seconds > 0 ? (Number(bytes) * 8) / seconds : Number.POSITIVE_INFINITY;
}
