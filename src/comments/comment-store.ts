import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../shared/chunks.ts';
import { Key, queryAll, unlessConditionFails, writeMany } from '../shared/dynamodb/items.ts';
import { OpenEntry, openEntries, openShard } from '../shared/dynamodb/open-index.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../shared/errors.ts';
import { type Page, type PageRequest, positionOf } from '../shared/http/cursor.ts';
import { type Comment, CommentNotFound, commentId, type Draft, type Place, placeKey, placeOf } from './comment.ts';
import { Slot, Window } from './window.ts';

/**
 * Table `comments`
 *
 * | pk               | sk                | holds |
 * | ---------------- | ----------------- | --- |
 * | event#<id>       | window#<number>   | a window, with the count of its places |
 * | event#<id>       | comment#<place>   | a comment; or that one was removed here, or that the place stays empty, both until their `expires_at` |
 * | author#<user id> | request#<id>      | which comment a request has made: for its repeat, and for when its author goes |
 * | event#<id>       | gone              | the comments on the event were removed; until its `expires_at` |
 * | author#<user id> | gone              | the same of what the person has written |
 *
 * Index `open`, sparse: `shard` (`open#<n>`) of the windows that are not told, sorted by `due`, when they close or were last started.
 *
 * What belongs to a window is decided by single writes, so that a hundred writers at once wait for one another but fail nobody: a place is
 * given out by counting on the window while it is open, closing it ends that, and a place that is still empty then is taken out of use under
 * the same condition under which a comment would take it: that nothing is there.
 */
export interface CommentStore {
  /**
   * Gives a comment its place and stores it; for a repeated request it is the comment of the first. Answers the windows too that were
   * opened for it, which have no execution yet. Throws IdempotencyKeyReused, CommentNotFound for the repeat of one that was removed since, and
   * ChangedMeanwhile. One that comes while its event or its author goes is taken back: CommentNotFound.
   */
  write(draft: Draft, closesAt: Date): Promise<{ comment: Comment; opened: Window[] }>;
  find(eventId: string, id: string): Promise<Comment | undefined>;
  /** The newest first. A page may have fewer than its limit. */
  list(eventId: string, page: PageRequest): Promise<Page<Comment>>;
  /** False when it was not there any more. */
  remove(comment: Comment, now: Date): Promise<boolean>;
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
  /** Removes the comments on an event that is gone, but for the windows that are not told, which `forgetWindow` ends. Safe to repeat. */
  forgetEvent(eventId: string, now: Date): Promise<void>;
  forgetWindow(window: Window): Promise<void>;
  /** Removes what a person has written. Safe to repeat. */
  forgetUser(userId: string, now: Date): Promise<void>;
}

const OpenWindow = OpenEntry.extend({ event_id: z.string(), number: z.int() });
export type OpenWindow = z.infer<typeof OpenWindow>;

/** Which comment a request has made. */
const Request = z.object({ event_id: z.string(), comment_id: z.string(), fingerprint: z.string() });
type Request = z.infer<typeof Request>;

/** How often somebody may be too late: for a window to open, or to close. */
const TRIES = 8;
/** Rows written at once. */
const TOGETHER = 25;
/** Longer than anybody repeats a request or restarts an execution. Seconds. */
const TRACES_KEPT = 2 * 24 * 60 * 60;

const expiry = (now: Date) => Math.floor(now.getTime() / 1000) + TRACES_KEPT;

const partition = (eventId: string) => `event#${eventId}`;
const WINDOW = 'window#';
const COMMENT = 'comment#';
const windowKey = (eventId: string, number: number): Key => ({
  pk: partition(eventId),
  sk: `${WINDOW}${placeKey({ window: number, seq: 0 }).slice(0, 8)}`,
});
const slotKey = (eventId: string, place: Place): Key => ({
  pk: partition(eventId),
  sk: `${COMMENT}${placeKey(place)}`,
});
const author = (userId: string) => `author#${userId}`;
const REQUEST = 'request#';
const requestKey = (userId: string, requestId: string): Key => ({ pk: author(userId), sk: `${REQUEST}${requestId}` });
const goneKey = (pk: string): Key => ({ pk, sk: 'gone' });

const STATUS = { '#status': 'status' };

