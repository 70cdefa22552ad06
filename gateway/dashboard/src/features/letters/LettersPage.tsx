import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { IconCircleCheck, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { problemOf } from '@/shared/problem';
import { useAction } from '@/shared/ui/action';
import { Loaded } from '@/shared/ui/loaded';
import { Notice } from '@/shared/ui/notice';
import { Empty, Page, Panel } from '@/shared/ui/page';
import { DataTable, type Column } from '@/shared/ui/table';
import { Nothing, When } from '@/shared/ui/values';
import { lettersQuery, PARTS, retry, type Letter, type Part } from './letters-api';

/** Messages between services that could not be taken in: each with its cause, each can be tried again. */
export default function LettersPage() {
  const { t } = useLingui();
  return (
    <Page title={t`Failed messages`} crumb={{ to: '/home', label: t`What needs me` }}
      lead={<Trans>What one service told another that could not take it in. Nothing is lost: the message waits here, and trying it twice does no harm.</Trans>}>
      {PARTS.map((part) => <Letters key={part} part={part} />)}
    </Page>
  );
}

function Letters({ part }: { part: Part }) {
  const { t } = useLingui();
  const query = useQuery(lettersQuery(part));
  const name = part === 'membership' ? t`Membership` : part === 'billing' ? t`Billing` : t`Abuse reporting`;
  const columns = useMemo((): Column<Letter>[] => [
    { id: 'topic', head: t`Message`, cell: (row) => <><span className="long">{row.topic}</span><small className="num">{row.id}</small></> },
    { id: 'key', head: t`About`, cell: (row) => (row.key ? <span className="long">{row.key}</span> : <Nothing />) },
    { id: 'cause', head: t`Why it failed`, cell: (row) => <span className="long">{row.cause}</span> },
    { id: 'at', head: t`Failed`, cell: (row) => <When at={row.failedAt} /> },
    { id: 'acts', head: '', end: true, cell: (row) => <Retry part={part} letter={row} /> },
  ], [t, part]);
  return (
    <Panel title={name} flush>
      <Loaded query={query} lines={3}>
        {(data) => <>
          <DataTable caption={name} columns={columns} rows={data.items} id={(row) => String(row.id)}
            empty={<Empty icon={<IconCircleCheck size={28} />} title={<Trans>Nothing failed here</Trans>} />} />
          {data.count > data.items.length && <p className="soft" style={{ padding: '0.7rem 1.1rem', margin: 0 }}><Trans>The oldest {data.items.length} of {data.count} are shown.</Trans></p>}
        </>}
      </Loaded>
    </Panel>
  );
}

function Retry({ part, letter }: { part: Part; letter: Letter }) {
  const { t } = useLingui();
  const [failed, setFailed] = useState<string | null>(null);
  const action = useAction<void>({
    run: () => retry(part, letter.id).then(() => setFailed(null), (error: unknown) => {
      setFailed(problemOf(error).detail ?? '');
      throw error;
    }),
    refresh: [['letters', part], ['home']],
    said: () => t`Message ${letter.id} was taken in`,
  });
  return (
    <>
      <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} />} loading={action.busy} onClick={() => action.run()} aria-label={t`Try message ${letter.id} again`}><Trans>Try again</Trans></Button>
      {failed !== null && <Notice tone="warn" live title={<Trans>It failed again</Trans>}>{failed}</Notice>}
    </>
  );
}
