import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks } from '../shared/chunks.ts';
import { Key, queryAll, unlessConditionFails, writeMany } from '../shared/dynamodb/items.ts';
import { queryPage } from '../shared/dynamodb/query-page.ts';
import { ChangedMeanwhile, IdempotencyKeyReused } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/http/cursor.ts';
import { type Comment, CommentNotFound, commentId, type Draft, type Place, placeOf } from './comment.ts';
import {
  authorPartition,
  COMMENT,
  commentsTable,
  eventPartition,
  expiry,
  keys,
  REQUEST,
  STATUS,
  TOGETHER,
  WINDOW,
} from './comments-table.ts';
import { Slot, Window } from './window.ts';
import { windowStore } from './window-store.ts';

/** The comments, in the table `comments` (`comments-table.ts`). */
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
  /** Removes the comments on an event that is gone, but for the windows that are not told, which `WindowStore.forget` ends. Safe to repeat. */
  forgetEvent(eventId: string, now: Date): Promise<void>;
  /** Removes what a person has written. Safe to repeat. */
  forgetUser(userId: string, now: Date): Promise<void>;
}

/** Which comment a request has made. */
const Request = z.object({ event_id: z.string(), comment_id: z.string(), fingerprint: z.string() });
type Request = z.infer<typeof Request>;

/** How often somebody may come too late for the place that they were given. */
const TRIES = 8;

export function commentStore(client: DynamoDBDocumentClient, table: string): CommentStore {
  const { get, putNew, slotAt, rowsOf } = commentsTable(client, table);
  const windows = windowStore(client, table);

  async function requestOf({ author_id, request_id, fingerprint }: Draft): Promise<Request | undefined> {
    const item = await get(keys.request(author_id, request_id));
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
      Item: { ...keys.request(author_id, request_id), ...request },
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

  /** Leaves in a comment's place that it was removed. False when the place holds something else. */
  async function takeOut(eventId: string, place: Place, from: Pick<Comment, 'author_id' | 'mentions'>, now: Date) {
    const { author_id, mentions } = from;
    const removed = { status: 'REMOVED', author_id, mentions, expires_at: expiry(now) };
    const put = new PutCommand({
      TableName: table,
      Item: { ...keys.slot(eventId, place), ...removed },
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
      Key: keys.request(author_id, request_id),
      UpdateExpression: 'SET expires_at = :expires',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':expires': expiry(now) },
    });
    await unlessConditionFails(() => client.send(expire));
    return true;
  }

  /** Whoever removes what belongs together says so first: what is written after the look for it finds this. */
  const markGone = (pk: string, now: Date) =>
    writeMany(client, table, { put: [{ ...keys.gone(pk), expires_at: expiry(now) }] });

  /** Takes a comment back whose event or author has gone while it was written. Throws CommentNotFound then. */
  async function ensureStays(comment: Comment): Promise<Comment> {
    const { event_id, author_id, created_at } = comment;
    const marks = await Promise.all(
      [eventPartition(event_id), authorPartition(author_id)].map((pk) => get(keys.gone(pk))),
    );
    if (marks.every((mark) => mark === undefined)) return comment;
    await remove(comment, new Date(created_at));
    throw new CommentNotFound();
  }

  return {
    async write(draft, closesAt) {
      const { event_id, created_at } = draft;
      const opened: Window[] = [];
      let place = placeOfRequest(await requestOf(draft));
      let before: Place | undefined;
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (!place) {
          const reserved = await windows.reserve(event_id, created_at, closesAt.toISOString());
          if (reserved.opened) opened.push(reserved.opened);
          place = await note(draft, reserved.place, before);
        }
        const comment = { ...draft, id: commentId(event_id, place) };
        const written = await putNew(keys.slot(event_id, place), { ...comment, status: 'WRITTEN' });
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

    async list(eventId, page) {
      const query = { ...rowsOf(eventPartition(eventId), COMMENT), ScanIndexForward: false };
      const { items, next } = await queryPage(client, Slot, query, page);
      return { items: items.filter((slot) => slot.status === 'WRITTEN'), next };
    },

    remove,

    async forgetEvent(eventId, now) {
      await markGone(eventPartition(eventId), now);
      const [requests, rows]: [Key[], Key[]] = [[], []];
      for await (const item of queryAll(client, rowsOf(eventPartition(eventId), COMMENT))) {
        const slot = Slot.parse(item);
        if (slot.status !== 'WRITTEN') continue;
        requests.push(keys.request(slot.author_id, slot.request_id));
        rows.push(Key.parse(item));
      }
      for await (const item of queryAll(client, rowsOf(eventPartition(eventId), WINDOW))) {
        const { status } = Window.parse(item);
        if (status === 'TOLD' || status === 'FAILED') rows.push(Key.parse(item));
      }
      // The comments last: as long as they are there, their requests are found by whoever finishes it.
      await writeMany(client, table, { remove: requests });
      await writeMany(client, table, { remove: rows });
    },

    async forgetUser(userId, now) {
      await markGone(authorPartition(userId), now);
      const requests = queryAll(client, rowsOf(authorPartition(userId), REQUEST));
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
