import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

export interface FieldError {
  field: string;
  rule?: string;
  message: string;
}

/** RFC 9457 as the services write it. */
export interface Problem {
  type: string;
  status: number;
  title?: string;
  detail?: string;
  errors?: FieldError[];
}

const BASE = 'https://coopmesh.org/problems/';

/** What a request came back with when it was not what was asked for. Status 0: no answer at all. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? `status ${problem.status}`);
    this.name = 'ApiError';
  }
}

export const slugOf = (problem: Problem): string => (problem.type.startsWith(BASE) ? problem.type.slice(BASE.length) : '');

/** Anything thrown while talking to the gateway, as a problem. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ApiError) return thrown.problem;
  return { type: 'about:blank', status: 0, detail: thrown instanceof Error ? thrown.message : undefined };
}

/** Reads an error answer, also where something between us and the service answered with something else. */
export function readProblem(status: number, body: string, contentType: string): Problem {
  if (/\bjson\b/.test(contentType)) {
    try {
      const read = JSON.parse(body) as Partial<Problem>;
      const errors = Array.isArray(read.errors)
        ? read.errors.filter((error): error is FieldError => typeof error?.field === 'string' && typeof error?.message === 'string')
        : undefined;
      return {
        type: typeof read.type === 'string' ? read.type : 'about:blank',
        status,
        title: typeof read.title === 'string' ? read.title : undefined,
        detail: typeof read.detail === 'string' ? read.detail : undefined,
        errors: errors?.length ? errors : undefined,
      };
    } catch {
      // Falls through: half a document says no more than its status.
    }
  }
  return { type: 'about:blank', status };
}

/** What is wrong with {@code field}. */
export function fieldError(problem: Problem | null | undefined, field: string): FieldError | undefined {
  return problem?.errors?.find((error) => error.field === field);
}

/** One plain sentence of what went wrong, by status; the detail of the service stands beside it. */
export function problemHeading(problem: Problem): MessageDescriptor {
  switch (problem.status) {
    case 0:
      return msg`The co-op’s server does not answer`;
    case 400:
      return msg`Something in the form is not right yet`;
    case 401:
      if (slugOf(problem) === 'step-up-required') return msg`It was not confirmed that it is you`;
      return msg`Your session is over`;
    case 403:
      return msg`This is not yours to do`;
    case 404:
      return msg`There is no such thing here`;
    case 409:
      return msg`That does not fit the present state`;
    case 413:
      return msg`That is too large`;
    case 422:
      return msg`That cannot be done like this`;
    case 429:
      return msg`Too many attempts: wait a minute`;
    case 502:
    case 503:
    case 504:
      return msg`This part of the co-op is not answering right now`;
    default:
      return problem.errors ? msg`Something in the form is not right yet` : msg`Something went wrong on our side`;
  }
}
