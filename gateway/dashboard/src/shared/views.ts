/** A list with its filters, under a name. */
export interface View { name: string; search: Record<string, string> }

const KEY = 'coopmesh-views ';
/** Of one list. */
const VIEWS_MAX = 12;

/** What was kept for a list; nothing where the browser keeps nothing. */
export function viewsOf(place: string): View[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY + place) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one): one is View => typeof one?.name === 'string' && typeof one?.search === 'object' && one.search !== null) : [];
  } catch {
    return [];
  }
}

/** Keeps a view in place of the one of its name; without a search it is forgotten. The oldest go where there are too many. */
export function keepView(place: string, view: { name: string; search: View['search'] | null }): View[] {
  const others = viewsOf(place).filter((one) => one.name !== view.name);
  const kept = view.search ? [...others, { name: view.name, search: view.search }].slice(-VIEWS_MAX) : others;
  try {
    localStorage.setItem(KEY + place, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing still shows it until the page is left
  }
  return kept;
}
