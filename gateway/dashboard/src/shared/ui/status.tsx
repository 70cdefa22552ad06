import type { ReactNode } from 'react';
import type { Tone } from './tokens';

// A shape of its own for every tone: colour is never the only sign.
const SHAPES: Record<Tone, ReactNode> = {
  ok: <circle cx="5" cy="5" r="4.2" fill="currentColor" />,
  warn: <path d="M5 .8 9.6 9H.4z" fill="currentColor" />,
  bad: <path d="M1.2 1.2h7.6v7.6H1.2z" fill="currentColor" transform="rotate(45 5 5) scale(.86) translate(.8 .8)" />,
  info: <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  quiet: <path d="M1 5h8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
};

/** A state in a word, with its own colour and shape. */
export function Pill({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`pill ${tone}`}>
      <svg width="9" height="9" viewBox="0 0 10 10" aria-hidden="true">{SHAPES[tone]}</svg>
      {children}
    </span>
  );
}
