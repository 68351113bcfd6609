import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Cause } from '../../src/notifications/notifier.ts';
import { PUSH } from '../../src/notifications/templates/compiled/push.ts';
import { checkData } from '../../src/notifications/templates/key.ts';
import { notificationKey } from '../../src/notifications/templates/keys.ts';
import { fillingFor, renderPush } from '../../src/notifications/templates/rendering.ts';
import {
  cancelOrder,
  endReceipt,
  failOrder,
  forgetCustomer,
  judge,
  type Order,
  placeOrder,
  receiveOrder,
  startBaking,
  startEvaluating,
} from '../../src/pizza-orders/order.ts';
import { tellCustomer } from '../../src/pizza-orders/tell-customer.ts';

const now = new Date('2026-12-01T18:00:00.000Z');
const later = new Date('2026-12-01T18:05:00.000Z');
const placed = placeOrder(
  { address: 'Mokotowska 1', note: 'no olives' },
  { id: randomUUID(), fingerprint: 'f' },
  'ada',
  now,
);
const baking = startBaking(placed, 1, now);
const evaluating = startEvaluating(baking, 1, now);
const verdict = (good: boolean) => judge(evaluating, { attempt: 1, good }, 5 * 60_000, now);
const ready = verdict(true);

async function told(order: Order): Promise<Cause[]> {
  const causes: Cause[] = [];
  await tellCustomer(order, { notify: async (cause) => void causes.push(cause) }, now);
  return causes;
}

async function pushOf(order: Order, locale: string) {
  const [cause] = await told(order);
  const key = notificationKey(cause?.key ?? '');
  if (!cause || !key) throw new Error('nothing is told');
  expect(checkData(key, { ...cause.data })).toEqual([]);
  const person = { first_name: undefined, last_name: undefined, locale, time_zone: 'Europe/Warsaw' };
  return renderPush(PUSH, fillingFor({ key: key.name, variables: { ...cause.data } }, person));
}

describe('what a customer is told', () => {
  it.each([
    ['placed', placed, 'We have your order', 'Dough and filling are being prepared.', 'Mamy Twoje zamówienie'],
    ['baking', baking, 'Your pizza is in the oven', 'It will not be long.', 'Twoja pizza jest w piecu'],
    [
      'made anew',
      verdict(false),
      'We make your pizza anew',
      'The last one was not good enough for you.',
      'Robimy Twoją pizzę od nowa',
    ],
    [
      'ready',
      ready,
      'Your pizza is ready',
      'It waits for you until 7:05 PM (Europe/Warsaw).',
      'Twoja pizza jest gotowa',
    ],
    ['received', receiveOrder(ready, 'ada', now), 'Enjoy your pizza', 'Thank you for your order.', 'Smacznego'],
    [
      'not received',
      endReceipt(ready, later),
      'Your pizza was not received',
      'It has waited as long as it could.',
      'Pizza nie została odebrana',
    ],
    [
      'cancelled',
      cancelOrder(placed, 'ada', now),
      'Your order is cancelled',
      'Nothing is baked.',
      'Zamówienie jest anulowane',
    ],
    [
      'failed',
      failOrder(baking, now),
      'We are sorry: there is no pizza',
      'Something went wrong in our kitchen, and we could not finish your order. We apologise.',
      'Przepraszamy: pizzy nie będzie',
    ],
  ])('of an order that is %s', async (_, order, title, text, polish) => {
    expect(await pushOf(order, 'en')).toEqual({ title, text });
    const pole = await pushOf(order, 'pl');
    expect(pole.title).toBe(polish);
    expect(pole.text).toMatch(/\.$/);
  });

  it('names a stage of an attempt the same every time, and no two the same, in 64 characters', async () => {
    const orders = [placed, baking, verdict(false), ready, endReceipt(ready, later), failOrder(baking, now)];
    const ids = (await Promise.all(orders.map(told))).flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(orders.length);
    expect(ids.every((id) => /^[\w-]{1,64}$/.test(id))).toBe(true);
    expect((await told(ready))[0]?.id).toBe((await told(ready))[0]?.id);
  });

  it('comes by mail, too, when the pizza is ready or there will be none', async () => {
    const mailed = async (order: Order) => {
      const [cause] = await told(order);
      return (cause?.channels ?? notificationKey('pizza_order')?.channels)?.includes('email');
    };
    for (const order of [ready, failOrder(baking, now)]) expect(await mailed(order)).toBe(true);
    for (const order of [placed, baking, receiveOrder(ready, 'ada', now)]) expect(await mailed(order)).toBe(false);
  });

  it('holds neither address nor note', async () => {
    expect(JSON.stringify(await told(ready))).not.toMatch(/Mokotowska|olives/);
  });

  it('is nothing while the pizza is judged, and once they have left', async () => {
    expect(await told(evaluating)).toEqual([]);
    expect(await told(forgetCustomer(ready, now))).toEqual([]);
  });
});
