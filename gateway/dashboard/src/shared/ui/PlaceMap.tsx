import { ActionIcon } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useLingui } from '@lingui/react/macro';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { writePlace, type Place } from '../place';
import { useSession } from '../session';
import { fromSquare, Ground, toSquare, ZOOM_MAX, type Sight } from './ground';
import './place-map.css';

const TILE = 256;
/** Where a house fills the picture, a village does, and the whole of the Earth. */
const [HOUSE, VILLAGE, EARTH] = [16, 12, 2];
const NUDGE = 8;
const FAR_NUDGE = 48;
/** A finger that moves less than this has pressed, not dragged. */
const STILL = 5;

/** A pin on a map. The same place is told in numbers beside it, for who does not see or point. */
export default function PlaceMap({ at, onPick }: { at: Place | undefined; onPick: (place: Place) => void }) {
  const { t } = useLingui();
  const { map } = useSession();
  const frame = useRef<HTMLDivElement>(null);
  const { ref: measured, width, height } = useElementSize<HTMLDivElement>();
  const merged = useMergedRef(frame, measured);
  const under = useRef<HTMLDivElement>(null);
  const ground = useRef<Ground | null>(null);
  const [middle, setMiddle] = useState(() => toSquare(at ?? { latitude: map?.latitude ?? 0, longitude: map?.longitude ?? 0 }));
  const [zoom, setZoom] = useState(at ? HOUSE : VILLAGE);
  const hand = useRef<{ id: number; x: number; y: number; from: { x: number; y: number }; pin: boolean; far: boolean } | null>(null);
  const scale = TILE * 2 ** zoom;
  const sight: Sight = { x: middle.x - width / 2 / scale, y: middle.y - height / 2 / scale, scale, width, height };

  const tiles = map?.tiles;
  useEffect(() => {
    ground.current = new Ground(under.current!, tiles);
    return () => ground.current?.stop();
  }, [tiles]);
  useEffect(() => { if (width > 0) ground.current?.draw(sight); });
  // A place that was typed comes into sight
  const shown = useRef(at);
  useEffect(() => {
    if (!at || (shown.current && shown.current.latitude === at.latitude && shown.current.longitude === at.longitude)) return;
    shown.current = at;
    setMiddle(toSquare(at));
    setZoom((before) => Math.max(before, HOUSE));
  }, [at]);

  const pin = at && toSquare(at);
  const left = pin ? (pin.x - sight.x) * scale : 0;
  const top = pin ? (pin.y - sight.y) * scale : 0;
  const put = (x: number, y: number) => {
    const place = fromSquare(sight.x + x / scale, sight.y + y / scale);
    const rounded = { latitude: Math.round(place.latitude * 1e5) / 1e5, longitude: Math.round(place.longitude * 1e5) / 1e5 };
    shown.current = rounded;
    onPick(rounded);
  };
  const closer = (by: number) => setZoom((before) => Math.min(ZOOM_MAX, Math.max(EARTH, before + by)));
  const spot = (event: PointerEvent) => { const box = frame.current!.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; };
  const press = (event: PointerEvent) => {
    const { x, y } = spot(event);
    const onPin = pin !== undefined && Math.abs(x - left) < 22 && y - top < 8 && top - y < 44;
    frame.current!.setPointerCapture(event.pointerId);
    hand.current = { id: event.pointerId, x, y, from: middle, pin: onPin, far: false };
  };
  const drag = (event: PointerEvent) => {
    const held = hand.current;
    if (!held || held.id !== event.pointerId) return;
    const { x, y } = spot(event);
    held.far ||= Math.hypot(x - held.x, y - held.y) > STILL;
    if (!held.far) return;
    if (held.pin) put(x, y);
    else setMiddle({ x: held.from.x - (x - held.x) / scale, y: held.from.y - (y - held.y) / scale });
  };
  const release = (event: PointerEvent) => {
    const held = hand.current;
    hand.current = null;
    if (held && !held.far) { const { x, y } = spot(event); put(x, y); }
  };
  const key = (event: KeyboardEvent) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) {
      event.preventDefault();
      const by = event.shiftKey ? FAR_NUDGE : NUDGE;
      const [x, y] = pin ? [left + way[0]! * by, top + way[1]! * by] : [width / 2, height / 2];
      put(x, y);
      if (x < 0 || y < 0 || x > width || y > height) setMiddle({ x: sight.x + x / scale, y: sight.y + y / scale });
    } else if (event.key === '+' || event.key === '=') closer(1);
    else if (event.key === '-') closer(-1);
  };
  return (
    <div className="place-map" ref={merged} role="group" tabIndex={0} aria-label={t`Map with a pin`} aria-description={t`Arrow keys move the pin, with shift further; plus and minus change the size of the map.`} onPointerDown={press} onPointerMove={drag} onPointerUp={release} onPointerCancel={() => { hand.current = null; }} onKeyDown={key}>
      <div className="place-ground" ref={under} />
      {pin && <svg className="place-pin" viewBox="0 0 28 40" width="28" height="40" aria-hidden="true" style={{ transform: `translate(${left - 14}px, ${top - 38}px)` }}><path d="M14 39C11 31 2 24 2 14a12 12 0 0 1 24 0c0 10-9 17-12 25z" /><circle cx="14" cy="14" r="4.5" /></svg>}
      <span className="hidden-field" aria-live="polite">{at ? writePlace(at) : t`No pin yet`}</span>
      <div className="place-zoom" onPointerDown={(event) => event.stopPropagation()}>
        <ActionIcon variant="default" size="lg" aria-label={t`Closer`} onClick={() => closer(1)}><IconPlus size={18} /></ActionIcon>
        <ActionIcon variant="default" size="lg" aria-label={t`Further away`} onClick={() => closer(-1)}><IconMinus size={18} /></ActionIcon>
      </div>
      {tiles && <small className="ground-names">{map.attribution}</small>}
    </div>
  );
}
