import type { Person } from '../users/user.ts';

/** In one comment; whoever else is meant has it from the digest. */
export const MOST_MENTIONED = 50;

/** Letters, marks, digits and `_`, with apostrophes and hyphens among them, and one dot between two names. */
const NAME = String.raw`[\p{L}\p{M}\p{N}_]+(?:['’-][\p{L}\p{M}\p{N}_]+)*`;
/** Not within a word, so that an email address mentions nobody. */
const MENTION = new RegExp(String.raw`(?<![\p{L}\p{M}\p{N}_.@+-])@(${NAME})(?:\.(${NAME}))?`, 'gu');

/** A name without what people leave out or write in several ways: case, spaces, apostrophes, hyphens. */
const plain = (name: string) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}_]/gu, '');

/** One `@…` of a text: `@ada.lovelace`, or `@ada` and whatever stood behind a dot. */
export interface Mention {
  readonly first: string;
  readonly last: string | undefined;
}

/** Whom a text mentions, in the order in which they stand there, each way of saying it once. */
export function mentionsIn(text: string): Mention[] {
  const found = [...text.matchAll(MENTION)].map(([, first = '', last]) => ({
    first: plain(first),
    last: last === undefined ? undefined : plain(last),
  }));
  return [...new Map(found.map((mention) => [`${mention.first}.${mention.last ?? ''}`, mention])).values()];
}

/**
 * Those of the people who are mentioned: by first name, or by first and last name with a dot between. A name that several have means all of
 * them. Where nobody has both names, what is behind the dot is not part of the mention but the next sentence.
 */
export function mentionedAmong(
  mentions: readonly Mention[],
  people: readonly Pick<Person, 'id' | 'first_name' | 'last_name'>[],
): string[] {
  const named = people.flatMap(({ id, first_name, last_name }) =>
    first_name === undefined ? [] : [{ id, first: plain(first_name), last: last_name && plain(last_name) }],
  );
  const ids = mentions.flatMap(({ first, last }) => {
    const alike = named.filter((person) => person.first === first);
    const exact = last === undefined ? [] : alike.filter((person) => person.last === last);
    return (exact.length > 0 ? exact : alike).map(({ id }) => id);
  });
  return [...new Set(ids)];
}
