import { constants, createHash, generateKeyPairSync, privateDecrypt, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { fold, fromBase64, isReceipt, NotRight, readReceipt, recount, unfold, type Ballot, type Choice, type Receipt } from './ballot';

const PROPOSAL = '7d9f0000-0000-4000-8000-000000000001';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 });
const seal = generateKeyPairSync('ed25519');
const ballotKey = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const publicKey = seal.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const blindSign = (folded: string): string => privateDecrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, fromBase64(folded)).toString('base64');
const lineOf = (one: Ballot) => `ballot ${one.nonce} ${one.choice} ${one.signature}\n`;

async function voted(choice: Choice, proposalId = PROPOSAL): Promise<Receipt> {
  const paper = await fold(proposalId, ballotKey, choice);
  const ballot = await unfold(paper, blindSign(paper.folded));
  return { ...ballot, ballotKey, publicKey, receipt: sign(null, Buffer.from(`coopmesh ballot taken 1\n${proposalId}\n${lineOf(ballot)}`), seal.privateKey).toString('base64') };
}

const signedRecord = (text: string): string => `${text}signed ${publicKey} ${sign(null, Buffer.from(text), seal.privateKey).toString('base64')}\n`;

function written(ballots: Ballot[], { tally = '', outcome = 'adopted', signed = ballots.length, quorum = 20 } = {}): string {
  const count = (choice: Choice) => ballots.filter((one) => one.choice === choice).length;
  const roll = Array.from({ length: 4 }, (_, at) => `roll 00000000-0000-4000-8000-00000000000${at} ${at < signed ? 'signed' : '-'}\n`).join('');
  return `coopmesh vote 1\nproposal ${PROPOSAL}\nabout {"title":"A bench"}\nopens 2026-03-11\ncloses 2026-03-12\neffective 2026-03-13\nquorum ${quorum}\nmajority simple\nkey ${ballotKey}\n${roll}refused vote-closed 2\n`
    + [...ballots].sort((a, b) => a.nonce.localeCompare(b.nonce)).map(lineOf).join('')
    + `tally ${tally || `yes ${count('yes')} no ${count('no')} abstain ${count('abstain')} of 4`}\noutcome ${outcome}\n`;
}

const fault = (record: string, receipt?: Receipt) => recount(record, receipt).then(() => 'right', (thrown: unknown) => (thrown instanceof NotRight ? thrown.fault : thrown));

describe('a ballot', () => {
  let ballots: Receipt[];
  beforeAll(async () => { ballots = await Promise.all((['yes', 'yes', 'no'] as const).map((choice) => voted(choice))); });

  it('is signed without being seen, and good once it is opened', async () => {
    const paper = await fold(PROPOSAL, ballotKey, 'yes');
    expect(Buffer.from(paper.folded, 'base64').includes(Buffer.from(paper.prepared, 'base64').subarray(0, 8))).toBe(false);
    const again = await fold(PROPOSAL, ballotKey, 'yes');
    expect(again.folded).not.toBe(paper.folded);
    await expect(unfold(paper, blindSign(again.folded))).rejects.toThrow('invalid signature');
  });

  it('is counted again here, as it was cast', async () => {
    const text = written(ballots);
    expect(await recount(signedRecord(text), ballots[0])).toMatchObject({ outcome: 'adopted', counts: { yes: 2, no: 1, abstain: 0 }, onRoll: 4, signed: 3, cast: 3, sealSigned: true, seal: createHash('sha256').update(text).digest('hex') });
  });

  it('that was altered, added or lost is found, even where the co-op signs the false record', async () => {
    const [first, second, third] = ballots as [Receipt, Receipt, Receipt];
    expect(await fault(written(ballots))).toBe('unreadable');
    expect(await fault(signedRecord(written(ballots)).replace('quorum 20', 'quorum 90'))).toBe('signature');
    expect(await fault(signedRecord(written([first, second, { ...third, choice: 'yes' }])))).toBe('ballot-unsigned');
    expect(await fault(signedRecord(written([first, second, { ...third, nonce: '0'.repeat(64) }])))).toBe('ballot-unsigned');
    expect(await fault(signedRecord(written([first, first])))).toBe('ballot-twice');
    expect(await fault(signedRecord(written([first, await voted('yes', '7d9f0000-0000-4000-8000-000000000002')])))).toBe('ballot-unsigned');
    expect(await fault(signedRecord(written(ballots, { signed: 2 })))).toBe('more-than-signed');
    expect(await fault(signedRecord(written(ballots, { tally: 'yes 3 no 0 abstain 0 of 4' })))).toBe('tally');
    expect(await fault(signedRecord(written(ballots, { quorum: 100 })))).toBe('outcome');
    expect(await fault(signedRecord(written([first, second])), third)).toBe('receipt-missing');
    expect(await fault(signedRecord(written(ballots)), { ...third, choice: 'yes' })).toBe('receipt-unsigned');
    expect(await fault(signedRecord(written(ballots)), { ...third, ballotKey: publicKey })).toBe('other-key');
  });

  it('has a receipt that is read back from a file', async () => {
    expect(readReceipt(JSON.stringify(ballots[0]))).toEqual(ballots[0]);
    expect(readReceipt('{"choice":"maybe"}')).toBeNull();
    expect(await isReceipt(ballots[0]!)).toBe(true);
    expect(await isReceipt({ ...ballots[0]!, nonce: ballots[1]!.nonce })).toBe(false);
  });
});
