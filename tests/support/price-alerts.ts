import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { expectStatus, type Person } from '../acceptance/person.ts';
import { mailsTo } from './accounts.ts';
import { executionsOf, stateOf } from './machines.ts';
import { tellPrices } from './price-feed.ts';
import { until } from './until.ts';

const WATCH = 'price-watch';
const executions = executionsOf(WATCH);

/** Has the watch look at the prices, as its schedule would; the name of the state that it ended in. */
export async function look(): Promise<string | undefined> {
  const name = `test-${randomUUID()}`;
  await executions.start(name, {});
  await until('the end of the look', async () => ((await executions.status(name)) === 'ENDED' ? true : undefined));
  return stateOf(WATCH, name);
}

/** The feed tells a coin's price, and the watch looks. */
export async function priceIs(coin: string, currency: string, price: string): Promise<void> {
  await tellPrices({ [coin]: { prices: { [currency]: price } } });
  const ended = await look();
  if (ended !== 'WatchDone') throw new Error(`the look ended as ${ended}`);
}

const Alert = z.looseObject({ id: z.string(), coin: z.string(), status: z.string(), price: z.string().optional() });

export const setAlert = async (person: Person, body: object) =>
  Alert.parse(expectStatus(201, await person.ask('POST', '/api/v1/alerts/create', { body })).body);

/** The mails of alerts that went to an address, once there are so many. */
export const alertMails = (email: string, count: number) =>
  until('the mails of alerts', async () => {
    const mails = (await mailsTo(email)).filter(({ BodyText }) => BodyText.includes('/api/v1/alert-links/'));
    return mails.length >= count ? mails : undefined;
  });

export const linkIn = (text: string) => z.string().parse(/\/api\/v1\/alert-links\/[\w.-]+/.exec(text)?.[0]);
