import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  cancelOrder,
  endReceipt,
  endTold,
  failOrder,
  forgetCustomer,
  hasEnded,
  isInKitchen,
  isOpen,
  judge,
  MOST_ATTEMPTS,
  Order,
  OrderEnded,
  OrderInput,
  OrderNotFound,
  placeOrder,
  receiveOrder,
  startBaking,
  startEvaluating,
  TooLateToCancel,
  takeOver,
} from '../../src/pizza-orders/order.ts';

const start = Date.parse('2026-12-01T18:00:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1000);
const MINUTES_5 = 5 * 60 * 1000;

const placed = () =>
  placeOrder({ address: 'Mokotowska 1', note: 'no olives' }, { id: 'o1', fingerprint: 'f' }, 'ada', at(0));
const baking = () => startBaking(placed(), 1, at(20));
const evaluating = () => startEvaluating(baking(), 1, at(30));
const ready = () => judge(evaluating(), { attempt: 1, good: true }, MINUTES_5, at(31));
const received = () => receiveOrder(ready(), 'ada', at(60));

const stages = (order: Order) => order.timeline.map(({ status, attempt }) => `${status} ${attempt}`);

describe('an order', () => {
  it('goes from the dough to the table, and tells when', () => {
    expect(received()).toMatchObject({ status: 'RECEIVED', ended_at: at(60).toISOString(), told: false });
    expect(received().timeline).toEqual([
      { status: 'PREPARING', attempt: 1, at: at(0).toISOString() },
      { status: 'BAKING', attempt: 1, at: at(20).toISOString() },
      { status: 'EVALUATING', attempt: 1, at: at(30).toISOString() },
      { status: 'WAITING_FOR_RECEIPT', attempt: 1, at: at(31).toISOString() },
      { status: 'RECEIVED', attempt: 1, at: at(60).toISOString() },
    ]);
    expect(received()).not.toHaveProperty('receive_until');
  });

  it('is made anew when it is bad, and fails with the third', () => {
    let order = placed();
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      order = startEvaluating(startBaking(order, attempt, at(attempt)), attempt, at(attempt));
      order = judge(order, { attempt, good: false }, MINUTES_5, at(attempt));
    }
    expect(order).toMatchObject({ status: 'FAILED', reason: 'BAD_PIZZAS', attempt: 3 });
    expect(stages(order).filter((stage) => stage.startsWith('PREPARING'))).toEqual([
      'PREPARING 1',
      'PREPARING 2',
      'PREPARING 3',
    ]);
  });

  it('is judged once: another roll for the same pizza changes nothing', () => {
    expect(judge(ready(), { attempt: 1, good: false }, MINUTES_5, at(40))).toEqual(ready());
    const again = judge(evaluating(), { attempt: 1, good: false }, MINUTES_5, at(31));
    expect(again).toMatchObject({ status: 'PREPARING', attempt: 2 });
    expect(judge(again, { attempt: 1, good: true }, MINUTES_5, at(40))).toBe(again);
  });

  it('does not go into the oven for an attempt that is over', () => {
    const again = judge(evaluating(), { attempt: 1, good: false }, MINUTES_5, at(31));
    expect(startBaking(again, 1, at(40))).toBe(again);
    expect(startEvaluating(startBaking(again, 2, at(40)), 1, at(50))).toMatchObject({ status: 'BAKING' });
  });

  it('is received when it is there, and by whom it is for', () => {
    for (const early of [placed(), baking(), evaluating()])
      expect(() => receiveOrder(early, 'ada', at(40))).toThrow(OrderNotFound);
    expect(() => receiveOrder(ready(), 'ben', at(40))).toThrow(OrderNotFound);
    expect(() => receiveOrder(received(), 'ada', at(70))).toThrow(OrderEnded);
    expect(() => receiveOrder(received(), 'ben', at(70))).toThrow(OrderNotFound);
  });

  it('is not received once its time is over and that is written down', () => {
    const until = 31 + MINUTES_5 / 1000;
    expect(endReceipt(ready(), at(until - 1))).toEqual(ready());
    const over = endReceipt(ready(), at(until));
    expect(over).toMatchObject({ status: 'NOT_RECEIVED' });
    expect(() => receiveOrder(over, 'ada', at(until + 1))).toThrow('not received in time');
    expect(endReceipt(received(), at(until))).toEqual(received());
  });

  it('is cancelled before it bakes', () => {
    expect(cancelOrder(placed(), 'ada', at(5))).toMatchObject({ status: 'CANCELLED' });
    expect(() => cancelOrder(placed(), 'ben', at(5))).toThrow(OrderNotFound);
    for (const late of [baking(), evaluating(), ready()])
      expect(() => cancelOrder(late, 'ada', at(40))).toThrow(TooLateToCancel);
    expect(() => cancelOrder(received(), 'ada', at(70))).toThrow(OrderEnded);
    expect(() => cancelOrder(cancelOrder(placed(), 'ada', at(5)), 'ada', at(6))).toThrow(OrderEnded);
  });

  it('forgets who its customer was, and what became of it not', () => {
    const forgotten = forgetCustomer(received(), at(90));
    expect(JSON.stringify(forgotten)).not.toMatch(/ada|Mokotowska|olives/);
    expect(forgotten).toMatchObject({ status: 'RECEIVED', told: true });
    expect(stages(forgotten)).toEqual(stages(received()));
    expect(forgetCustomer(forgotten, at(91))).toBe(forgotten);
    const cut = forgetCustomer(baking(), at(25));
    expect(cut).toMatchObject({ status: 'CANCELLED', told: true, fingerprint: '' });
    expect(JSON.stringify(cut)).not.toMatch(/ada|Mokotowska|olives/);
  });

  it('needs an execution until its end was told', () => {
    expect(isOpen(received())).toBe(true);
    expect(takeOver(received(), 2, at(90))).toMatchObject({ status: 'RECEIVED', run: 2 });
    const told = endTold(received());
    expect(isOpen(told)).toBe(false);
    expect(takeOver(told, 2, at(90))).toBe(told);
    expect(endTold(ready())).toEqual(ready());
  });
});

