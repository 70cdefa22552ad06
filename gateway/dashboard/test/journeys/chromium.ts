import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const found = [process.env.CHROMIUM, ...(process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))];

/** The browser of the journeys: the one that CHROMIUM names, or the first on the PATH. */
export const CHROMIUM = found.find((path) => path && existsSync(path));

/** Where there is no browser the journeys are skipped, by name. */
export const NO_BROWSER = CHROMIUM === undefined;
