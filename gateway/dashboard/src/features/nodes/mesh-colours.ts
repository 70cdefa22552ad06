import type { Live } from './mesh-data';

/** Colours of the graph. A test holds each to 3 : 1 against the paper it is drawn on. */
export interface Inks { bands: string[]; grades: string[]; unknown: string; faint: string; live: Record<Live, string>; paper: string; text: string; ring: string }

export const LIGHT_INKS: Inks = {
  bands: ['#4a86b4', '#1d6fa8', '#0f7a5f', '#8a7400', '#c05600', '#b3261e'],
  grades: ['#0f7a5f', '#b86e00', '#b3261e'],
  unknown: '#7d8983',
  faint: '#d3d8d3',
  live: { up: '#0f7a5f', late: '#b86e00', down: '#b3261e', never: '#6a756f' },
  paper: '#ffffff',
  text: '#17201c',
  ring: '#0f5c4d',
};

export const DARK_INKS: Inks = {
  bands: ['#6f9fc4', '#74b6e8', '#5cc79c', '#d9c84a', '#f0a050', '#ff8a7d'],
  grades: ['#5cc79c', '#e8a94a', '#ff8a7d'],
  unknown: '#7d8f87',
  faint: '#2b3631',
  live: { up: '#5cc79c', late: '#e8a94a', down: '#ff8a7d', never: '#93a39b' },
  paper: '#171f1c',
  text: '#e5ece8',
  ring: '#7fd6b4',
};

/** Pixels of a line, by its band: colour is never the only sign. */
export const WIDTHS = [1.2, 1.6, 2.2, 3, 4, 5.5];
