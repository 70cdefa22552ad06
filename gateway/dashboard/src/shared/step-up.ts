import { useSyncExternalStore } from 'react';
import { SIGN_IN } from './session';

/** How old a proof of who somebody is may be, in seconds, for what moves money or rights. */
const MAX_AGE = 300;
const CHANNEL = 'coopmesh-confirmed';

interface Waiting {
  done: (confirmed: boolean) => void;
}

let waiting: Waiting[] = [];
const watchers = new Set<() => void>();

function setWaiting(next: Waiting[]): void {
  waiting = next;
  watchers.forEach((watcher) => watcher());
}

/** Resolves with whether the person has proved again who they are; every request that waits is answered at once. */
export function askForProof(): Promise<boolean> {
  return new Promise((done) => setWaiting([...waiting, { done }]));
}

/** Answers all that wait. */
export function proofGiven(confirmed: boolean): void {
  const answered = waiting;
  setWaiting([]);
  answered.forEach(({ done }) => done(confirmed));
}

/** Whether a request waits for a proof. */
export function useProofAsked(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => waiting.length > 0,
  );
}

/** The sign-in page in a window of its own, so that what was typed here stays. */
export function openProof(): void {
  window.open(`${SIGN_IN}?max_age=${MAX_AGE}`, 'coopmesh-confirm', 'popup,width=480,height=720');
}

/** Tells the page that waits; called by the one where the sign-in lands. */
export function tellConfirmed(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('confirmed');
  channel.close();
}

/** Calls back when another window has proved who is here. */
export function onConfirmed(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = listener;
  return () => channel.close();
}
