import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Facts } from '@/shared/ui/page';
import type { Receipt } from './ballot';
import { forget } from './desk';
import { ChoiceName } from './words';

/** A receipt: shown only when asked for, saved as a file, or removed from this browser. */
export function ReceiptTools({ receipt, forgotten }: { receipt: Receipt; forgotten: () => void }) {
  const { t } = useLingui();
  const [shown, setShown] = useState(false);
  const save = () => {
    const url = URL.createObjectURL(new Blob([`${JSON.stringify(receipt, null, 2)}\n`], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `receipt-${receipt.proposalId.slice(0, 8)}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <>
      {shown && <Facts items={[[t`It says`, <ChoiceName key="c" of={receipt.choice} />], [t`Its number`, <code key="n" className="long">{receipt.nonce}</code>], [t`Signed as taken`, <code key="r" className="long">{receipt.receipt}</code>]]} />}
      <div className="toolbar">
        <Button variant="default" size="compact-sm" onClick={save}><Trans>Save my receipt</Trans></Button>
        <Button variant="default" size="compact-sm" onClick={() => setShown(!shown)}>{shown ? <Trans>Hide it</Trans> : <Trans>Show it</Trans>}</Button>
        <Button variant="default" size="compact-sm" onClick={() => { forget(receipt.proposalId); forgotten(); }}><Trans>Remove it from this browser</Trans></Button>
      </div>
    </>
  );
}
