import { createHash } from 'node:crypto';

/** An entity tag of whatever decides what an answer says: as long as these are the same, so is the answer. */
export const entityTag = (...decisive: readonly unknown[]): string =>
  `"${createHash('sha256').update(JSON.stringify(decisive)).digest('base64url').slice(0, 22)}"`;

/** Whether `If-None-Match`, as it was sent, names the tag; the comparison is the weak one (RFC 9110, section 13.1.2). */
export const isSeen = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch?.split(',').some((each) => ['*', tag].includes(each.trim().replace(/^W\//, ''))) ?? false;
