import { GRACE, inGroups, inShards, type Mended, type SweepResult } from '../shared/workflow/sweep.ts';
import { expireAlert } from './alert.ts';
import type { AlertStore, OpenAlert } from './alert-store.ts';
import { type TellDeps, tellFiring } from './tell-firing.ts';

interface SweepDeps extends TellDeps {
  readonly alerts: Pick<AlertStore, 'open' | 'find' | 'firing' | 'change' | 'told'>;
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
    if (alert) await alerts.change(userId, id, (known) => expireAlert(known, now()));
    return undefined;
  }
  const firing = await alerts.firing(id, n);
  // Nobody is there any more who could be told.
  if (!alert || !firing) await alerts.told(id, n);
  else await tellFiring(alert, firing, deps);
  return 'restarted';
}
