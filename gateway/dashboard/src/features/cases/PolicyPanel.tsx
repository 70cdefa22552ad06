import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { categoryName } from '@/shared/abuse';
import { Loaded } from '@/shared/ui/loaded';
import { Facts, Panel } from '@/shared/ui/page';
import { policyQuery } from './cases-api';
import { RungName, RungTerm } from './MeasureText';

/** What the co-op has published about how it decides. */
export function PolicyPanel() {
  const { t, i18n } = useLingui();
  const query = useQuery(policyQuery);
  return (
    <div id="policy">
      <Panel title={t`How cases are decided`} lead={t`Strikes propose a step; people decide.`}>
        <Loaded query={query} lines={6}>
          {(policy) => <>
            <Facts items={[
              [t`An upheld case counts`, <Plural key="w" value={policy.windowDays} one="for # day" other="for # days" />],
              [t`Permanent, or many addresses`, <Plural key="m" value={policy.moderators} one="takes # moderator" other="takes # moderators" />],
              [t`Time to appeal`, <Plural key="a" value={policy.appealDays} one="# day" other="# days" />],
              [t`An appeal is heard`, <Plural key="h" value={policy.hearDays} one="within # day" other="within # days" />],
            ]} />
            <h3 className="soft" style={{ margin: '1rem 0 0.3rem', fontSize: '0.95rem' }}><Trans>From how many strikes on</Trans></h3>
            <ul className="plain">{policy.ladder.map((rung) => <li key={rung.from} className="split"><span><RungName rung={rung} /> <span className="soft"><RungTerm rung={rung} /></span></span><span className="num">{rung.from}</span></li>)}</ul>
            <h3 className="soft" style={{ margin: '1rem 0 0.3rem', fontSize: '0.95rem' }}><Trans>What a case weighs</Trans></h3>
            <ul className="plain">{Object.entries(policy.weights).sort(([, one], [, other]) => other - one).map(([category, weight]) => <li key={category} className="split"><span>{i18n._(categoryName(category))}</span><span className="num">{weight}</span></li>)}</ul>
          </>}
        </Loaded>
      </Panel>
    </div>
  );
}
