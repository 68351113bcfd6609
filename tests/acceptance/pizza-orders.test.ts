import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { configure, inbox, mailsTo } from '../support/accounts.ts';
import { cancel, comesTo, order, receive, terminalOf } from '../support/kitchen.ts';
import { orderedAhead, orders, readyAhead, restingKitchen } from '../support/orders.ts';
import { until } from '../support/until.ts';
import { type Answer, expectStatus, newMember, newPerson, type Person } from './person.ts';

const PATH = '/api/v1/pizza-orders';

const ask = (customer: Person, address = 'Mokotowska 1', headers: Record<string, string> = {}): Promise<Answer> =>
  customer.ask('POST', PATH, { body: { address }, headers });

const read = async (reader: Person, id: string) => expectStatus(200, await reader.ask('GET', `${PATH}/${id}`)).body;

let staff: Person;
beforeAll(async () => {
  staff = await newMember('cook', 'staff');
});

const undone: (() => Promise<void>)[] = [];
/** Other settings of the API, for one test. */
const withSettings = async (settings: Record<string, string>) => {
  undone.push(await configure('pizza-orders-api', settings));
};
afterEach(async () => {
  for (const undo of undone.splice(0)) await undo();
});

/** What the customer's inbox says of an order, the oldest first. */
async function told(customer: Person, id: string): Promise<unknown[]> {
  const items = await inbox.list(customer.id, { archived: false }, 0, 50);
  const ofOrder = items.filter(({ key, data }) => key === 'pizza_order' && data?.order_id === id);
  return ofOrder.map(({ data }) => data?.status).reverse();
}

const toldAllOf = (customer: Person, id: string, count: number) =>
  until(`${count} messages`, async () => {
    const statuses = await told(customer, id);
    return statuses.length >= count ? statuses : undefined;
  });

const Listed = z.object({ items: z.array(z.object({ id: z.string(), user_id: z.string().nullable() })) });
async function listOf(reader: Person, query: string): Promise<string[]> {
  const { body } = expectStatus(200, await reader.ask('GET', `${PATH}?${query}`));
  return Listed.parse(body).items.map(({ id }) => id);
}

describe('an order', () => {
  it('tells its customer of every stage, and by mail when it is ready', async () => {
    const ada = await newPerson('ada');
    const id = await order(ada);
    await comesTo(id, 'WAITING_FOR_RECEIPT');
    expectStatus(200, await receive(ada, id));
    const all = await toldAllOf(ada, id, 4);
    expect(all.toSorted()).toEqual(['BAKING', 'PREPARING', 'RECEIVED', 'WAITING_FOR_RECEIPT']);
    expect(await terminalOf(id)).toBe('Received');
    const mail = await until('the mail', async () =>
      (await mailsTo(ada.email)).find(({ BodyText }) => BodyText.includes('Your pizza is ready')),
    );
    expect(mail.BodyText).toMatch(/It waits for you until \d?\d:\d\d/);
    expect((await mailsTo(ada.email)).filter(({ BodyText }) => /pizza/i.test(BodyText))).toHaveLength(1);
  });

  it('tells those nothing who do not want to hear of orders', async () => {
    const ada = await newPerson('ada');
    const body = { categories: { orders: { enabled: false } } };
    expectStatus(200, await ada.ask('PUT', '/api/v1/users/me/preferences', { body }));
    const id = await order(ada);
    await comesTo(id, 'WAITING_FOR_RECEIPT');
    expectStatus(200, await receive(ada, id));
    await terminalOf(id);
    expect(await told(ada, id)).toEqual([]);
  });

  it('shows its timeline to its customer and to staff, and exists for nobody else', async () => {
    const [ada, ben] = [await newPerson('ada'), await newPerson('ben')];
    const id = await order(ada);
    const { timeline } = await comesTo(id, 'WAITING_FOR_RECEIPT');
    const stages = ['PREPARING', 'BAKING', 'EVALUATING', 'WAITING_FOR_RECEIPT'];
    expect(timeline.map(({ status }) => status)).toEqual(stages);
    const instants = timeline.map(({ at }) => at);
    expect(instants).toEqual(instants.toSorted());
    for (const reader of [ada, staff]) expect(await read(reader, id)).toMatchObject({ id, user_id: ada.id, timeline });
    expect((await ben.ask('GET', `${PATH}/${id}`)).status).toBe(404);
  });

  it('that is asked for twice with one key is one', async () => {
    const ada = await newPerson('ada');
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(ada, 'Mokotowska 1', key)));
    const locations = answers.map((answer) => expectStatus(201, answer).headers.get('location'));
    expect(new Set(locations).size).toBe(1);
    expect((await ask(ada, 'Mokotowska 2', key)).status).toBe(422);
    expect(await listOf(ada, 'status=IN_PROCESS')).toHaveLength(1);
  });

  it('is cancelled while it is not in the oven, and its execution finds that out', async () => {
    const ada = await newPerson('ada');
    const id = await order(ada);
    expect(expectStatus(200, await cancel(ada, id)).body).toMatchObject({ order: { id, status: 'CANCELLED' } });
    expect((await cancel(ada, id)).body).toMatchObject({ status: 409, message: 'The order was cancelled' });
    expect((await receive(ada, id)).status).toBe(409);
    expect(await terminalOf(id)).toBe('Cancelled');
    await until('the message', async () => ((await told(ada, id)).includes('CANCELLED') ? true : undefined));
    const late = await readyAhead(ada.id);
    expect((await cancel(ada, late)).body).toMatchObject({ status: 409, type: expect.stringContaining('too-late') });
    expect((await read(ada, late)).status).toBe('WAITING_FOR_RECEIPT');
  });
});

