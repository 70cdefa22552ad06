import { Trans } from '@lingui/react/macro';
import { Pill } from '@/shared/ui/status';
import type { PleaState } from './cases-api';

export function AppealStatePill({ state, overdue }: { state: PleaState; overdue?: boolean }) {
  switch (state) {
    case 'lodged': return overdue ? <Pill tone="bad"><Trans>Overdue</Trans></Pill> : <Pill tone="info"><Trans>Lodged</Trans></Pill>;
    case 'granted': return <Pill tone="ok"><Trans>Granted</Trans></Pill>;
    case 'refused': return <Pill tone="quiet"><Trans>Refused</Trans></Pill>;
    case 'over': return <Pill tone="quiet"><Trans>Ban ended by itself</Trans></Pill>;
  }
}
