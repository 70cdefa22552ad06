import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { remove } from '@/shared/api';
import { useSession } from '@/shared/session';
import { Notice, ProblemNotice } from '@/shared/ui/notice';

/** Above every page while somebody of the board sees what a member sees. */
export default function Viewed() {
  const { t } = useLingui();
  const client = useQueryClient();
  const session = useSession();
  const [failure, setFailure] = useState<unknown>(null);
  const leave = async () => {
    try {
      await remove('/api/session/view');
      client.clear();
      window.location.assign(`/members/${session.memberId}`);
    } catch (thrown) {
      setFailure(thrown);
    }
  };
  return (
    <div className="viewed">
      <Notice tone="warn" title={t`You see what ${session.name ?? ''} sees`} actions={<Button size="xs" variant="default" onClick={() => void leave()}><Trans>Back to my own pages</Trans></Button>}>
        <Trans>Nothing can be changed. They were told that you look, and why. It ends by itself within a quarter of an hour.</Trans>
      </Notice>
      <ProblemNotice error={failure} />
    </div>
  );
}
