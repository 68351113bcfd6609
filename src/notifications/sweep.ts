import { isAskedAfter } from '../shared/workflow/asked-after.ts';
import { type Executions, MOST_RUNS } from '../shared/workflow/executions.ts';
import { GRACE, inGroups, inShards, type Mended, type SweepResult } from '../shared/workflow/sweep.ts';
import { notificationExecution } from './notification.ts';
import type { NotificationStore, OpenNotification } from './notification-store.ts';

export interface SweepDeps {
  readonly notifications: Pick<NotificationStore, 'open' | 'takeOver' | 'fail'>;
  readonly executions: Executions;
  readonly now: () => Date;
  /** Tells the operators of what could not be mended. */
  readonly report: (finding: string, about: OpenNotification) => void;
}

/**
 * One pass, every minute, over the notifications that are not settled: starts an execution whose start was lost, and the next one
 * where one ended before every delivery had its outcome. Runs of it may overlap.
 */
export function sweepNotifications(deps: SweepDeps): Promise<SweepResult> {
  const now = deps.now();
  const until = new Date(now.getTime() - GRACE);
  return inShards((shard) =>
    inGroups(deps.notifications.open(shard, until), (entry) => mend(entry, now, deps), deps.report),
  );
}

async function mend(entry: OpenNotification, now: Date, deps: SweepDeps): Promise<Mended> {
  const { notifications, executions, report } = deps;
  if (!isAskedAfter(entry, now)) return undefined;
  const { id, run } = entry;
  const start = (nth: number) => executions.start(notificationExecution(id, nth), { notificationId: id, run: nth });

  const status = await executions.status(notificationExecution(id, run));
  if (status === 'RUNNING') return undefined;
  if (status === undefined) return (await start(run)) ? (run === 1 ? 'armed' : 'restarted') : undefined;
  if (run >= MOST_RUNS) {
    report('given up: every execution ended before all deliveries had an outcome', entry);
    await notifications.fail(id, now);
    return 'given_up';
  }
  // Before the start: of two sweeps one goes on, and none where the notification has been settled meanwhile.
  if (!(await notifications.takeOver(id, run + 1, now))) return undefined;
  return (await start(run + 1)) ? 'restarted' : undefined;
}