describe('the kitchen', () => {
  it('takes as many orders as it has room for, and gives every place back', async () => {
    const ada = await newPerson('ada');
    const before = await restingKitchen();
    await withSettings({ PIZZA_CAPACITY: String(before + 3) });
    // Long enough for all of them to be there before the first leaves.
    undone.push(await configure('move-order', { PIZZA_DOUGH_TIME: 'PT10S' }));
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(ada)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(3).fill(201), ...Array(9).fill(409)]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ type: 'urn:carillon:problem:kitchen-full', message: expect.any(String) });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    const placed = await listOf(ada, 'status=IN_PROCESS');
    expect(placed).toHaveLength(3);
    const [first = ''] = placed;
    expectStatus(200, await cancel(ada, first));
    expectStatus(201, await ask(ada));
    expect(await restingKitchen()).toBe(before);
  });

  it('is shut outside of its opening hours, and says when it opens', async () => {
    const ada = await newPerson('ada');
    const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
    // The day after tomorrow, whatever zone this is.
    const weekday = days[(new Date().getUTCDay() + 2) % 7];
    await withSettings({ PIZZA_OPENING_HOURS: `${weekday} 11:00-22:00`, PIZZA_TIME_ZONE: 'Europe/Warsaw' });
    const before = await restingKitchen();
    const answer = await ask(ada);
    expect([answer.status, answer.body.type]).toEqual([409, 'urn:carillon:problem:shop-closed']);
    const opens = /it opens at (\S+T11:00:00\+0[12]:00)$/.exec(String(answer.body.message))?.[1] ?? '';
    const seconds = (Date.parse(opens) - Date.now()) / 1000;
    expect(Math.abs(Number(answer.headers.get('retry-after')) - seconds)).toBeLessThan(60);
    expect(await listOf(ada, 'status=IN_PROCESS')).toEqual([]);
    expect(await orders.inKitchen()).toBe(before);
  });
});

describe('staff', () => {
  it('sees the orders of all by status, page by page, and touches none of them', async () => {
    const [ada, ben] = [await newPerson('ada'), await newPerson('ben')];
    const theirs = [await readyAhead(ada.id), await readyAhead(ben.id), await orderedAhead(ben.id)];
    const seen: string[] = [];
    let path: string | undefined = `${PATH}?status=WAITING_FOR_RECEIPT&limit=1`;
    // The newest are these, dated ahead.
    for (let page = 0; page < 2 && path !== undefined; page++) {
      const answer = expectStatus(200, await staff.ask('GET', path));
      seen.push(...Listed.parse(answer.body).items.map(({ id }) => id));
      path = /<([^>]+)>/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual([theirs[1], theirs[0]]);
    expect(await listOf(staff, 'status=PREPARING')).toContain(theirs[2]);
    expect(await listOf(ada, 'status=WAITING_FOR_RECEIPT')).toEqual([theirs[0]]);
    for (const verb of [receive, cancel]) expect((await verb(staff, theirs[0] ?? '')).status).toBe(404);
  });

  it('and customers page through several statuses at once, the newest first', async () => {
    const ada = await newPerson('ada');
    const placed: string[] = [];
    for (const make of [readyAhead, orderedAhead, readyAhead, readyAhead, orderedAhead])
      placed.push(await make(ada.id));
    const pages: string[][] = [];
    let path: string | undefined = `${PATH}?status=in_process&limit=2`;
    while (path !== undefined) {
      const answer = expectStatus(200, await ada.ask('GET', path));
      pages.push(Listed.parse(answer.body).items.map(({ id }) => id));
      path = /<([^>]+)>/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(placed.toReversed());
  });

  it('goes on with another list only by its own cursor', async () => {
    const ada = await newPerson('ada');
    for (let n = 0; n < 2; n++) await orderedAhead(ada.id);
    const answer = expectStatus(200, await staff.ask('GET', `${PATH}?status=PREPARING&limit=1`));
    const cursor = /cursor=([\w.-]+)/.exec(answer.headers.get('link') ?? '')?.[1];
    expect(cursor).toBeDefined();
    const path = `${PATH}?status=PREPARING&cursor=${cursor}`;
    expect((await ada.ask('GET', path)).status).toBe(400);
  });
});

describe('whoever leaves', () => {
  it('is taken out of their orders; what is under way is cancelled, and its place is free', async () => {
    const ada = await newPerson('ada');
    const before = await restingKitchen();
    const [ready, waiting] = [await readyAhead(ada.id), await orderedAhead(ada.id, { address: 'Secret Street 7' })];
    const under = await order(ada, 'Secret Street 7');
    expectStatus(204, await ada.ask('DELETE', '/api/v1/users/me'));
    for (const id of [ready, waiting, under]) {
      const left = expectStatus(200, await staff.ask('GET', `${PATH}/${id}`)).body;
      expect(left).toMatchObject({ status: 'CANCELLED', user_id: null, address: null });
      expect(JSON.stringify(await orders.find(id))).not.toMatch(new RegExp(`Secret|${ada.id}`));
    }
    expect(await orders.inKitchen()).toBe(before);
    expect(await terminalOf(under)).toBe('Cancelled');
    expect(await listOf(ada, 'status=CANCELLED')).toEqual([]);
    // A token outlives its account.
    expect((await ask(ada)).status).toBe(403);
  });
});
