import * as z from 'zod';
import { durationWithin } from '../shared/duration.ts';
import { HOUR } from '../shared/time.ts';

export const CommentsEnv = z.object({
  /** How long comments are collected before they are told. */
  COMMENT_WINDOW: durationWithin(1000, HOUR, 'a duration from PT1S to PT1H').default('PT30S'),
});
