import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { Trans } from '@lingui/react/macro';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it } from 'vitest';
import './i18n';

const shown = (sentence: React.ReactNode): string => renderToStaticMarkup(<I18nProvider i18n={i18n}>{sentence}</I18nProvider>);

describe('a sentence', () => {
  beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }));

  it('shows a part that comes as a value', () => {
    const words = 'Invoice to pay';
    const notice = <b>{words}</b>;
    expect(shown(<Trans>Mail: {notice}</Trans>)).toBe('Mail: <b>Invoice to pay</b>');
    const days = [1, 3].map((day) => <i key={day}>{day}</i>);
    expect(shown(<Trans>Tried <b>again</b> {days}, then given up</Trans>)).toBe('Tried <b>again</b> <i>1</i><i>3</i>, then given up');
  });

  it('takes no words of a value for a part', () => {
    const name = '<0>x</0> <0/> <i/> a < b';
    expect(shown(<Trans><b>Paid</b> by {name}</Trans>)).toBe('<b>Paid</b> by &lt;\u20600&gt;x&lt;\u2060/0&gt; &lt;\u20600/&gt; &lt;\u2060i/&gt; a &lt; b');
  });
});
