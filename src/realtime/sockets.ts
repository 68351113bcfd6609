import { chunks } from '../shared/chunks.ts';
import type { Clock } from '../shared/clock.ts';
import { errorName } from '../shared/errors.ts';
import { type Connection, hasEnded, isOpening, surplus } from './connection.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { Gateway } from './gateway.ts';

interface Closing {
  readonly connections: Pick<ConnectionStore, 'remove'>;
  readonly gateway: Pick<Gateway, 'close'>;
}

/** Writes a new connection down. Whoever has more than they may loses the oldest. */
export async function open(
  userId: string,
  connection: Connection,
  deps: Closing & { readonly connections: Pick<ConnectionStore, 'add' | 'remove'>; readonly now: Clock },
): Promise<void> {
  await closeThese(userId, surplus(await deps.connections.add(userId, connection, deps.now())), deps);
}

async function closeThese(userId: string, connections: readonly Connection[], deps: Closing): Promise<void> {
  await Promise.all(connections.map(({ id }) => deps.gateway.close(id)));
  await deps.connections.remove(userId, connections);
}

/** Closes every connection of a person. Safe to repeat. */
export async function closeAll(
  userId: string,
  deps: Closing & { readonly connections: Pick<ConnectionStore, 'findMany' | 'remove' | 'lookAgain'> },
): Promise<void> {
  await closeThese(userId, (await deps.connections.findMany([userId])).get(userId) ?? [], deps);
  await deps.connections.lookAgain(userId, []);
}

/** People looked after at once. */
const AT_ONCE = 25;

/**
 * Closes the connections whose token has ended, which the gateway does not do by itself. People with whom that failed are counted,
 * and found again the next time.
 */
export async function closeEnded(
  deps: Closing & {
    readonly connections: Pick<ConnectionStore, 'ending' | 'findMany' | 'remove' | 'lookAgain'>;
    readonly now: Clock;
    /** Told the name of an error. */
    readonly report: (error: string) => void;
  },
): Promise<{ closed: number; failed: number }> {
  const now = deps.now();
  const result = { closed: 0, failed: 0 };

  const closeOf = async (userId: string, all: readonly Connection[]) => {
    const ended = all.filter((each) => hasEnded(each, now));
    try {
      await closeThese(userId, ended, deps);
      const left = all.filter((each) => !ended.includes(each));
      await deps.connections.lookAgain(userId, left);
      result.closed += ended.length;
    } catch (error) {
      deps.report(errorName(error));
      result.failed++;
    }
  };

  for (const userIds of chunks(await Array.fromAsync(deps.connections.ending(now)), AT_ONCE)) {
    const open = await deps.connections.findMany(userIds);
    await Promise.all(userIds.map((userId) => closeOf(userId, open.get(userId) ?? [])));
  }
  return result;
}

export interface PushDeps {
  readonly connections: Pick<ConnectionStore, 'findMany' | 'remove'>;
  readonly gateway: Pick<Gateway, 'post'>;
  readonly now: Clock;
  /** Told the name of an error that kept a push from being made. */
  readonly report: (error: string) => void;
}

/**
 * Pushes to the open connections of people. `messageFor` is asked for those who have any, once each; undefined is not pushed. Never
 * throws: what is pushed can be read elsewhere, so nothing may fail for it.
 */
export async function push(
  userIds: readonly string[],
  messageFor: (userId: string) => Promise<unknown>,
  { connections, gateway, now, report }: PushDeps,
): Promise<void> {
  const reporting = (work: Promise<void>) => work.catch((error: unknown) => report(errorName(error)));

  const toPerson = async (userId: string, theirs: readonly Connection[]) => {
    const valid = theirs.filter((each) => !hasEnded(each, now()));
    if (valid.length === 0) return;
    const message = await messageFor(userId);
    if (message === undefined) return;
    const text = JSON.stringify(message);
    const gone: Connection[] = [];
    await Promise.all(
      valid.map((each) =>
        reporting(
          gateway.post(each.id, text).then((taken) => {
            if (!taken && !isOpening(each, now())) gone.push(each);
          }),
        ),
      ),
    );
    await connections.remove(userId, gone);
  };

  const toAll = async () => {
    const open = await connections.findMany(userIds);
    await Promise.all([...open].map(([userId, theirs]) => reporting(toPerson(userId, theirs))));
  };
  await reporting(toAll());
}
