import * as z from 'zod';
import { type Answer, expectStatus, type Person } from '../acceptance/person.ts';
import { until } from './lifecycle.ts';

/** The list as an existing service's clients know it: these fields and no others. */
const Item = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{24}$/),
  timestamp: z.int(),
  is_new: z.boolean(),
  user_id: z.string(),
  key: z.string(),
  target_id: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
const Request = z.strictObject({ user_id: z.string(), skip: z.int(), limit: z.int() });
const Data = z.strictObject({ elements: z.int(), new: z.int(), request: Request, list: z.array(Item) });
const List = z.strictObject({ success: z.literal(true), data: Data });
export const ListByCursor = List.extend({ data: Data.extend({ cursor: z.string().optional() }) });

const Trace = z.object({
  status: z.string(),
  recipients: z.int(),
  tally: z.object({ sent: z.int(), suppressed: z.int(), failed: z.int() }).optional(),
  deliveries: z.array(
    z.object({
      user_id: z.string(),
      channel: z.string(),
      outcome: z.string(),
      reason: z.string(),
      explanation: z.string(),
    }),
  ),
  cursor: z.string().optional(),
});

const base = '/api/v1/notifications';

export const create = (sender: Person, body: object, key?: string): Promise<Answer> =>
  sender.ask('POST', `${base}/create`, { body, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) });

/** What a person sees in their inbox, asked for by their own id unless `query` names another one. */
export async function listOf(person: Person, query = `user_id=${person.id}`) {
  return List.parse(expectStatus(200, await person.ask('GET', `${base}/list?${query}`)).body).data;
}

/** The list once it has that many elements, all of them on its page. */
export const listWith = (person: Person, elements: number, query = `user_id=${person.id}`, seconds = 30) =>
  until(
    `an inbox of ${elements}`,
    async () => {
      const list = await listOf(person, query);
      // Page and count are read one beside the other.
      return list.elements === elements && list.list.length === elements ? list : undefined;
    },
    seconds,
  );

export const mark = (person: Person, verb: 'read' | 'archive' | 'unarchive', id: string, userId = person.id) =>
  person.ask('POST', `${base}/${verb}?user_id=${userId}&notification_id=${id}`);

/** What became of a notification, every page of it, once it is delivered. */
export async function traced(sender: Person, location: string, seconds = 60) {
  const page = async (cursor = '') =>
    z.object({ data: Trace }).parse(expectStatus(200, await sender.ask('GET', `${location}${cursor}`)).body).data;
  const first = await until(
    'a delivered notification',
    async () => {
      const trace = await page();
      return trace.status === 'DELIVERED' ? trace : undefined;
    },
    seconds,
  );
  const deliveries = [...first.deliveries];
  for (let { cursor } = first; cursor !== undefined; ) {
    const next = await page(`?cursor=${cursor}`);
    deliveries.push(...next.deliveries);
    cursor = next.cursor;
  }
  return { ...first, deliveries };
}

/** Where the answer to a creation says that the notification is. */
export const locationOf = (answer: Answer): string =>
  z
    .string()
    .regex(/^\/api\/v1\/notifications\/[0-9a-f-]{36}$/)
    .parse(expectStatus(201, answer).headers.get('location'));

export const notify = async (sender: Person, body: object) => locationOf(await create(sender, body));
