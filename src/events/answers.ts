import { inChunks } from '../shared/chunks.ts';
import { type Answer, type AnswerCounts, countsOf } from './answer.ts';
import type { Event } from './event.ts';
import type { EventMembers } from './event-members.ts';
import type { EventStore } from './event-store.ts';

/** Answers looked at together. */
const TOGETHER = 100;

/**
 * Those of the answers whose authors are still members: an answer goes with its author's place on the event, but not with that in the
 * event's group.
 */
export async function stillValid(
  event: Event,
  answers: Answer[],
  { members }: { members: Pick<EventMembers, 'amongMembers'> },
): Promise<Answer[]> {
  if (event.group_id === undefined || answers.length === 0) return answers;
  const userIds = answers.map(({ user_id }) => user_id);
  const still = await members.amongMembers(event.id, userIds);
  return answers.filter(({ user_id }) => still.has(user_id));
}

/** How many of an event's members have answered what, counted from the answers themselves. */
export async function countAnswers(
  event: Event,
  { events, members }: { events: Pick<EventStore, 'answersTo'>; members: Pick<EventMembers, 'amongMembers'> },
): Promise<AnswerCounts> {
  let counts = countsOf([]);
  for await (const some of inChunks(events.answersTo(event.id), TOGETHER)) {
    counts = countsOf(await stillValid(event, some, { members }), counts);
  }
  return counts;
}
