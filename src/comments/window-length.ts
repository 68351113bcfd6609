import * as z from 'zod';
import { parseDuration } from '../shared/time.ts';

/** How long comments are collected before they are told. Milliseconds. */
const lengthOf = (text: string) => {
  const { months, days, exact } = parseDuration(text) ?? { months: 0, days: 0, exact: 0 };
  return months === 0 && days === 0 ? exact : 0;
};

const [SHORTEST, LONGEST] = [1000, 60 * 60 * 1000];

/** The setting of it. */
export const CommentsEnv = z.object({
  COMMENT_WINDOW: z
    .string()
    .refine((text) => lengthOf(text) >= SHORTEST && lengthOf(text) <= LONGEST, 'a duration from PT1S to PT1H')
    .default('PT30S'),
});

export const windowLength = ({ COMMENT_WINDOW }: z.output<typeof CommentsEnv>): number => lengthOf(COMMENT_WINDOW);
