import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { withQuery } from '@/shared/api';
import { isTold } from '@/shared/live';
import { sessionQuery } from '@/shared/session';

/** What is read again when something of a kind has changed; what is not on the screen only when it is looked at. */
const KEYS: Record<string, QueryKey[]> = {
  nodes: [['nodes'], ['node'], ['outages'], ['access', 'list'], ['home']],
  bans: [['bans'], ['never-bans'], ['outside-lists'], ['bouncers'], ['access'], ['home']],
  cases: [['cases'], ['case'], ['appeals'], ['appeal'], ['pleas'], ['plea'], ['look-ups'], ['workload'], ['home']],
  imports: [['bank'], ['members'], ['home']],
  'bill-runs': [['bill-runs'], ['documents'], ['invoices'], ['home']],
  payments: [['invoices'], ['invoice'], ['payments'], ['bank'], ['direct-debit'], ['treasury'], ['home']],
};
const ANYTHING = '*';
const BACK_MIN_MS = 2_000;
const BACK_MAX_MS = 60_000;
/** A page that nobody looks at gives its line back after this. */
const HIDDEN_MS = 30_000;

/** From half of `ms` to all of it, so that not all pages come back together. */
const jittered = (ms: number): number => ms / 2 + Math.random() * (ms / 2);

const keysOf = (kinds: string[]): QueryKey[] => {
  const keys = (kinds.includes(ANYTHING) ? Object.keys(KEYS) : kinds).flatMap((kind) => KEYS[kind] ?? []);
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
};

/**
 * Hears from the gateway what changes, and reads again what is on the screen. Where nobody tells, or the line breaks, every query asks by
 * itself as often as it says. Ends with what it returns.
 */
export function listen(client: QueryClient): () => void {
  let line: EventSource | null = null;
  let seen = '';
  let up = false;
  let tries = 0;
  let timer: number | undefined;

  const readAgain = (kinds: string[]) => keysOf(kinds).forEach((queryKey) => void client.invalidateQueries({ queryKey }));
  const hangUp = () => {
    line?.close();
    line = null;
    isTold(false);
    // From now on they ask as often as they say.
    if (up) readAgain([ANYTHING]);
    up = false;
  };
  const later = () => {
    hangUp();
    window.clearTimeout(timer);
    timer = window.setTimeout(open, jittered(Math.min(BACK_MIN_MS * 2 ** tries, BACK_MAX_MS)));
    tries += 1;
  };
  function open() {
    if (document.hidden || line) return;
    const next = new EventSource(withQuery('/api/live', { since: seen }));
    line = next;
    next.addEventListener('here', () => {
      tries = 0;
      up = true;
      isTold(true);
    });
    next.addEventListener('message', ({ data, lastEventId }) => {
      seen = lastEventId;
      readAgain(String(data).split(' '));
    });
    next.addEventListener('error', () => {
      // A line that broke comes back by itself, with what it heard last; one that was refused does not.
      if (next.readyState !== EventSource.CLOSED) return;
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      later();
    });
  }
  const looked = () => {
    window.clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(hangUp, HIDDEN_MS);
    else open();
  };

  document.addEventListener('visibilitychange', looked);
  open();
  return () => {
    document.removeEventListener('visibilitychange', looked);
    window.clearTimeout(timer);
    hangUp();
  };
}
