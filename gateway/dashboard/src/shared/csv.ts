import { get, withQuery, type Page } from './api';

const PAGE = 200;
/** What one download holds at most. */
export const ROWS_MAX = 20_000;

export type Cell = string | number | null | undefined;

const NUMBER = /^-?\d+(\.\d+)?$/;
/** A spreadsheet would take such a cell for a formula and run it. */
const FORMULA = /^[\s]*[=+\-@|%]|^[\t\r\n]/;

/** One cell by RFC 4180; text that looks like a formula is shown, not run. */
export function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csv = (head: string[], rows: Cell[][]): string => [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');

/** Every page of a list, up to {@link ROWS_MAX} rows. */
export async function everything<T>(path: string, query: Record<string, string | undefined>): Promise<{ rows: T[]; more: boolean }> {
  const rows: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await get<Page<T>>(withQuery(path, { ...query, limit: PAGE, after }));
    rows.push(...page.items);
    after = page.next ?? null;
  } while (after && rows.length < ROWS_MAX);
  return { rows, more: after !== null };
}

/** Hands a file to the browser. The mark at the start tells spreadsheets that it is UTF-8. */
export function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
