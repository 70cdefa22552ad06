/** While changes are told, asking by oneself is only for what the line lost. */
const TOLD_MS = 60_000;

let told = false;

/** Whether the gateway tells this page what changes. */
export const isTold = (now: boolean): void => { told = now; };

/** How long until a query asks again whose changes are told: `ms` where they are not. */
export const untilTold = (ms: number) => (): number => (told ? TOLD_MS : ms);
