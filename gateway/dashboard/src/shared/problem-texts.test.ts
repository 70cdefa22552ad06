import { i18n } from '@lingui/core';
import { afterEach, describe, expect, it } from 'vitest';
import { membersCatalogue, speak } from './i18n';
import { fieldText, problemText } from './problem-texts';

const capped = { type: 'https://coopmesh.org/problems/cap-below-dues', status: 422, detail: 'the cap 3.00 is below the dues 12.50' };

afterEach(() => speak('en'));

describe('what a service refused', () => {
  it('is told in its own words to who reads English, and in general ones to others', async () => {
    await speak('en');
    expect(problemText(capped)).toBeNull();
    expect(problemText({ ...capped, detail: undefined })).toBe('The cap must not be below the dues.');
    await speak('de');
    await membersCatalogue();
    expect(problemText(capped)).toBe('Die Obergrenze darf nicht unter dem Beitrag liegen.');
    expect(i18n.locale).toBe('de');
  });

  it('is told as it came where its kind is unknown', async () => {
    await speak('de');
    expect(problemText({ type: 'about:blank', status: 409, detail: 'odd' })).toBeNull();
    expect(fieldText({ field: 'x', rule: 'odd', message: 'is odd' })).toBe('is odd');
  });

  it('names the rule of a field', async () => {
    await speak('fr');
    expect(fieldText({ field: 'x', rule: 'NotBlank', message: 'must not be blank' })).toBe('Ceci manque.');
    expect(fieldText({ field: 'x', rule: 'required', message: 'is missing' })).toBe('Ceci manque.');
    await speak('en');
    expect(fieldText({ field: 'x', rule: 'required', message: 'is missing' })).toBe('is missing');
  });
});
