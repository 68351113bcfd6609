import * as z from 'zod';
import { InvalidRequest } from '../errors.ts';
import { sealWith } from '../seal.ts';

const position = z.record(z.string(), z.union([z.string(), z.number()]));
export type Position = z.output<typeof position>;

/** What is asked of a list: so many, after the position where the page before ended. */
export interface PageRequest {
  readonly limit: number;
  readonly after: Position | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: Position | undefined;
}

/** Turns the place where a page ended into an opaque cursor and back; one made for another list, or altered, is refused with a 400. */
export interface Cursors {
  /** Undefined where there is no next page. */
  seal(scope: string, next: Position | undefined): string | undefined;
  /** Undefined for the first page, which has no cursor. */
  open(scope: string, cursor: string | undefined): Position | undefined;
}

/** Where a query of DynamoDB stopped, as a place to go on from. */
export const positionOf = (lastKey: Record<string, unknown> | undefined): Position | undefined =>
  lastKey && position.parse(lastKey);

export function cursors(secret: string): Cursors {
  const { seal, open } = sealWith(secret);
  return {
    seal(scope, next) {
      if (next === undefined) return undefined;
      return seal(scope, next);
    },
    open(scope, cursor) {
      if (cursor === undefined) return undefined;
      const opened = open(scope, cursor);
      if (opened === undefined) {
        throw new InvalidRequest([{ field: 'cursor', reason: NOT_OURS }]);
      }
      return position.parse(opened);
    },
  };
}

const LIMIT = 'must be a whole number from 1 to 100';
const NOT_OURS = 'is not one that this list has handed out';

/** The query of every list: `limit` 1 to 100 (20 when absent) and the `cursor` of the page before. */
export const pageQuery = z.object({
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(100, LIMIT).default(20),
  cursor: z.string().max(2000, NOT_OURS).optional(),
});
