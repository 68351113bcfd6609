import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as z from 'zod';
import { configure } from '../support/accounts.ts';
import { alertMails, linkIn, priceIs } from '../support/price-alerts.ts';
import { resetPrices } from '../support/price-feed.ts';
import { address } from '../support/where.ts';
import { newEmail } from './person.ts';

const Alert = z.looseObject({ id: z.string(), coin: z.string(), price: z.string(), status: z.string() });
const List = z.looseObject({ alerts: z.array(Alert), next: z.string().nullable() });

/** As it was written for Kryptolert: it knows five routes, their prefix, and no more. */
class KryptolertClient {
  #token: string | undefined;

  async #call(method: string, path: string, body?: object) {
    const answer = await fetch(`${address}/api/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(this.#token && { Authorization: `Bearer ${this.#token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const json: unknown = await answer.json();
    return { status: answer.status, json };
  }

  register = (email: string, password: string) => this.#call('POST', '/auth/register', { email, password });

  async login(email: string, password: string): Promise<void> {
    const { json } = await this.#call('POST', '/auth/login', { email, password });
    this.#token = z.looseObject({ token: z.string() }).parse(json).token;
  }

  create = (coin: string, price: number) => this.#call('POST', '/alerts/create', { coin, price });
  delete = (id: string) => this.#call('POST', '/alerts/delete', { id });
  fetchAll = (filter?: string) => this.#call('GET', `/alerts/fetch_all${filter ? `/${filter}` : ''}`);

  /** The alerts of a list by id, with their status. */
  async statuses(filter?: string) {
    const { status, json } = await this.fetchAll(filter);
    expect(status).toBe(200);
    return Object.fromEntries(List.parse(json).alerts.map((alert) => [alert.id, alert.status]));
  }
}

let undo: () => Promise<void>;

beforeAll(async () => {
  undo = await configure('pre-sign-up', { SIGN_UP_CONFIRMATION: 'none' });
  await resetPrices();
});
afterAll(async () => {
  await undo();
  await resetPrices();
});

it("a client that knows Kryptolert's five routes alone gets from registering to the mail, and on from its link", async () => {
  const client = new KryptolertClient();
  const email = newEmail('trader');
  expect((await client.register(email, 'Passw0rdForTests')).status).toBe(201);
  await client.login(email, 'Passw0rdForTests');
  expect(await client.statuses()).toEqual({});

  const created = await client.create('btc', 65000.5);
  expect(created.status).toBe(201);
  const rises = Alert.parse(created.json);
  expect(rises).toMatchObject({ coin: 'bitcoin', price: '65000.5', status: 'CREATED' });
  const falls = Alert.parse((await client.create('bitcoin', 60000)).json);
  const unwanted = Alert.parse((await client.create('bitcoin', 65000)).json);
  const deleted = await client.delete(unwanted.id);
  expect([deleted.status, deleted.json]).toMatchObject([200, { id: unwanted.id, status: 'DELETED' }]);
  expect(await client.statuses()).toEqual({ [rises.id]: 'CREATED', [falls.id]: 'CREATED', [unwanted.id]: 'DELETED' });

  await priceIs('bitcoin', 'usd', '64999.9');
  expect(await client.statuses('TRIGGERED')).toEqual({});
  await priceIs('bitcoin', 'usd', '65012.37');
  expect(await client.statuses('TRIGGERED')).toEqual({ [rises.id]: 'TRIGGERED' });
  expect(await client.statuses('CREATED')).toEqual({ [falls.id]: 'CREATED' });
  expect(await client.statuses('DELETED')).toEqual({ [unwanted.id]: 'DELETED' });
  const nonsense = await client.fetchAll('NONSENSE');
  expect(nonsense.status).toBe(400);
  for (const word of ['TRIGGERED', 'CREATED', 'DELETED']) expect(JSON.stringify(nonsense.json)).toContain(word);

  const mails = await alertMails(email, 1);
  const [mail] = mails;
  expect(mails).toHaveLength(1);
  for (const said of [
    'bitcoin is at 65012.37 USD',
    'bitcoin rises to 65000.5 USD',
    '(UTC)',
    'The price before was 64999.9 USD',
  ])
    expect(mail?.BodyText).toContain(said);

  const link = `${address}${linkIn(mail?.BodyText ?? '')}`;
  const page = await (await fetch(link)).text();
  expect(page).toContain('bitcoin rises to 65000.5 USD');
  expect(await client.statuses('TRIGGERED')).toEqual({ [rises.id]: 'TRIGGERED' });
  await fetch(link, { method: 'POST', body: new URLSearchParams({ action: 'rearm' }) });
  expect(await client.statuses('CREATED')).toEqual({ [rises.id]: 'CREATED', [falls.id]: 'CREATED' });

  // It is above by now, so it has to come from below again.
  await priceIs('bitcoin', 'usd', '64000');
  await priceIs('bitcoin', 'usd', '65100');
  const [, second] = await alertMails(email, 2);
  expect(second?.BodyText).toContain('65100 USD');
  await fetch(link, { method: 'POST', body: new URLSearchParams({ action: 'delete' }) });
  expect(await client.statuses('DELETED')).toEqual({ [rises.id]: 'DELETED', [unwanted.id]: 'DELETED' });
}, 180_000);