/** Whatever anybody may do with an order, in any order and as often as they like. */
const steps: readonly ((order: Order, attempt: number, now: Date) => Order)[] = [
  startBaking,
  startEvaluating,
  (order, attempt, now) => judge(order, { attempt, good: true }, 3000, now),
  (order, attempt, now) => judge(order, { attempt, good: false }, 3000, now),
  (order, _, now) => endReceipt(order, now),
  (order, _, now) => failOrder(order, now),
  (order, attempt, now) => takeOver(order, attempt, now),
  endTold,
  (order, _, now) => receiveOrder(order, 'ada', now),
  (order, _, now) => cancelOrder(order, 'ada', now),
  (order, _, now) => forgetCustomer(order, now),
];

it('whatever happens to an order: it goes forward only, bakes three times at most, and ends once', () => {
  const moves = fc.array(fc.tuple(fc.constantFrom(...steps), fc.integer({ min: 1, max: 4 })), { maxLength: 60 });
  fc.assert(
    fc.property(moves, (all) => {
      let order: Order = placed();
      let left = 0;
      for (const [n, [step, attempt]] of all.entries()) {
        const before = order;
        try {
          order = step(before, attempt, at(n));
        } catch (error) {
          if (error instanceof OrderNotFound || error instanceof OrderEnded || error instanceof TooLateToCancel)
            continue;
          throw error;
        }
        if (order === before) continue;
        expect(Order.parse(order)).toEqual(order);
        expect(order.revision).toBeGreaterThan(before.revision);
        expect(order.timeline.slice(0, before.timeline.length)).toEqual(before.timeline);
        if (hasEnded(before)) expect(order.status).toBe(before.status);
        // What has left the kitchen does not come back into it: its place is given back once.
        if (isInKitchen(before) && !isInKitchen(order)) left++;
        if (!isInKitchen(before)) expect(isInKitchen(order)).toBe(false);
      }
      expect(left).toBe(isInKitchen(order) ? 0 : 1);
      expect(order.timeline.filter(({ status }) => status === 'BAKING').length).toBeLessThanOrEqual(MOST_ATTEMPTS);
      expect(order.timeline.filter(({ status }) => status === order.status).length).toBeGreaterThan(0);
    }),
  );
});

describe('what is ordered', () => {
  const faults = (body: unknown) =>
    OrderInput.safeParse(body).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

  it('needs an address that says something', () => {
    for (const address of [undefined, null, '', '   ', '\n\t', 7, ['Mokotowska 1'], { street: 'Mokotowska' }])
      expect(faults({ address })).toEqual(['address is empty']);
    expect(faults(undefined)).toEqual(['address is empty']);
    for (const body of [[], 'Mokotowska 1', 7]) expect(faults(body)).toEqual([' must be a JSON object']);
    expect(faults({ address: 'x'.repeat(501) })).toEqual(['address must have at most 500 characters']);
  });

  it('takes a phone and a note as given, or none', () => {
    const given = { address: ' Mokotowska 1 ', additional_phone: ' (22) 555-01-01 ask for Ada', note: '' };
    expect(placeOrder(OrderInput.parse(given), { id: 'o', fingerprint: 'f' }, 'ada', at(0))).toMatchObject(given);
    const none = placeOrder(
      OrderInput.parse({ address: 'A', additional_phone: null, note: null }),
      { id: 'o', fingerprint: 'f' },
      'ada',
      at(0),
    );
    expect(none).toMatchObject({ additional_phone: undefined, note: undefined });
    expect(faults({ address: 'A', additional_phone: 48 })).toEqual(['additional_phone must be a text']);
  });
});
