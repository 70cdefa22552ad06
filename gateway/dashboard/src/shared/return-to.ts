const KEY = 'coopmesh.return-to';

/** Remembers the page a visitor wanted before they were sent to sign in. */
export function rememberPlace(): void {
  try {
    sessionStorage.setItem(KEY, window.location.pathname + window.location.search);
  } catch {
    // Without storage they start at the beginning.
  }
}

/** That page, once. */
export function takePlace(): string | null {
  try {
    const place = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return place?.startsWith('/') && !place.startsWith('//') ? place : null;
  } catch {
    return null;
  }
}
