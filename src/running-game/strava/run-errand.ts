import { TransientFailure } from '../../shared/workflow/task.ts';
import { type AccessDeps, forget, withAccess } from './access.ts';
import { judged, runOf } from './activity.ts';
import { spread } from './allowance.ts';
import { type Connection, isFresh } from './connection.ts';
import { type EndErrand, type Errand, isOpen, type Outcome, renewed, settle, turnIntoEnd } from './errand.ts';
import { AccessRefused, AllowanceUsedUp, GrantRefused, type Strava } from './strava.ts';
import type { StravaStore } from './strava-store.ts';

export interface ErrandDeps extends AccessDeps {
  readonly store: AccessDeps['store'] &
    Pick<StravaStore, 'refuse' | 'end' | 'findErrand' | 'changeErrand' | 'keep' | 'drop' | 'clear' | 'usedUpUntil'>;
  readonly strava: Pick<Strava, 'refresh' | 'deauthorize' | 'isAccepted' | 'activity' | 'points'>;
  /** Whether points are kept, for their athlete to enter them into the game. */
  readonly sharing: boolean;
  /** How long an activity is kept, and how long a run counts; milliseconds. */
  readonly keptFor: number;
  readonly longestRun: number;
  readonly random: () => number;
}

class ConnectionChanged extends TransientFailure {}

interface Mine {
  readonly errandId: string;
  /** The execution that asks. */
  readonly run: number;
}

/** How it stands for the machine: done, or to be tried again at an instant (ISO 8601 UTC). */
export type Standing =
  | { readonly status: Outcome | 'SUPERSEDED' }
  | { readonly status: 'USED_UP'; readonly until: string };

/**
 * Does an errand, as often as it is asked: one that is done answers how. Nothing is asked of Strava while the application's allowance is used up.
 * Throws what Strava's answers throw, and TransientFailure while somebody else renews the athlete's tokens.
 */
export async function runErrand({ errandId, run }: Mine, deps: ErrandDeps): Promise<Standing> {
  const { store, now, random } = deps;
  const errand = await store.findErrand(errandId);
  if (!errand || errand.run !== run) return { status: 'SUPERSEDED' };
  if (errand.outcome) return { status: errand.outcome };
  try {
    const usedUp = await store.usedUpUntil();
    // Withdrawing access does not count.
    if (errand.kind !== 'END' && usedUp && usedUp > now()) throw new AllowanceUsedUp(usedUp);
    const outcome = await outcomeOf(errand, deps);
    const done = await store.changeErrand(errandId, (current) => settle(current, outcome), now());
    return { status: done?.outcome ?? outcome };
  } catch (error) {
    if (!(error instanceof AllowanceUsedUp)) throw error;
    return { status: 'USED_UP', until: spread(error.until, now(), random).toISOString() };
  }
}

async function outcomeOf(errand: Errand, deps: ErrandDeps): Promise<Outcome> {
  if (errand.kind === 'END') return end(errand, deps);
  const { store } = deps;
  const connection = await store.connectionOf(errand.user_id);
  if (connection?.id !== errand.connection_id) return 'IGNORED';
  if (connection.refused && errand.kind === 'ACTIVITY') return 'REFUSED';
  try {
    return await (errand.kind === 'ACTIVITY'
      ? look(errand.activity_id, connection, deps)
      : lookAtAccess(connection, deps));
  } catch (error) {
    if (!(error instanceof GrantRefused)) throw error;
    // New tokens were asked for before and have not come, so that Strava may have replaced what it refuses. The athlete has withdrawn where it says so, too.
    if (connection.renewing_until !== undefined && errand.kind === 'ACTIVITY') {
      if (!(await store.refuse(connection))) throw new ConnectionChanged();
      return 'REFUSED';
    }
    const ending = turnIntoEnd(errand);
    // It has changed, most likely because the athlete has connected once more: the next look tells.
    if (!(await store.end(connection, ending, errand))) throw new ConnectionChanged();
    return end(ending, deps);
  }
}

async function look(activityId: number, connection: Connection, deps: ErrandDeps): Promise<Outcome> {
  const { store, strava, sharing, keptFor, longestRun, now } = deps;
  const { athlete_id } = connection;
  const { at, activity, points } = await withAccess(connection, deps, async (access) => {
    const at = now();
    const activity = runOf(athlete_id, await strava.activity(access, activityId));
    return { at, activity, points: activity ? await strava.points(access, activity) : [] };
  });
  if (!activity) {
    await store.drop(connection, activityId, at);
    return 'GONE';
  }
  const until = new Date(at.getTime() + keptFor);
  const there = await store.keep(connection, judged(activity, points, longestRun, at), sharing ? points : [], until);
  return there ? 'STORED' : 'IGNORED';
}

/** Anybody can tell the webhook that the athlete has gone: it is so when Strava accepts nothing of theirs. */
async function lookAtAccess(connection: Connection, deps: ErrandDeps): Promise<Outcome> {
  await withAccess(connection, deps, async (access) => {
    if (!(await deps.strava.isAccepted(access))) throw new AccessRefused();
  });
  return 'IGNORED';
}

async function end(errand: EndErrand, deps: ErrandDeps): Promise<Outcome> {
  const { store } = deps;
  await store.clear(errand.connection_id);
  // Who has connected once more wants to be.
  if (!(await store.ownerOf(errand.athlete_id))) await withdraw(errand, deps);
  return 'DISCONNECTED';
}

/** Has Strava forget what the athlete has let us do. That it has already is fine. */
async function withdraw(errand: EndErrand, { store, strava, vault, now }: ErrandDeps): Promise<void> {
  const { id, athlete_id, tokens: locked, access_until } = errand;
  if (locked === undefined || access_until === undefined) return;
  const tokens = vault.unlock(locked, athlete_id);
  try {
    if (isFresh({ access_until }, now())) return await forget(tokens.access, strava);
    const grant = await strava.refresh(tokens.refresh);
    const relocked = vault.lock(grant.tokens, athlete_id);
    await store.changeErrand(
      id,
      (current) =>
        current.kind === 'END' && isOpen(current) ? renewed(current, relocked, grant.accessUntil) : current,
      now(),
    );
    await forget(grant.tokens.access, strava);
  } catch (error) {
    if (!(error instanceof GrantRefused)) throw error;
  }
}
