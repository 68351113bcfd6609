import { DeleteCommand, type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../shared/chunks.ts';
import { Key, queryAll, unlessConditionFails } from '../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../shared/dynamodb/open-index.ts';
import { ChangedMeanwhile } from '../shared/errors.ts';
import type { Place } from './comment.ts';
import { commentsTable, eventPartition, expiry, keys, STATUS, TOGETHER, WINDOW } from './comments-table.ts';
import { Slot, Window } from './window.ts';

/**
 * The windows, in the table `comments` (`comments-table.ts`).
 *
 * What belongs to a window is decided by single writes, so that a hundred writers at once wait for one another but fail nobody: a place is
 * given out by counting on the window while it is open, closing it ends that, and a place that is still empty then is taken out of use under
 * the same condition under which a comment would take it: that nothing is there.
 */
export interface WindowStore {
  /**
   * A place of one's own in the open window, or the first one of a new window where none is open, which has no execution yet. Instants,
   * ISO 8601 UTC. Throws ChangedMeanwhile.
   */
  reserve(eventId: string, openedAt: string, closesAt: string): Promise<{ place: Place; opened?: Window }>;
  /** Closes a window, unless it is closed already. Undefined when there is none. */
  close(eventId: string, number: number, parts: number, now: Date): Promise<Window | undefined>;
  /** What is in the places of a closed window, in order, for good: nothing comes into a place that was found empty. */
  slotsOf(window: Window, now: Date): Promise<Slot[]>;
  /** The notifications of a closed window are stored. */
  settle(window: Window, now: Date): Promise<void>;
  /** Those of one shard that are not told and were due up to `until`, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenWindow>;
  /** Hands a window to its `run`-th execution. False when it is told, or a later one has it. */
  takeOver(window: OpenWindow, run: number, now: Date): Promise<boolean>;
  /** Gives a window up. */
  fail(window: OpenWindow, now: Date): Promise<void>;
  /** Removes a window, told or not. */
  forget(window: Window): Promise<void>;
}

const OpenWindow = OpenEntry.extend({ event_id: z.string(), number: z.int() });
type OpenWindow = z.infer<typeof OpenWindow>;

/** How often somebody may be too late for a window to open. */
const TRIES = 8;

export function windowStore(client: DynamoDBDocumentClient, table: string): WindowStore {
  const { get, putNew, slotAt, rowsOf } = commentsTable(client, table);

  async function windowAt(eventId: string, number: number): Promise<Window | undefined> {
    const item = await get(keys.window(eventId, number));
    return item && Window.parse(item);
  }

  /** The number of the window that was opened last; 0 before the first. */
  async function latestWindow(eventId: string): Promise<number> {
    const { Items = [] } = await client.send(
      new QueryCommand({ ...rowsOf(eventPartition(eventId), WINDOW), ScanIndexForward: false, Limit: 1 }),
    );
    return Items.map((item) => Window.parse(item).number)[0] ?? 0;
  }

  /** The next place of a window; undefined when it is closed. */
  async function nextPlace(eventId: string, window: number): Promise<Place | undefined> {
    const count = new UpdateCommand({
      TableName: table,
      Key: keys.window(eventId, window),
      UpdateExpression: 'SET places = places + :one',
      ConditionExpression: '#status = :open',
      ExpressionAttributeNames: STATUS,
      ExpressionAttributeValues: { ':one': 1, ':open': 'OPEN' },
      ReturnValues: 'ALL_NEW',
    });
    const counted = await unlessConditionFails(() => client.send(count));
    return counted && { window, seq: Window.parse(counted.Attributes).places };
  }

  /** Changes a window that is not told. False when it is told, or gone. */
  async function change(
    { event_id, number }: Pick<Window, 'event_id' | 'number'>,
    UpdateExpression: string,
    condition: string,
    values: Record<string, unknown>,
  ): Promise<boolean> {
    const update = new UpdateCommand({
      TableName: table,
      Key: keys.window(event_id, number),
      UpdateExpression,
      ConditionExpression: `attribute_exists(#shard) AND attribute_exists(#status)${condition}`,
      ExpressionAttributeNames: { ...STATUS, '#shard': 'shard' },
      ExpressionAttributeValues: values,
    });
    return (await unlessConditionFails(() => client.send(update))) !== undefined;
  }

  return {
    async reserve(event_id, opened_at, due) {
      let number = await latestWindow(event_id);
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const place = number === 0 ? undefined : await nextPlace(event_id, number);
        if (place) return { place };
        number++;
        const window: Window & OpenWindow = {
          status: 'OPEN',
          id: `${event_id}_${number}`,
          event_id,
          number,
          places: 1,
          opened_at,
          run: 1,
          due,
        };
        const row = { ...window, shard: openShard(event_id) };
        if (await putNew(keys.window(event_id, number), row))
          return { place: { window: number, seq: 1 }, opened: window };
      }
      throw new ChangedMeanwhile();
    },

    async close(event_id, number, parts, now) {
      await change(
        { event_id, number },
        'SET #status = :closed, closed_at = :now, parts = :parts',
        ' AND #status = :open',
        {
          ':closed': 'CLOSED',
          ':open': 'OPEN',
          ':now': now.toISOString(),
          ':parts': parts,
        },
      );
      return windowAt(event_id, number);
    },

    async slotsOf({ event_id, number, places: given }, now) {
      const prefix = keys.slot(event_id, { window: number, seq: 0 }).sk.slice(0, -8);
      const slots = new Map<string, Slot>();
      for await (const item of queryAll(client, rowsOf(eventPartition(event_id), prefix)))
        slots.set(Key.parse(item).sk, Slot.parse(item));
      const places = Array.from({ length: given }, (_, n): Place => ({ window: number, seq: n + 1 }));
      const fill = async (place: Place) => {
        const key = keys.slot(event_id, place);
        const filled = await putNew(key, { status: 'VOID', expires_at: expiry(now) });
        const slot: Slot | undefined = filled ? { status: 'VOID' } : await slotAt(event_id, place);
        if (slot) slots.set(key.sk, slot);
      };
      const empty = places.filter((place) => !slots.has(keys.slot(event_id, place).sk));
      for (const some of chunks(empty, TOGETHER)) await Promise.all(some.map(fill));
      return places.flatMap((place) => slots.get(keys.slot(event_id, place).sk) ?? []);
    },

    async settle(window, now) {
      await change(window, 'SET #status = :told, told_at = :now REMOVE #shard, due', ' AND #status = :closed', {
        ':told': 'TOLD',
        ':closed': 'CLOSED',
        ':now': now.toISOString(),
      });
    },

    open: (shard, until) => openEntries(client, table, OpenWindow, shard, until),

    takeOver: (window, run, now) =>
      change(window, 'SET run = :run, due = :now', ' AND run < :run', { ':run': run, ':now': now.toISOString() }),

    async fail(window, now) {
      await change(window, 'SET #status = :failed, failed_at = :now REMOVE #shard, due', '', {
        ':failed': 'FAILED',
        ':now': now.toISOString(),
      });
    },

    async forget({ event_id, number }) {
      await client.send(new DeleteCommand({ TableName: table, Key: { ...keys.window(event_id, number) } }));
    },
  };
}
