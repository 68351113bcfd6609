import type { MarketStore } from '../prices/market-store.ts';
import { GRACE, inGroups, inShards, type Mended, type SweepResult } from '../shared/workflow/sweep.ts';
import { type Alert, expireAlert } from './alert.ts';
import type { AlertStore, OpenAlert } from './alert-store.ts';
import { type TellDeps, tellFiring } from './tell-firing.ts';

interface SweepDeps extends TellDeps {
  readonly alerts: Pick<AlertStore, 'open' | 'find' | 'firing' | 'change' | 'told'>;
  readonly markets: Pick<MarketStore, 'find'>;
  /** Tells the operators of what could not be mended. */
  readonly report: (finding: string, about: object) => void;
}

/** One pass, every minute: tells of firings that whoever has claimed them could not tell, and ends alerts whose time is over. */
export function sweepAlerts({ report, ...deps }: SweepDeps): Promise<SweepResult> {
  const until = new Date(deps.now().getTime() - GRACE);
  return inShards((shard) => inGroups(deps.alerts.open(shard, until), (entry) => mend(entry, deps), report));
}

async function mend({ userId, id, n }: OpenAlert, deps: Omit<SweepDeps, 'report'>): Promise<Mended> {
  const { alerts, now } = deps;
  const alert = await alerts.find(userId, id);
  if (n === undefined) {
    if (alert && !(await isAwaited(alert, deps))) await alerts.change(userId, id, (known) => expireAlert(known, now()));
    return undefined;
  }
  const firing = await alerts.firing(id, n);
  // Nobody is there any more who could be told.
  if (!alert || !firing) await alerts.told(id, n);
  else await tellFiring(alert, firing, deps);
  return 'restarted';
}

/** Whether something was observed before the end of the alert that is not dealt with: it fires by that, however late. */
async function isAwaited(alert: Alert, { markets }: Pick<SweepDeps, 'markets'>): Promise<boolean> {
  const market = await markets.find(alert);
  if (!market?.latest || alert.expires_at === undefined) return false;
  return market.treated < market.latest.observed_at && market.treated < alert.expires_at;
}
