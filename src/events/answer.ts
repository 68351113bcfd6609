import * as z from 'zod';

export const AnswerContent = z.strictObject({ answer: z.enum(['going', 'not_going', 'maybe']) });
export type AnswerContent = z.infer<typeof AnswerContent>;

/** What a member of an event has said to it last. */
export const Answer = z.object({ user_id: z.string(), ...AnswerContent.shape, answered_at: z.iso.datetime() });
export type Answer = z.infer<typeof Answer>;

/** How many members have said what. */
export const AnswerCounts = z.object({ going: z.int(), not_going: z.int(), maybe: z.int() });
export type AnswerCounts = z.infer<typeof AnswerCounts>;

export function countsOf(
  answers: readonly Answer[],
  before: AnswerCounts = { going: 0, not_going: 0, maybe: 0 },
): AnswerCounts {
  const counts = { ...before };
  for (const { answer } of answers) counts[answer]++;
  return counts;
}
