import { afterEach } from 'vitest';

// What passes only at its second try is named at the end of ./coopmesh test, as it is for the tests in Java
afterEach(({ task }) => {
  const { retryCount = 0, errors = [] } = task.result ?? {};
  if (retryCount > 0) console.warn(`UNSTEADY ${task.name}: ${(errors[0]?.message ?? '').split('\n')[0]}`);
});
