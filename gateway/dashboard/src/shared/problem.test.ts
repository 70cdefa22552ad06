import { describe, expect, it } from 'vitest';
import { ApiError, fieldError, problemHeading, problemOf, readProblem, slugOf } from './problem';

const refused = JSON.stringify({
  type: 'https://coopmesh.org/problems/invalid-request',
  title: 'Invalid request',
  status: 400,
  errors: [{ field: 'email', rule: 'email', message: 'must be an e-mail address' }, { nonsense: true }],
});

describe('problems', () => {
  it('carry their field errors and drop what is not one', () => {
    const problem = readProblem(400, refused, 'application/problem+json');

    expect(slugOf(problem)).toBe('invalid-request');
    expect(problem.errors).toHaveLength(1);
    expect(fieldError(problem, 'email')?.message).toBe('must be an e-mail address');
    expect(fieldError(problem, 'name')).toBeUndefined();
  });

  it('come from the status where the answer is not a problem document', () => {
    expect(readProblem(502, '<html>Bad gateway</html>', 'text/html')).toEqual({ type: 'about:blank', status: 502 });
    expect(readProblem(500, '{"type":', 'application/problem+json').status).toBe(500);
    expect(readProblem(500, '[]', 'application/json').type).toBe('about:blank');
  });

  it('trust the status line over the document', () => {
    expect(readProblem(409, '{"status":200}', 'application/json').status).toBe(409);
  });

  it('have a heading for every status', () => {
    const headings = [0, 400, 401, 403, 404, 409, 413, 422, 429, 503].map((status) => problemHeading({ type: 'about:blank', status }).id);
    expect(new Set(headings).size).toBe(headings.length);
    expect(problemHeading({ type: 'about:blank', status: 418 }).id).toBeTruthy();
  });

  it('stand for a lost connection, too', () => {
    expect(problemOf(new TypeError('Failed to fetch'))).toMatchObject({ status: 0 });
    expect(problemOf(new ApiError({ type: 'about:blank', status: 409 })).status).toBe(409);
  });
});
