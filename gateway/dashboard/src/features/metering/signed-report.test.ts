// @vitest-environment node
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { check, rate, readReport, type Proof } from './signed-report';

const varint = (value: bigint): number[] => (value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]);
const number = (field: number, value: bigint) => [...varint(BigInt(field << 3)), ...varint(value)];
const bytes = (field: number, value: Iterable<number>) => { const all = [...value]; return [...varint(BigInt((field << 3) | 2)), ...varint(BigInt(all.length)), ...all]; };
const text = (field: number, value: string) => bytes(field, Buffer.from(value));
const sha = (value: Uint8Array | number[]) => createHash('sha256').update(Uint8Array.from(value)).digest();
const at = (instant: string) => number(1, BigInt(Date.parse(instant) / 1000));

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const key = publicKey.export({ type: 'spki', format: 'der' });
const nodeId = sha(key).toString('hex');

const report = (sequence: bigint, previous: Uint8Array, down: bigint) => [
  ...text(1, nodeId), ...text(2, 'b0b0b0b0-0000-4000-8000-000000000001'), ...number(3, sequence), ...bytes(4, previous),
  ...bytes(5, at('2026-11-21T10:00:00Z')), ...bytes(6, at('2026-11-21T10:05:00Z')),
  ...bytes(7, [...text(1, 'attachment'), ...number(2, 1n), ...number(3, down), ...number(4, 7n), ...number(5, 8n), ...number(6, 9n)]),
  ...bytes(8, [...text(1, 'neighbour'), ...text(2, 'wlan0'), ...number(3, 11n), ...number(4, 12n)]),
  ...bytes(9, [...text(1, 'eth0'), ...number(2, 21n), ...number(3, 22n)]),
  ...bytes(10, number(4, 3n)), ...text(11, '0.1.0'), ...number(99, 5n),
];
const first = report(1n, new Uint8Array(), 18_446_744_073_709_551_615n);
const second = report(2n, sha(first), 5n);
const base64 = (value: Iterable<number>) => Buffer.from([...value]).toString('base64');
const signature = sign(null, Buffer.concat([Buffer.from('coopmesh-usage-v1'), Buffer.from([0]), sha(second)]), privateKey);
const proof: Proof = { report: { nodeId, bootId: 'b', sequence: 1, hash: sha(first).toString('hex') }, signed: base64(first), following: [base64(second)], signature: base64(signature), identityKey: base64(key) };

describe('a signed report', () => {
  it('is read as the node wrote it, to the last byte of a counter', () => {
    const read = readReport(Uint8Array.from(first));

    expect(read).toMatchObject({ nodeId, sequence: 1n, startedAt: '2026-11-21T10:00:00.000Z', endedAt: '2026-11-21T10:05:00.000Z', gapWindows: 3n, agentVersion: '0.1.0' });
    expect(read.attachments).toEqual([{ attachmentId: 'attachment', own: true, internetDown: 18_446_744_073_709_551_615n, internetUp: 7n, localDown: 8n, localUp: 9n }]);
    expect(read.links).toEqual([{ neighbour: 'neighbour', interfaceName: 'wlan0', received: 11n, sent: 12n }]);
    expect(read.uplink).toMatchObject({ interfaceName: 'eth0', received: 21n, sent: 22n });
  });

  it('that was cut off at any byte is refused or has less to say, and never hangs', () => {
    for (let length = 0; length < first.length; length++) {
      let read;
      try {
        read = readReport(Uint8Array.from(first.slice(0, length)));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Error);
        continue;
      }
      expect(read.agentVersion === '0.1.0' ? length : 0).toBeGreaterThanOrEqual(read.agentVersion === '0.1.0' ? first.length - 3 : 0);
    }
  });

  it('holds with key, chain and signature', async () => {
    expect(await check(proof)).toEqual({ hash: true, chain: true, node: true, signature: true });
  });

  it('fails where one bit of it, of its follower, of the key or of the signature is another', async () => {
    const flipped = (value: string, byte = 3) => { const all = Buffer.from(value, 'base64'); all[byte]! ^= 1; return all.toString('base64'); };

    expect(await check({ ...proof, signed: flipped(proof.signed, 40) })).toMatchObject({ hash: false, chain: false, signature: true });
    expect(await check({ ...proof, following: [flipped(proof.following[0]!, 40)] })).toMatchObject({ hash: true, signature: false });
    expect(await check({ ...proof, signature: flipped(proof.signature) })).toMatchObject({ chain: true, signature: false });
    expect(await check({ ...proof, identityKey: flipped(proof.identityKey, 20) })).toMatchObject({ node: false, signature: false });
  });

  it('tells what a line would have had to carry', () => {
    expect(rate(37_500_000n, '2026-11-21T10:00:00Z', '2026-11-21T10:05:00Z')).toBe(1_000_000);
    expect(rate(1n, '2026-11-21T10:05:00Z', '2026-11-21T10:05:00Z')).toBe(Number.POSITIVE_INFINITY);
  });
});
