// The colours that mean something. Each pair is text on its own ground; a test holds every pair to WCAG AA.

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'quiet';

interface Pair {
  text: string;
  ground: string;
  edge: string;
}

export const LIGHT: Record<Tone, Pair> = {
  ok: { text: '#145339', ground: '#ddf3e6', edge: '#a9dcc0' },
  warn: { text: '#6f4300', ground: '#fdefcf', edge: '#f0d18a' },
  bad: { text: '#8f1d1d', ground: '#fde5e1', edge: '#f3b8ae' },
  info: { text: '#1f4787', ground: '#e4edfb', edge: '#b4cbf0' },
  quiet: { text: '#454f4a', ground: '#ecefec', edge: '#d2d8d4' },
};

export const DARK: Record<Tone, Pair> = {
  ok: { text: '#93e2b7', ground: '#15352a', edge: '#26594a' },
  warn: { text: '#f5d084', ground: '#3a2d10', edge: '#63501f' },
  bad: { text: '#ffb5aa', ground: '#431b1c', edge: '#743031' },
  info: { text: '#aecbff', ground: '#182b49', edge: '#2c4a79' },
  quiet: { text: '#bccac3', ground: '#26312c', edge: '#3d4b45' },
};

export const PAPER = {
  light: { body: '#f6f5f1', panel: '#ffffff', sunken: '#f1f0ea', edge: '#e2dfd6', text: '#17201c', soft: '#56615b', link: '#0f5c4d', chartDown: '#0f7a5f', chartUp: '#b86e00', chartLocal: '#3f63ad' },
  dark: { body: '#0f1513', panel: '#171f1c', sunken: '#121917', edge: '#2b3631', text: '#e5ece8', soft: '#a3b4ac', link: '#7fd6b4', chartDown: '#5cc79c', chartUp: '#e8a94a', chartLocal: '#8fb0f0' },
};

const pairs = (set: Record<Tone, Pair>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(set).flatMap(([tone, pair]) => [
      [`--tone-${tone}-text`, pair.text],
      [`--tone-${tone}-ground`, pair.ground],
      [`--tone-${tone}-edge`, pair.edge],
    ]),
  );

const paper = (set: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(set).map(([name, value]) => [`--paper-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value]));

/** As CSS variables, by colour scheme. */
export const cssTokens = {
  light: { ...pairs(LIGHT), ...paper(PAPER.light) },
  dark: { ...pairs(DARK), ...paper(PAPER.dark) },
};
