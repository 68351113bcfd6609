import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { getMany, isLostRace, Key, pause, unlessConditionFails } from '../../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../../shared/dynamodb/open-index.ts';
import { queryPage } from '../../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../../shared/errors.ts';
import type { Creation } from '../../shared/http/creation.ts';
import type { Page, PageRequest, Position } from '../../shared/http/cursor.ts';
import { HOUR } from '../../shared/time.ts';
import { GameEvent, GameEventNotFound, isOpen } from './game-event.ts';

/**
 * Table `game-events`
 *
 * | pk             | sk          | holds |
 * | -------------- | ----------- | --- |
 * | event#<id>     | event       | the event |
 * | event#<id>     | ticket#<id> | `user_id`: who has bought it |
 * | user#<user id> | ticket#<id> | the ticket (`ticket-store.ts`) |
 * | standings#<event id> | page#<n> | standings (`finish/standings-store.ts`) |
 *
 * Index `by-start`: `listing`, sorted by `starts_at`, of events that were not cancelled. Index `open`, sparse: `shard` (`open#<n>`), sorted by
 * `due`, of those that are not settled. Local index `by-status` of a user's tickets: `status_at` (`<status>#<finishes_at>#<id>`).
 */
export interface GameEventStore {
  /** What the same request has created before. Throws IdempotencyKeyReused. */
  repeated(creation: Creation): Promise<GameEvent | undefined>;
  /** Stores a new event; the same request again answers the event that it has created. Throws IdempotencyKeyReused. */
  create(event: GameEvent): Promise<GameEvent>;
  /** As it is this moment. */
  find(id: string): Promise<GameEvent | undefined>;
  /** By id, as they are this moment. */
  findMany(ids: readonly string[]): Promise<ReadonlyMap<string, GameEvent>>;
  /**
   * Applies a verb to the event as it is now, again when somebody else was faster, and answers it as it is after that; a verb that answers the
   * same changes nothing. Throws GameEventNotFound, ChangedMeanwhile after too many rivals, and what the verb throws.
   */
  change(id: string, verb: (event: GameEvent) => GameEvent): Promise<GameEvent>;
  /** Those that were not cancelled: upcoming and running ones the first to start first, finished ones the last one first. */
  list(phase: Phase, now: Date, page: PageRequest): Promise<Page<GameEvent>>;
  /** Those of one shard that were due up to `until`, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenEntry>;
}

/** By the clock: before its start, until its nightly finish, and from then on. */
export const Phase = z.enum(['upcoming', 'running', 'finished']);
export type Phase = z.output<typeof Phase>;

/** How often a change is made anew because somebody else was faster, such as a buyer of a ticket. */
const TRIES = 16;

/** No event lasts longer: from one nightly finish to the next, where clocks are turned back by up to three hours in between. */
const LONGEST = 27 * HOUR;

export const eventKey = (id: string): Key => ({ pk: `event#${id}`, sk: 'event' });

const LISTING = 'events';

const rowOf = (event: GameEvent) => ({
  ...eventKey(event.id),
  ...event,
  ...(event.status === 'CANCELLED' ? {} : { listing: LISTING }),
  ...(isOpen(event) ? { shard: openShard(event.id) } : {}),
});

/** Which part of the index a phase is in, since when, and what of that part is in the phase. */
function phaseQuery(phase: Phase, now: Date) {
  const at = now.toISOString();
  const values = { ':listing': LISTING, ':now': at };
  if (phase === 'upcoming') {
    return {
      since: at,
      query: { KeyConditionExpression: 'listing = :listing AND starts_at > :now', ExpressionAttributeValues: values },
    };
  }
  if (phase === 'finished') {
    return {
      since: '',
      query: {
        KeyConditionExpression: 'listing = :listing AND starts_at <= :now',
        FilterExpression: 'finishes_at <= :now',
        ExpressionAttributeValues: values,
        ScanIndexForward: false,
      },
    };
  }
  const since = new Date(now.getTime() - LONGEST).toISOString();
  return {
    since,
    query: {
      KeyConditionExpression: 'listing = :listing AND starts_at BETWEEN :since AND :now',
      FilterExpression: 'finishes_at > :now',
      ExpressionAttributeValues: { ...values, ':since': since },
    },
  };
}

export function gameEventStore(client: DynamoDBDocumentClient, TableName: string): GameEventStore {
  const find: GameEventStore['find'] = async (id) => {
    const { Item } = await client.send(new GetCommand({ TableName, Key: eventKey(id), ConsistentRead: true }));
    return Item && GameEvent.parse(Item);
  };

  const findMany: GameEventStore['findMany'] = async (ids) => {
    const keys = [...new Set(ids)].map(eventKey);
    const rows = await getMany(client, TableName, keys, { consistent: true });
    return new Map(rows.map((row) => GameEvent.parse(row)).map((event) => [event.id, event]));
  };

  async function replace(before: GameEvent, after: GameEvent): Promise<boolean> {
    try {
      await client.send(
        new PutCommand({
          TableName,
          Item: rowOf(after),
          ConditionExpression: 'revision = :revision',
          ExpressionAttributeValues: { ':revision': before.revision },
        }),
      );
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  const repeated: GameEventStore['repeated'] = async ({ id, fingerprint }) => {
    const existing = await find(id);
    if (existing && existing.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
    return existing;
  };

  return {
    repeated,
    find,
    findMany,

    async create(event) {
      const put = new PutCommand({ TableName, Item: rowOf(event), ConditionExpression: 'attribute_not_exists(pk)' });
      if (await unlessConditionFails(() => client.send(put))) return event;
      return (await repeated(event)) ?? event;
    },

    async change(id, verb) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = await find(id);
        if (!before) throw new GameEventNotFound();
        const after = verb(before);
        if (after === before || (await replace(before, after))) return after;
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    async list(phase, now, { limit, after }) {
      const { since, query: part } = phaseQuery(phase, now);
      const query = { TableName, IndexName: 'by-start', ...part };
      const keys: Key[] = [];
      // A page may have ended before what is in the phase by now: DynamoDB goes on from no place outside of a query's part.
      let next: Position | undefined = String(after?.starts_at) > since ? after : undefined;
      // What a filter takes out started within a day, so that the first pages at most are read for less than they could hold.
      do {
        const page = await queryPage(client, Key, query, { limit: limit - keys.length, after: next });
        keys.push(...page.items);
        next = page.next;
      } while (keys.length < limit && next !== undefined);
      const ids = keys.map(({ pk }) => pk.slice('event#'.length));
      const events = await findMany(ids);
      // The index may not know yet that one was cancelled.
      const isListed = (event: GameEvent) => event.status !== 'CANCELLED';
      return { items: ids.flatMap((id) => events.get(id) ?? []).filter(isListed), next };
    },

    open: (shard, until) => openEntries(client, TableName, OpenEntry, shard, until),
  };
}
