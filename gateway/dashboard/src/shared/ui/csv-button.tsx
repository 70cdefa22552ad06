import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconDownload } from '@tabler/icons-react';
import { csv, everything, ROWS_MAX, save, type Cell } from '../csv';
import { today } from '../time';
import { useAction } from './action';

/** Downloads the whole list that is shown, not only what is loaded of it. */
export function CsvButton<T>({ name, path, query, head, row }: {
  name: string;
  path: string;
  query: Record<string, string | undefined>;
  head: string[];
  row: (item: T) => Cell[];
}) {
  const { t } = useLingui();
  const action = useAction<void, void>({
    run: async () => {
      const { rows, more } = await everything<T>(path, query);
      save(`${name}-${today()}.csv`, csv(head, rows.map(row)));
      if (more) notifications.show({ message: t`The file holds the first ${ROWS_MAX} rows: narrow the list for the rest`, color: 'yellow', autoClose: 12_000, closeButtonProps: { 'aria-label': t`Close` } });
    },
  });
  return (
    <Button variant="default" leftSection={<IconDownload size={16} />} loading={action.busy} onClick={() => action.run()} color={action.error ? 'red' : undefined}>
      {action.error ? <Trans>Not downloaded: try again</Trans> : <Trans>Download CSV</Trans>}
    </Button>
  );
}
