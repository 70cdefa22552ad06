import { Button, FileInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { download } from '@/shared/download';
import { useAction } from '@/shared/ui/action';
import { Notice, ProblemNotice } from '@/shared/ui/notice';
import { Facts, Figure, Panel } from '@/shared/ui/page';
import { When } from '@/shared/ui/values';
import { record, recordPath, type Proposal } from './assembly-api';
import { NotRight, readReceipt, recount, type Count, type Fault, type Receipt } from './ballot';
import { receiptOf } from './desk';
import { ReceiptTools } from './ReceiptTools';
import { FaultText, OutcomePill } from './words';

type Found = { count: Count; receipt: Receipt | null } | { fault: Fault };

/** How a vote went, and the means not to believe it: the record, a count here, one's own receipt. */
export function ResultPanel({ proposal, result }: { proposal: Proposal; result: NonNullable<Proposal['result']> }) {
  const { t } = useLingui();
  const [kept, setKept] = useState(() => receiptOf(proposal.id));
  const [unread, setUnread] = useState(false);
  const again = useAction<Receipt | null, Found>({
    run: async (receipt) => {
      const text = await record(proposal.id);
      try {
        return { count: await recount(text, receipt ?? undefined), receipt };
      } catch (wrong) {
        if (wrong instanceof NotRight) return { fault: wrong.fault };
        throw wrong;
      }
    },
  });
  const saving = useAction<void>({ run: () => download(recordPath(proposal.id), `vote-${proposal.number}.txt`) });
  const fromFile = async (file: File | null) => {
    const receipt = file ? readReceipt(await file.text()) : null;
    setUnread(file !== null && receipt === null);
    if (receipt) again.run(receipt);
  };
  const found = again.output;
  return (
    <Panel title={t`Result`} actions={<OutcomePill outcome={result.outcome} />}>
      <div className="form">
        <div className="figures">
          <Figure what={<Trans>Yes</Trans>} value={result.yes} />
          <Figure what={<Trans>No</Trans>} value={result.no} />
          <Figure what={<Trans>Abstain</Trans>} value={result.abstain} note={<Trans>counts for the quorum</Trans>} />
        </div>
        <Facts items={[
          [t`Counted`, <When key="c" at={result.countedAt} />],
          [t`Carried out`, result.appliedAt && <When key="a" at={result.appliedAt} />],
          [t`Seal for the minutes`, result.seal && <code key="s" className="long">{result.seal}</code>],
        ]} />
        <div className="toolbar">
          <Button loading={again.busy} onClick={() => again.run(kept)}>{kept ? <Trans>Count again, and look for my ballot</Trans> : <Trans>Count again</Trans>}</Button>
          <Button variant="default" loading={saving.busy} onClick={() => saving.run()}><Trans>Download the record</Trans></Button>
        </div>
        {found && ('fault' in found
          ? <Notice tone="bad" live title={t`This is not right`}><FaultText of={found.fault} /></Notice>
          : <Notice tone="ok" live title={found.receipt ? t`Counted here: right, and your ballot is in it as you cast it` : t`Counted here: right`}>
            <Trans>{found.count.counts.yes} yes, {found.count.counts.no} no, {found.count.counts.abstain} abstentions. {found.count.onRoll} on the roll, {found.count.signed} ballots signed, {found.count.cast} cast; every one has the signature of this vote.</Trans>{' '}
            {found.count.seal === result.seal ? <Trans>The seal is the one above.</Trans> : <Trans>The seal is another than above: {found.count.seal}</Trans>}
          </Notice>)}
        {unread && <Notice tone="bad" live title={t`That is no receipt`} />}
        <ProblemNotice error={again.error ?? saving.error} />
        {kept ? <ReceiptTools receipt={kept} forgotten={() => setKept(null)} /> : <FileInput label={t`Check a receipt that you saved`} placeholder={t`Choose the file`} accept="application/json,.json" onChange={(file) => void fromFile(file)} />}
        <p className="soft"><Trans>You need not believe this page: download the record and run <code>./coopmesh verify ballot</code> on a machine of your own.</Trans></p>
      </div>
    </Panel>
  );
}
