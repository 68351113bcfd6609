import type { Clock } from '../../shared/clock.ts';
import { pause } from '../../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { type Errand, endOf } from './errand.ts';
import type { StravaStore } from './strava-store.ts';

const TRIES = 16;

export type Ending = Pick<StravaStore, 'connectionOf' | 'end' | 'clear'>;

/**
 * Ends a user's connection, and deletes what was kept of it; what is left, having Strava forget it, is an errand. Undefined where there is
 * none. Throws ChangedMeanwhile after too many rivals.
 */
export async function disconnect(userId: string, store: Ending, now: Date): Promise<Errand | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const connection = await store.connectionOf(userId);
    if (!connection) return undefined;
    const errand = endOf(connection, now);
    if (await store.end(connection, errand)) {
      await store.clear(connection.id);
      return errand;
    }
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}

/** When somebody leaves. The sweep sees to Strava's forgetting it, too. */
export const stravaForgetter = (store: Ending, now: Clock) => ({
  async forgetUser(userId: string): Promise<void> {
    await disconnect(userId, store, now());
  },
});
