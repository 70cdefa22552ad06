import { Button, Skeleton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { createSortedRowModel, rowSortingFeature, tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table';
import { useMemo, type ReactNode } from 'react';
import { ProblemNotice } from './notice';

export interface Column<T> {
  id: string;
  head: string;
  cell: (row: T) => ReactNode;
  /** What the column sorts by; without it the column keeps its order. */
  by?: (row: T) => string | number;
  /** Figures stand at the end. */
  end?: boolean;
}

interface Rows {
  isPending: boolean;
  isError: boolean;
  error: unknown;
  refetch: () => unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns: {} });

/** A dense table; on a phone each row is a card. Sorts what is loaded, loads more on request. */
export function DataTable<T>({ caption, columns, rows, id, query, empty, foot }: {
  caption: string;
  columns: Column<T>[];
  rows: T[] | undefined;
  id: (row: T) => string;
  query?: Rows;
  empty?: ReactNode;
  foot?: ReactNode;
}) {
  const { i18n } = useLingui();
  const defs = useMemo(
    () => columns.map((column): ColumnDef<typeof features, { row: T }> => ({
      id: column.id,
      header: column.head,
      accessorFn: ({ row }) => column.by?.(row) ?? '',
      enableSorting: column.by !== undefined,
      sortFn: (a, b) => {
        const [x, y] = [column.by!(a.original.row), column.by!(b.original.row)];
        return typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), i18n.locale, { numeric: true });
      },
      sortDescFirst: false,
    })),
    [columns, i18n.locale],
  );
  const data = useMemo(() => (rows ?? []).map((row) => ({ row })), [rows]);
  const table = useTable({ features, columns: defs, data, getRowId: ({ row }) => id(row) });

  if (query?.isError && !rows) return <div style={{ padding: '0.5rem 1.1rem' }}><ProblemNotice error={query.error} retry={() => void query.refetch()} /></div>;
  if (rows && rows.length === 0 && empty) return <>{empty}</>;

  return (
    <>
      {query?.isError && <div style={{ padding: '0 1.1rem 0.5rem' }}><ProblemNotice error={query.error} retry={() => void query.refetch()} /></div>}
      <div className="table-scroll" tabIndex={0} role="group" aria-label={caption}>
        <table className="grid cards">
          <caption className="hidden-field">{caption}</caption>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {group.headers.map((header, at) => {
                  const sorted = header.column.getIsSorted();
                  const column = columns[at]!;
                  return (
                    <th key={header.id} scope="col" className={column.end ? 'end' : undefined} aria-sort={sorted ? (sorted === 'asc' ? 'ascending' : 'descending') : undefined}>
                      {column.by
                        ? <button type="button" onClick={header.column.getToggleSortingHandler()}>{column.head}{sorted === 'asc' ? <IconArrowUp size={13} aria-hidden="true" /> : sorted ? <IconArrowDown size={13} aria-hidden="true" /> : null}</button>
                        : column.head || <span className="hidden-field"><Trans>Actions</Trans></span>}
                    </th>
                  );
                })}
              </tr>
            ))}
          </thead>
          <tbody>
            {rows === undefined
              ? Array.from({ length: 6 }, (_, row) => (
                <tr key={row}>{columns.map((column, at) => <td key={column.id} data-label={column.head}><Skeleton height={14} width={at === 0 ? '70%' : '55%'} /></td>)}</tr>
              ))
              : table.getRowModel().rows.map((row) => (
                <tr key={row.id}>
                  {columns.map((column) => <td key={column.id} data-label={column.head} className={column.end ? 'end' : undefined}><div className="cell">{column.cell(row.original.row)}</div></td>)}
                </tr>
              ))}
          </tbody>
          {foot && <tfoot>{foot}</tfoot>}
        </table>
      </div>
      {query?.hasNextPage && (
        <div style={{ padding: '0.7rem 1.1rem' }}>
          <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage?.()}><Trans>Show more</Trans></Button>
        </div>
      )}
    </>
  );
}
