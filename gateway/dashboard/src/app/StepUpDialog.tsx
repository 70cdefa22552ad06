import { Trans, useLingui } from '@lingui/react/macro';
import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { sessionQuery } from '@/shared/session';
import { onConfirmed, openProof, proofGiven } from '@/shared/step-up';

/** Asks for a fresh proof while a request waits; what was typed stays where it is. */
export default function StepUpDialog() {
  const { t } = useLingui();
  const client = useQueryClient();
  useEffect(
    () =>
      onConfirmed(() => {
        // The session is another one now, and so is the token that changes carry.
        void client.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(() => proofGiven(true), () => proofGiven(false));
      }),
    [client],
  );
  return (
    <Modal.Root opened onClose={() => proofGiven(false)} centered>
      <Modal.Overlay backgroundOpacity={0.45} />
      <Modal.Content radius="lg">
        <Modal.Body>
          <div className="dialog-head"><Modal.Title>{t`Is it you?`}</Modal.Title><Modal.CloseButton aria-label={t`Close`} /></div>
          <p><Trans>This needs a fresh proof that it is you. A small window opens; when you have confirmed there, this goes on by itself.</Trans></p>
          <div className="toolbar" style={{ marginTop: '1rem' }}>
            <Button onClick={openProof}><Trans>Confirm that it is you</Trans></Button>
            <Button variant="default" onClick={() => proofGiven(false)}><Trans>Not now</Trans></Button>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
