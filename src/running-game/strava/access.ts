import type { Clock } from '../../shared/clock.ts';
import { TransientFailure } from '../../shared/workflow/task.ts';
import { type Connection, isFresh } from './connection.ts';
import { AccessRefused, type Strava } from './strava.ts';
import type { StravaStore } from './strava-store.ts';
import type { TokenVault } from './token-vault.ts';

export interface AccessDeps {
  readonly store: Pick<StravaStore, 'connectionOf' | 'beginRenewal' | 'renew'>;
  readonly strava: Pick<Strava, 'refresh'>;
  readonly vault: TokenVault;
  readonly now: Clock;
}

/** Longer no function lives that renews tokens; milliseconds. */
const RENEWAL = 60 * 1000;

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
  const until = new Date(now().getTime() + RENEWAL);
  if (!(await store.beginRenewal(connection, until, now()))) throw new RenewalUnderWay();
  const { tokens: renewed, accessUntil } = await strava.refresh(tokens.refresh);
  // False where the connection was ended meanwhile, which has withdrawn these, too.
  if (!(await store.renew(connection, vault.lock(renewed, connection.athlete_id), accessUntil)))
    throw new RenewalUnderWay();
  return renewed.access;
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
