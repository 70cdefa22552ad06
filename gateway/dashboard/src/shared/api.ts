import { ApiError, readProblem, slugOf } from './problem';
import { setCoopTime } from './time';

/** One page of a list; {@code next} is the cursor of the page after it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

interface Csrf {
  header: string;
  token: string;
}

let csrf: Csrf | null = null;
let sessionLost: () => void = () => {};
let proofWanted: () => Promise<boolean> = () => Promise.resolve(false);

/** The session tells the token that every change must carry. */
export function carryCsrf(next: Csrf | null | undefined): void {
  csrf = next ?? null;
}

/** Called when the gateway says that nobody is signed in any more. */
export function onSessionLost(listener: () => void): void {
  sessionLost = listener;
}

/** Called when a service wants a fresh proof of who is signed in (RFC 9470); true sends the request once more. */
export function onProofWanted(listener: () => Promise<boolean>): void {
  proofWanted = listener;
}

export interface Extras {
  /** One per opening of a form: sending the form twice moves money once. */
  idempotencyKey?: string;
  headers?: Record<string, string>;
  /** The answer is a file, not JSON. */
  file?: boolean;
}

async function call<T>(method: string, path: string, body: unknown, extras: Extras, signal?: AbortSignal, again = false): Promise<T> {
  const headers: Record<string, string> = { Accept: extras.file ? '*/*' : 'application/json, application/problem+json', ...extras.headers };
  if (body !== undefined) headers['Content-Type'] = body instanceof Blob ? body.type : 'application/json';
  if (extras.idempotencyKey) headers['Idempotency-Key'] = extras.idempotencyKey;
  if (method !== 'GET' && csrf) headers[csrf.header] = csrf.token;

  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
      credentials: 'same-origin',
      signal,
    });
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    throw new ApiError({ type: 'about:blank', status: 0 });
  }
  // A service may tell its clock with any answer: what is due is due by the co-op's time, not by the browser's.
  const time = response.headers.get('Coop-Time');
  if (time) setCoopTime(time);
  if (response.ok && extras.file) return (await response.blob()) as T;
  const text = await response.text();
  if (!response.ok) {
    const problem = readProblem(response.status, text, response.headers.get('Content-Type') ?? '');
    if (slugOf(problem) === 'step-up-required') {
      if (!again && (await proofWanted())) return call<T>(method, path, body, extras, signal, true);
    } else if (response.status === 401) {
      sessionLost();
    }
    throw new ApiError(problem);
  }
  if (text === '') return undefined as T;
  if (!/\bjson\b/.test(response.headers.get('Content-Type') ?? '')) throw new ApiError({ type: 'about:blank', status: 502 });
  return JSON.parse(text) as T;
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => call<T>('GET', path, undefined, {}, signal);
export const post = <T = void>(path: string, body?: unknown, extras: Extras = {}): Promise<T> => call<T>('POST', path, body, extras);
/** What is answered with a file, as it is. */
export const postForFile = (path: string, body: unknown): Promise<Blob> => call<Blob>('POST', path, body, { file: true });
export const put = <T = void>(path: string, body?: unknown): Promise<T> => call<T>('PUT', path, body, {});
/** The bytes of a file as they are, under its own type. */
export const putFile = <T = void>(path: string, file: Blob): Promise<T> => call<T>('PUT', path, file, {});
export const remove = <T = void>(path: string, body?: unknown): Promise<T> => call<T>('DELETE', path, body, {});

/** A path with its query; empty and missing values are left out. */
export function withQuery(path: string, query: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** A path segment that came from outside. */
export const segment = (value: string): string => encodeURIComponent(value);

/** 128 random bits; also where the page is not in a secure context. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
