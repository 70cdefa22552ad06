import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { coopNow } from '../time';
import { When } from './values';

const HOUR = 3_600_000;
const SPANS: Record<string, number> = { '1h': HOUR, '1d': 24 * HOUR, '7d': 168 * HOUR, '30d': 720 * HOUR, '90d': 2_160 * HOUR };

export interface TermChoice {
  span: string;
  until: string;
  permanent: boolean;
}

export const firstTerm = (): TermChoice => ({ span: '7d', until: '', permanent: false });

/** As the services want it: an instant, or permanent. Empty while no end was chosen. */
export function termOf(choice: TermChoice): { until?: string; permanent?: boolean } | null {
  if (choice.permanent) return { permanent: true };
  const ends = choice.span === 'own' ? Date.parse(choice.until) : coopNow() + SPANS[choice.span]!;
  return Number.isNaN(ends) ? null : { until: new Date(ends).toISOString() };
}

/** Until when: every measure ends, unless somebody says in so many words that it does not. */
export function TermFields({ value, onChange, error }: { value: TermChoice; onChange: (term: TermChoice) => void; error?: string }) {
  const { t } = useLingui();
  const term = termOf(value);
  return (
    <>
      <div className="row">
        <NativeSelect label={t`For how long`} disabled={value.permanent} value={value.span} onChange={(event) => onChange({ ...value, span: event.currentTarget.value })} error={error}
          data={[{ value: '1h', label: t`One hour` }, { value: '1d', label: t`One day` }, { value: '7d', label: t`A week` }, { value: '30d', label: t`30 days` }, { value: '90d', label: t`90 days` }, { value: 'own', label: t`Until a date…` }]} />
        {value.span === 'own' && !value.permanent && <TextInput type="datetime-local" required label={t`Until`} value={value.until} onChange={(event) => onChange({ ...value, until: event.currentTarget.value })} />}
      </div>
      {term?.until && <p className="soft" style={{ margin: 0 }}><Trans>Ends by itself <When at={term.until} /></Trans></p>}
      <Checkbox label={t`Permanent`} description={t`Needs a second moderator to agree.`} checked={value.permanent} onChange={(event) => onChange({ ...value, permanent: event.currentTarget.checked })} />
    </>
  );
}
