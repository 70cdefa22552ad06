import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { Page, Panel } from '@/shared/ui/page';
import { tellConfirmed } from '@/shared/step-up';

/** Where a confirmed sign-in lands. */
export default function ConfirmedPage() {
  const { t } = useLingui();
  useEffect(() => {
    tellConfirmed();
    window.close();
  }, []);
  return (
    <Page title={t`Thank you`} narrow>
      <Panel title={t`It is you`}><p><Trans>You can close this window; the other one goes on.</Trans></p></Panel>
    </Page>
  );
}
