// What this browser keeps of a vote: the ballot on its way, so that a lost answer loses no vote, and the receipt.
import { problemOf, slugOf } from '@/shared/problem';
import { cast, sign } from './assembly-api';
import { fold, unfold, type Choice, type Folded, type Receipt } from './ballot';

const way = (proposalId: string) => `coopmesh-ballot-${proposalId}`;
const kept = (proposalId: string) => `coopmesh-receipt-${proposalId}`;

function look<T>(name: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

/** A ballot that is written, and perhaps signed, but not known to be in the box. */
export const onItsWay = (proposalId: string): Folded | null => look<Folded>(way(proposalId));
export const receiptOf = (proposalId: string): Receipt | null => look<Receipt>(kept(proposalId));
export const forget = (proposalId: string): void => localStorage.removeItem(kept(proposalId));

/** Writes, has signed and casts a ballot; one that is on its way is carried on, whatever {@code choice} says. */
export async function vote(proposalId: string, ballotKey: string, choice: Choice): Promise<Receipt> {
  const before = onItsWay(proposalId);
  const paper = before?.ballotKey === ballotKey ? before : await fold(proposalId, ballotKey, choice);
  localStorage.setItem(way(proposalId), JSON.stringify(paper));
  const { signature } = await sign(proposalId, paper.folded).catch((refused: unknown) => {
    // Another ballot was signed, in another browser: this one never will be.
    if (slugOf(problemOf(refused)) === 'ballot-signed-before') localStorage.removeItem(way(proposalId));
    throw refused;
  });
  const ballot = await unfold(paper, signature);
  const receipt: Receipt = { ...ballot, ...(await cast(ballot)), ballotKey };
  localStorage.setItem(kept(proposalId), JSON.stringify(receipt));
  localStorage.removeItem(way(proposalId));
  return receipt;
}
