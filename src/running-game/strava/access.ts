import type { Clock } from '../../shared/clock.ts';
import { TransientFailure } from '../../shared/workflow/task.ts';
import { type Connection, isFresh } from './connection.ts';
import { AccessRefused, type Strava } from './strava.ts';
import type { StravaStore } from './strava-store.ts';
import type { TokenVault } from './token-vault.ts';

export interface AccessDeps {
  readonly store: Pick<StravaStore, 'connectionOf' | 'ownerOf' | 'beginRenewal' | 'renew'>;
  readonly strava: Pick<Strava, 'refresh' | 'deauthorize'>;
  readonly vault: TokenVault;
  readonly now: Clock;
}

/** Somebody else is at renewing the tokens: in a moment there are others. */
class RenewalUnderWay extends TransientFailure {}

/**
 * An access token that is good for some minutes, renewed where it is not, or where Strava has refused it (`evenIfFresh`). A refresh token is good
 * for once, so one at a time renews. Throws GrantRefused when the athlete lets us act for them no more, and a TransientFailure while somebody
 * else renews.
 */
async function accessToken(connection: Connection, deps: AccessDeps, evenIfFresh = false): Promise<string> {
  const { store, strava, vault, now } = deps;
  const tokens = vault.unlock(connection.tokens, connection.athlete_id);
  if (isFresh(connection, now()) && !evenIfFresh) return tokens.access;
  if (!(await store.beginRenewal(connection, now()))) throw new RenewalUnderWay();
  const { tokens: renewed, accessUntil } = await strava.refresh(tokens.refresh);
  if (await store.renew(connection, vault.lock(renewed, connection.athlete_id), accessUntil)) return renewed.access;
  // Ended meanwhile, with tokens that are worth nothing any more: nobody but us could have Strava forget these.
  if (!(await store.ownerOf(connection.athlete_id))) await forget(renewed.access, strava);
  throw new RenewalUnderWay();
}

/** Has Strava forget what an athlete has let us do. That it has already is fine. */
export async function forget(access: string, strava: Pick<Strava, 'deauthorize'>): Promise<void> {
  try {
    await strava.deauthorize(access);
  } catch (error) {
    if (!(error instanceof AccessRefused)) throw error;
  }
}

/** Does something with an access token, with another one when Strava refuses the first. Throws what `accessToken` throws, and what it does. */
export async function withAccess<T>(
  connection: Connection,
  deps: AccessDeps,
  work: (access: string) => Promise<T>,
): Promise<T> {
  const { user_id, id, revision } = connection;
  try {
    return await work(await accessToken(connection, deps));
  } catch (error) {
    if (!(error instanceof AccessRefused)) throw error;
  }
  const now = await deps.store.connectionOf(user_id);
  if (now?.id !== id) throw new RenewalUnderWay();
  return work(await accessToken(now, deps, now.revision === revision));
}
