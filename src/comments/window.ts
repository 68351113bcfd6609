import * as z from 'zod';
import { hashOf } from '../shared/shard.ts';
import { Comment } from './comment.ts';

const Base = z.object({
  /** Of the event and the window: `<event id>_<number>`. */
  id: z.string(),
  event_id: z.string(),
  /** From 1. */
  number: z.number().int(),
  /** Places that were given out. */
  places: z.number().int(),
  opened_at: z.iso.datetime(),
  /** The execution that closes it. */
  run: z.number().int(),
});
const Closed = Base.extend({ closed_at: z.iso.datetime(), parts: z.number().int() });

/**
 * Some seconds in which the comments on an event are collected. The first comment opens it; what comes after it has closed opens the next
 * one, and none opens while another is open.
 */
export const Window = z.discriminatedUnion('status', [
  Base.extend({ status: z.literal('OPEN') }),
  /** Nothing joins it any more. */
  Closed.extend({ status: z.literal('CLOSED') }),
  /** The notifications of it are stored. */
  Closed.extend({ status: z.literal('TOLD'), told_at: z.iso.datetime() }),
  /** Given up: its comments are there, but nobody was told of them. */
  Base.extend({ status: z.literal('FAILED'), failed_at: z.iso.datetime() }),
]);
export type Window = z.infer<typeof Window>;

/** What is in a place of a window that has closed. */
export const Slot = z.discriminatedUnion('status', [
  Comment.extend({ status: z.literal('WRITTEN') }),
  /** Who was concerned by a comment that is gone. */
  z.object({ status: z.literal('REMOVED'), author_id: z.string(), mentions: z.array(z.string()) }),
  /** The place of somebody who never came. */
  z.object({ status: z.literal('VOID') }),
]);
export type Slot = z.infer<typeof Slot>;

/** What a window tells some people, all of them the same. */
export interface Digest {
  /** Distinguishes it among those of its window: the same person is always in the one of the same name. */
  readonly name: string;
  readonly userIds: readonly string[];
  /** In the order in which they were written; never empty. */
  readonly comments: readonly Comment[];
}

/** People told by one notification: it takes 1,000, and parts of 800 on average stay below that. */
const PART = 800;

/** Into how many notifications those are shared out who have the whole window. */
export const partsFor = (members: number) => Math.max(1, Math.ceil(members / PART));

/**
 * What a closed window tells whom: everybody what others have written and the person was not told of as mentioned. In which digest somebody is
 * depends on the person and the places alone, not on who else is a member or what was deleted meanwhile; so a second run of this, at another
 * moment, puts nobody into another one.
 */
export function digestsOf(slots: readonly Slot[], memberIds: readonly string[], parts: number): Digest[] {
  const written = slots.filter((slot) => slot.status === 'WRITTEN');
  const concerned = new Set(
    slots.flatMap((slot) => (slot.status === 'VOID' ? [] : [slot.author_id, ...slot.mentions])),
  );
  const own = memberIds
    .filter((id) => concerned.has(id))
    .map((id) => ({
      name: id,
      userIds: [id],
      comments: written.filter(({ author_id, mentions }) => author_id !== id && !mentions.includes(id)),
    }));
  const shares = Array.from({ length: parts }, (): string[] => []);
  for (const id of memberIds) if (!concerned.has(id)) shares[hashOf(id) % parts]?.push(id);
  const whole = shares.map((userIds, n) => ({ name: `part ${n + 1}`, userIds, comments: written }));
  return [...whole, ...own].filter(({ userIds, comments }) => userIds.length > 0 && comments.length > 0);
}

/** The name and input of the execution that closes a window at `closesAt` (instant, ISO 8601 UTC) and tells its comments. */
export const digestExecution = (
  { id, event_id, number }: Pick<Window, 'id' | 'event_id' | 'number'>,
  run: number,
  closesAt: string,
) => ({ name: `${id}_${run}`, input: { eventId: event_id, window: number, closesAt } });