export function commentStore(client: DynamoDBDocumentClient, table: string): CommentStore {
  async function get(key: Key): Promise<Record<string, unknown> | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item;
  }

  /** False when something is there already. */
  async function putNew(key: Key, item: object): Promise<boolean> {
    const Item = { ...key, ...item };
    const put = new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' });
    return (await unlessConditionFails(() => client.send(put))) !== undefined;
  }

  async function slotAt(eventId: string, place: Place): Promise<Slot | undefined> {
    const item = await get(slotKey(eventId, place));
    return item && Slot.parse(item);
  }

  async function windowAt(eventId: string, number: number): Promise<Window | undefined> {
    const item = await get(windowKey(eventId, number));
    return item && Window.parse(item);
  }

  const rowsOf = (eventId: string, prefix: string) => ({
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': partition(eventId), ':prefix': prefix },
    ConsistentRead: true,
  });

  /** The number of the window that was opened last; 0 before the first. */
  async function latestWindow(eventId: string): Promise<number> {
    const { Items = [] } = await client.send(
      new QueryCommand({ ...rowsOf(eventId, WINDOW), ScanIndexForward: false, Limit: 1 }),
    );
    return Items.map((item) => Window.parse(item).number)[0] ?? 0;
  }

  /** The next place of a window; undefined when it is closed. */
  async function nextPlace(eventId: string, window: number): Promise<Place | undefined> {
    const count = new UpdateCommand({
      TableName: table,
      Key: windowKey(eventId, window),
      UpdateExpression: 'SET places = places + :one',
      ConditionExpression: '#status = :open',
      ExpressionAttributeNames: STATUS,
      ExpressionAttributeValues: { ':one': 1, ':open': 'OPEN' },
      ReturnValues: 'ALL_NEW',
    });
    const counted = await unlessConditionFails(() => client.send(count));
    return counted && { window, seq: Window.parse(counted.Attributes).places };
  }

  /** A place of one's own in the open window, or the first one of a new window where none is open. */
  async function reserve({ event_id, created_at }: Draft, closesAt: Date): Promise<{ place: Place; opened?: Window }> {
    let number = await latestWindow(event_id);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const place = number === 0 ? undefined : await nextPlace(event_id, number);
      if (place) return { place };
      number++;
      const due = closesAt.toISOString();
      const window: Window & OpenWindow = {
        status: 'OPEN',
        id: `${event_id}_${number}`,
        event_id,
        number,
        places: 1,
        opened_at: created_at,
        run: 1,
        due,
      };
      const row = { ...window, shard: openShard(event_id) };
      if (await putNew(windowKey(event_id, number), row)) return { place: { window: number, seq: 1 }, opened: window };
    }
    throw new ChangedMeanwhile();
  }

  async function requestOf({ author_id, request_id, fingerprint }: Draft): Promise<Request | undefined> {
    const item = await get(requestKey(author_id, request_id));
    const request = item && Request.parse(item);
    if (request && request.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
    return request;
  }

  /** Notes the place of a request, or learns which one another run of the same request has noted after `before`. */
  async function note(draft: Draft, place: Place, before: Place | undefined): Promise<Place> {
    const { event_id, author_id, request_id, fingerprint } = draft;
    const request: Request = { event_id, comment_id: commentId(event_id, place), fingerprint };
    const put = new PutCommand({
      TableName: table,
      Item: { ...requestKey(author_id, request_id), ...request },
      ...(before
        ? {
            ConditionExpression: 'comment_id = :before',
            ExpressionAttributeValues: { ':before': commentId(event_id, before) },
          }
        : { ConditionExpression: 'attribute_not_exists(pk)' }),
    });
    if (await unlessConditionFails(() => client.send(put))) return place;
    const noted = placeOfRequest(await requestOf(draft));
    if (!noted) throw new ChangedMeanwhile();
    return noted;
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
      Key: windowKey(event_id, number),
      UpdateExpression,
      ConditionExpression: `attribute_exists(#shard) AND attribute_exists(#status)${condition}`,
      ExpressionAttributeNames: { ...STATUS, '#shard': 'shard' },
      ExpressionAttributeValues: values,
    });
    return (await unlessConditionFails(() => client.send(update))) !== undefined;
  }

  /** Leaves in a comment's place that it was removed. False when the place holds something else. */
  async function takeOut(eventId: string, place: Place, from: Pick<Comment, 'author_id' | 'mentions'>, now: Date) {
    const { author_id, mentions } = from;
    const removed = { status: 'REMOVED', author_id, mentions, expires_at: expiry(now) };
    const put = new PutCommand({
      TableName: table,
      Item: { ...slotKey(eventId, place), ...removed },
      ConditionExpression: 'attribute_not_exists(pk) OR #status = :written',
      ExpressionAttributeNames: STATUS,
      ExpressionAttributeValues: { ':written': 'WRITTEN' },
    });
    return (await unlessConditionFails(() => client.send(put))) !== undefined;
  }

  /** False when it was not there any more. */
  async function remove(comment: Comment, now: Date): Promise<boolean> {
    const { event_id, author_id, request_id, id } = comment;
    const place = placeOf(event_id, id);
    if (!place || !(await takeOut(event_id, place, comment, now))) return false;
    const expire = new UpdateCommand({
      TableName: table,
      Key: requestKey(author_id, request_id),
      UpdateExpression: 'SET expires_at = :expires',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':expires': expiry(now) },
    });
    await unlessConditionFails(() => client.send(expire));
    return true;
  }

  /** Whoever removes what belongs together says so first: what is written after the look for it finds this. */
  const markGone = (pk: string, now: Date) =>
    writeMany(client, table, { put: [{ ...goneKey(pk), expires_at: expiry(now) }] });

  /** Takes a comment back whose event or author has gone while it was written. Throws CommentNotFound then. */
  async function ensureStays(comment: Comment): Promise<Comment> {
    const { event_id, author_id, created_at } = comment;
    const marks = await Promise.all([partition(event_id), author(author_id)].map((pk) => get(goneKey(pk))));
    if (marks.every((mark) => mark === undefined)) return comment;
    await remove(comment, new Date(created_at));
    throw new CommentNotFound();
  }

  return {
    async write(draft, closesAt) {
      const { event_id } = draft;
      const opened: Window[] = [];
      let place = placeOfRequest(await requestOf(draft));
      let before: Place | undefined;
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (!place) {
          const reserved = await reserve(draft, closesAt);
          if (reserved.opened) opened.push(reserved.opened);
          place = await note(draft, reserved.place, before);
        }
        const comment = { ...draft, id: commentId(event_id, place) };
        const written = await putNew(slotKey(event_id, place), { ...comment, status: 'WRITTEN' });
        if (written) return { comment: await ensureStays(comment), opened };
        const slot = await slotAt(event_id, place);
        if (slot?.status === 'WRITTEN') return { comment: await ensureStays(slot), opened };
        if (slot?.status === 'REMOVED') throw new CommentNotFound();
        // Its window closed before it came.
        [before, place] = [place, undefined];
      }
      throw new ChangedMeanwhile();
    },

    async find(eventId, id) {
      const place = placeOf(eventId, id);
      const slot = place && (await slotAt(eventId, place));
      return slot?.status === 'WRITTEN' ? slot : undefined;
    },

    async list(eventId, { limit, after }) {
      const query = { ...rowsOf(eventId, COMMENT), ScanIndexForward: false, Limit: limit, ExclusiveStartKey: after };
      const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand(query));
      const slots = Items.map((item) => Slot.parse(item));
      return { items: slots.filter((slot) => slot.status === 'WRITTEN'), next: positionOf(LastEvaluatedKey) };
    },

    remove,

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
      const prefix = slotKey(event_id, { window: number, seq: 0 }).sk.slice(0, -8);
      const slots = new Map<string, Slot>();
      for await (const item of queryAll(client, rowsOf(event_id, prefix)))
        slots.set(Key.parse(item).sk, Slot.parse(item));
      const places = Array.from({ length: given }, (_, n): Place => ({ window: number, seq: n + 1 }));
      const fill = async (place: Place) => {
        const key = slotKey(event_id, place);
        const filled = await putNew(key, { status: 'VOID', expires_at: expiry(now) });
        const slot: Slot | undefined = filled ? { status: 'VOID' } : await slotAt(event_id, place);
        if (slot) slots.set(key.sk, slot);
      };
      const empty = places.filter((place) => !slots.has(slotKey(event_id, place).sk));
      for (const some of chunks(empty, TOGETHER)) await Promise.all(some.map(fill));
      return places.flatMap((place) => slots.get(slotKey(event_id, place).sk) ?? []);
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

    async forgetEvent(eventId, now) {
      await markGone(partition(eventId), now);
      const [requests, rows]: [Key[], Key[]] = [[], []];
      for await (const item of queryAll(client, rowsOf(eventId, COMMENT))) {
        const slot = Slot.parse(item);
        if (slot.status !== 'WRITTEN') continue;
        requests.push(requestKey(slot.author_id, slot.request_id));
        rows.push(Key.parse(item));
      }
      for await (const item of queryAll(client, rowsOf(eventId, WINDOW))) {
        const { status } = Window.parse(item);
        if (status === 'TOLD' || status === 'FAILED') rows.push(Key.parse(item));
      }
      // The comments last: as long as they are there, their requests are found by whoever finishes it.
      await writeMany(client, table, { remove: requests });
      await writeMany(client, table, { remove: rows });
    },

    async forgetWindow({ event_id, number }) {
      await client.send(new DeleteCommand({ TableName: table, Key: { ...windowKey(event_id, number) } }));
    },

    async forgetUser(userId, now) {
      await markGone(author(userId), now);
      const requests = queryAll(client, {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :request)',
        ExpressionAttributeValues: { ':pk': author(userId), ':request': REQUEST },
        ConsistentRead: true,
      });
      for (const some of chunks(await Array.fromAsync(requests), TOGETHER)) {
        await Promise.all(
          some.map(async (item) => {
            const { event_id, comment_id } = Request.parse(item);
            const place = placeOf(event_id, comment_id);
            const slot = place && (await slotAt(event_id, place));
            const mentions = slot?.status === 'WRITTEN' ? slot.mentions : [];
            if (place) await takeOut(event_id, place, { author_id: userId, mentions }, now);
          }),
        );
        await writeMany(client, table, { remove: some.map((item) => Key.parse(item)) });
      }
    },
  };
}

const placeOfRequest = (request: Request | undefined): Place | undefined =>
  request && placeOf(request.event_id, request.comment_id);
