import { randomBytes, randomUUID } from 'node:crypto';
import { pause } from '../../shared/dynamodb/items.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import type { Person } from '../../users/user.ts';
import type { UserStore } from '../../users/user-store.ts';
import type { Connection } from './connection.ts';
import { disconnect, type Ending } from './disconnect.ts';
import { endOf } from './errand.ts';
import { AllowanceUsedUp, GrantRefused, type Strava, StravaNotUnderstood, StravaUnavailable } from './strava.ts';
import type { StravaStore } from './strava-store.ts';
import type { TokenVault } from './token-vault.ts';

export type ConnectingStrava = Pick<Strava, 'authorizeUrl' | 'exchange'>;

export interface ConnectDeps {
  readonly store: Ending &
    Pick<
      StravaStore,
      'begin' | 'begunBy' | 'takeBegun' | 'ownerOf' | 'connect' | 'beginRenewal' | 'renew' | 'addErrand'
    >;
  readonly strava: ConnectingStrava;
  readonly vault: TokenVault;
  readonly users: Pick<UserStore, 'find'>;
  /** Where Strava sends people back to. */
  readonly redirect: string;
}

const TRIES = 8;

/** Where a user goes to connect; the address is for them alone, for ten minutes, and good for once. */
export async function beginToConnect(
  userId: string,
  { store, strava, redirect }: ConnectDeps,
  now: Date,
): Promise<string> {
  const state = randomBytes(32).toString('base64url');
  await store.begin(state, userId, now);
  return strava.authorizeUrl(redirect, state);
}

const ENOUGH = ['activity:read', 'activity:read_all'];

/** Whether what an athlete has allowed, as Strava lists it, is enough to see their runs. */
export const isEnough = (scope: string | undefined): boolean =>
  scope?.split(',').some((each) => ENOUGH.includes(each)) ?? false;

/** Who has begun to connect with this state. Undefined for none, or none that is there any more. */
export async function beginnerOf(state: string, { store, users }: ConnectDeps, now: Date): Promise<Person | undefined> {
  const userId = await store.begunBy(state, now);
  return userId === undefined ? undefined : users.find(userId);
}

/** How connecting ends. TAKEN: the athlete is another user's. OTHER_ATHLETE: the user has another athlete's account connected. */
export type ConnectEnd = 'CONNECTED' | 'EXPIRED' | 'UNAVAILABLE' | 'TAKEN' | 'OTHER_ATHLETE';

/** What may be otherwise in a while. */
const UNAVAILABLE = [StravaUnavailable, AllowanceUsedUp, StravaNotUnderstood];

/** Connects whoever has begun to with the account at Strava that the code is of. Throws what `Strava.exchange` throws for wrong settings. */
export async function finishConnecting(state: string, code: string, deps: ConnectDeps, now: Date): Promise<ConnectEnd> {
  const { store, strava, vault, users } = deps;
  const userId = await store.takeBegun(state, now);
  if (userId === undefined || !(await users.find(userId))) return 'EXPIRED';
  // What Strava answers may be lost, and may replace the tokens that are here.
  const before = await store.connectionOf(userId);
  if (before) await store.beginRenewal(before, now);
  try {
    const { athleteId, tokens, accessUntil } = await strava.exchange(code);
    const granted = {
      user_id: userId,
      athlete_id: athleteId,
      tokens: vault.lock(tokens, athleteId),
      access_until: accessUntil.toISOString(),
    };
    const end = await connect(granted, store, now);
    if (end !== 'CONNECTED') await passOn(granted, store, now);
    if (await users.find(userId)) return end;
    // Somebody who has left meanwhile: what forgets them may have been here before. The sweep sees to Strava's forgetting it.
    await disconnect(userId, store, now);
    return 'EXPIRED';
  } catch (error) {
    if (error instanceof GrantRefused) return 'EXPIRED';
    if (UNAVAILABLE.some((kind) => error instanceof kind)) return 'UNAVAILABLE';
    throw error;
  }
}

type Granted = Pick<Connection, 'user_id' | 'athlete_id' | 'tokens' | 'access_until'>;

/** Who connects the same account again goes on with other tokens. */
async function connect(
  granted: Granted,
  store: ConnectDeps['store'],
  now: Date,
): Promise<'CONNECTED' | 'TAKEN' | 'OTHER_ATHLETE'> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await store.connectionOf(granted.user_id);
    if (before && before.athlete_id !== granted.athlete_id) return 'OTHER_ATHLETE';
    const owner = await store.ownerOf(granted.athlete_id);
    if (owner && owner.user_id !== granted.user_id) return 'TAKEN';
    const connection = {
      id: before?.id ?? randomUUID(),
      connected_at: before?.connected_at ?? now.toISOString(),
      revision: (before?.revision ?? 0) + 1,
      ...granted,
    };
    if (await store.connect(connection, before)) return 'CONNECTED';
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}

/**
 * Tokens that connected nothing are for whoever has that athlete connected, as Strava may have replaced theirs with these. Where nobody has, an
 * errand, which the sweep sees to, has Strava forget them: the page says that nothing was connected.
 */
async function passOn(granted: Granted, store: ConnectDeps['store'], now: Date): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const owner = await store.ownerOf(granted.athlete_id);
    if (!owner) {
      await store.addErrand(endOf({ id: randomUUID(), ...granted }, now));
      return;
    }
    const theirs = await store.connectionOf(owner.user_id);
    const isTheirs = theirs?.id === owner.connection_id;
    if (isTheirs && (await store.renew(theirs, granted.tokens, new Date(granted.access_until)))) return;
    await pause(attempt);
  }
  throw new ChangedMeanwhile();
}
