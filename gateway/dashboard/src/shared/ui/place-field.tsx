import { Button, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCurrentLocation, IconMapPin } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { readPlace, writePlace } from '../place';

// Nothing of a map is loaded, and nobody's tiles are asked for, before somebody wants one.
const PlaceMap = lazy(() => import('./PlaceMap'));

/** A place in numbers, as a link out of a map, where one stands, or by a pin. */
export function PlaceField({ value, onChange, error }: { value: string; onChange: (text: string) => void; error?: string }) {
  const { t } = useLingui();
  const [silent, setSilent] = useState(false);
  const [map, setMap] = useState(false);
  const set = (text: string) => { setSilent(false); onChange(text); };
  const here = () => navigator.geolocation.getCurrentPosition(({ coords }) => set(writePlace(coords)), () => setSilent(true), { timeout: 10_000 });
  return (
    <>
      <TextInput label={t`On the map (optional)`} description={t`Helps to see which neighbour’s roof you could reach. Two numbers, or a link out of any map.`} placeholder="41.38740, 2.16860" maxLength={500} name="place" value={value} onChange={(event) => set(event.currentTarget.value)} error={silent ? t`Your browser did not tell where you are` : error} />
      <div className="toolbar">
        {'geolocation' in navigator && <Button variant="default" leftSection={<IconCurrentLocation size={16} aria-hidden="true" />} onClick={here}><Trans>I am there now</Trans></Button>}
        <Button variant="default" leftSection={<IconMapPin size={16} aria-hidden="true" />} aria-expanded={map} onClick={() => setMap(!map)}>{map ? <Trans>Hide the map</Trans> : <Trans>Choose on a map</Trans>}</Button>
      </div>
      {map && <Suspense fallback={<div style={{ height: '19rem' }} />}><PlaceMap at={readPlace(value)} onPick={(place) => set(writePlace(place))} /></Suspense>}
    </>
  );
}

/** What is wrong with a place that was typed; undefined for none and for a good one. */
export function usePlaceFault(): (text: string) => string | undefined {
  const { t } = useLingui();
  return (text) => (text.trim() !== '' && !readPlace(text) ? t`Two numbers like 41.38740, 2.16860, or a link out of a map` : undefined);
}
