import * as z from 'zod';
import { type Answer, expectStatus, type Person } from '../acceptance/person.ts';
import { inbox } from './accounts.ts';
import { until } from './lifecycle.ts';

const Written = z.object({ id: z.string(), author_id: z.string(), comment: z.string(), mentions: z.array(z.string()) });

const path = (eventId: string) => `/api/v1/events/${eventId}/comments`;

export const say = (person: Person, eventId: string, comment: string, key?: string): Promise<Answer> =>
  person.ask('POST', path(eventId), {
    body: { comment },
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });

export const said = async (person: Person, eventId: string, comment: string, key?: string) =>
  Written.parse(expectStatus(201, await say(person, eventId, comment, key)).body);

const Page = z.object({ items: z.array(Written), cursor: z.string().optional() });

/** All comments on an event, the newest first. */
export async function commentsOn(person: Person, eventId: string, limit = 100) {
  const items: z.output<typeof Written>[] = [];
  for (let query: string | undefined = ''; query !== undefined; ) {
    const answer: Answer = await person.ask('GET', `${path(eventId)}?limit=${limit}${query}`);
    const page = Page.parse(expectStatus(200, answer).body);
    items.push(...page.items);
    query = page.cursor === undefined ? undefined : `&cursor=${page.cursor}`;
  }
  return items;
}

export const removeComment = (person: Person, eventId: string, id: string) =>
  person.ask('DELETE', `${path(eventId)}/${id}`);

const Told = z.object({
  events_comments_id: z.string(),
  comment: z.string(),
  count: z.number().default(1),
  others: z.number().default(0),
});

/** What somebody's inbox says of the comments on an event, the oldest first. */
export async function toldOf(userId: string, eventId: string) {
  const items = await inbox.list(userId, { archived: false }, 0, 100);
  return items
    .filter(({ target_id }) => target_id === eventId)
    .map(({ key, data, created_at }) => ({ key, at: created_at, ...Told.parse(data), author: data.author }))
    .reverse();
}

/** The same once it tells of that many comments. */
export const toldAll = (userId: string, eventId: string, comments: number, seconds = 40) =>
  until(
    `being told of ${comments} comments`,
    async () => {
      const told = await toldOf(userId, eventId);
      return told.reduce((sum, { count }) => sum + count, 0) >= comments ? told : undefined;
    },
    seconds,
  );
