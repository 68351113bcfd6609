import * as z from 'zod';
import { problem } from '../shared/errors.ts';
import type { Creation } from '../shared/http/creation.ts';

/** Also the answer to somebody whose it is not, and to whoever wants to receive what is still being prepared. */
export class OrderNotFound extends problem('order-not-found', 404, 'No such order, or it is still being prepared') {}
export class OrderEnded extends problem('order-ended', 409, 'The order has ended') {}
export class TooLateToCancel extends problem(
  'too-late-to-cancel',
  409,
  'It is too late: the pizza is in the oven, or out of it',
) {}
/** As many orders are being prepared as the kitchen has room for. */
export class KitchenFull extends problem('kitchen-full', 409, 'The kitchen is full; try again in a while') {
  override readonly retryAfterSeconds: number = 30;
}

/** In the order in which they follow each other, as far as they do. */
export const ORDER_STATUSES = [
  'PREPARING',
  'BAKING',
  'EVALUATING',
  'WAITING_FOR_RECEIPT',
  'RECEIVED',
  'NOT_RECEIVED',
  'FAILED',
  'CANCELLED',
] as const;
export const OrderStatus = z.enum(ORDER_STATUSES);
export type OrderStatus = z.output<typeof OrderStatus>;

/** So often a pizza is made at most until it is good. */
export const MOST_ATTEMPTS = 3;

const instant = z.iso.datetime();

/** A stage that an order has come to; `attempt` is the pizza's, from 1. */
export const TimelineEntry = z.object({ status: OrderStatus, at: instant, attempt: z.int().min(1) });
export type TimelineEntry = z.output<typeof TimelineEntry>;

const text = (longest: number) => z.string('must be a text').max(longest, `must have at most ${longest} characters`);

/** What a customer asks for; all of it is stored as given. */
export const OrderInput = z.preprocess(
  // Without a body there is no address either.
  (body = {}) => body,
  z.strictObject(
    {
      address: z
        .string('is empty')
        .max(500, 'must have at most 500 characters')
        .refine((address) => address.trim() !== '', 'is empty')
        .describe('Where it is delivered to'),
      additional_phone: text(64).nullish().describe('Another phone number to call'),
      note: text(1000).nullish(),
    },
    'must be a JSON object',
  ),
);
export type OrderInput = z.output<typeof OrderInput>;

const Customer = z.object({
  user_id: z.string(),
  address: z.string(),
  additional_phone: z.string().optional(),
  note: z.string().optional(),
});

const Placed = z.object({
  id: z.string(),
  /** Of the request that placed it. */
  fingerprint: z.string(),
  created_at: instant,
  attempt: z.int().min(1).max(MOST_ATTEMPTS),
  /** Every stage so far, the first one first. */
  timeline: z.array(TimelineEntry),
  /** The execution that has it. */
  run: z.int().min(1),
  /** When that was started, or the order came to its stage; while it waits to be received, when that ends. */
  due: instant,
  revision: z.int().min(1),
});

const UnderWay = Placed.extend(Customer.shape);

/** Of a customer who has left it no longer says who and where. */
const Ended = Placed.extend(Customer.partial().shape).extend({
  ended_at: instant,
  /** Whether its execution has told the customer of the end; until then the sweep looks after it. */
  told: z.boolean(),
});

/** An order of a pizza. While it is in one of the first three it has a place in the kitchen. */
export const Order = z.discriminatedUnion('status', [
  UnderWay.extend({ status: z.literal('PREPARING') }),
  UnderWay.extend({ status: z.literal('BAKING') }),
  UnderWay.extend({ status: z.literal('EVALUATING') }),
  UnderWay.extend({ status: z.literal('WAITING_FOR_RECEIPT'), receive_until: instant }),
  Ended.extend({ status: z.literal('RECEIVED') }),
  Ended.extend({ status: z.literal('NOT_RECEIVED') }),
  /** Three bad pizzas, or a kitchen that does not work. */
  Ended.extend({ status: z.literal('FAILED'), reason: z.enum(['BAD_PIZZAS', 'KITCHEN_FAILURE']) }),
  Ended.extend({ status: z.literal('CANCELLED') }),
]);
export type Order = z.output<typeof Order>;
export type EndedOrder = Extract<Order, { status: 'RECEIVED' | 'NOT_RECEIVED' | 'FAILED' | 'CANCELLED' }>;
export type OrderUnderWay = Exclude<Order, EndedOrder>;

export const hasEnded = (order: Order): order is EndedOrder => 'ended_at' in order;

/** Whether the sweep looks after it: it has no end, or nobody was told of that yet. */
export const isOpen = (order: Order): boolean => !hasEnded(order) || !order.told;

/** Whether it takes a place in the kitchen. */
export const isInKitchen = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'PREPARING' || status === 'BAKING' || status === 'EVALUATING';

/** An order whose first pizza is being prepared. */
export function placeOrder(
  { address, additional_phone, note }: OrderInput,
  creation: Creation,
  userId: string,
  now: Date,
): Order {
  const at = now.toISOString();
  return {
    ...creation,
    user_id: userId,
    address,
    additional_phone: additional_phone ?? undefined,
    note: note ?? undefined,
    created_at: at,
    status: 'PREPARING',
    attempt: 1,
    timeline: [{ status: 'PREPARING', at, attempt: 1 }],
    run: 1,
    due: at,
    revision: 1,
  };
}

/** What every order has that comes to its next stage, the same attempt's or the next one's. */
function moved(order: OrderUnderWay, status: OrderStatus, now: Date, attempt = order.attempt) {
  const at = now.toISOString();
  return {
    ...UnderWay.parse(order),
    attempt,
    timeline: [...order.timeline, { status, at, attempt }],
    due: at,
    revision: order.revision + 1,
  };
}

const ended = (order: OrderUnderWay, status: EndedOrder['status'], now: Date) => ({
  ...moved(order, status, now),
  ended_at: now.toISOString(),
  told: false,
});

/** Dough and filling of an attempt are done; an order that is elsewhere is no change. */
export function startBaking(order: Order, attempt: number, now: Date): Order {
  if (order.status !== 'PREPARING' || order.attempt !== attempt) return order;
  return { ...moved(order, 'BAKING', now), status: 'BAKING' };
}

/** The pizza of an attempt is out of the oven; an order that is elsewhere is no change. */
export function startEvaluating(order: Order, attempt: number, now: Date): Order {
  if (order.status !== 'BAKING' || order.attempt !== attempt) return order;
  return { ...moved(order, 'EVALUATING', now), status: 'EVALUATING' };
}

/**
 * The verdict on the pizza of an attempt, once: a good one waits to be received for `receiptTime` milliseconds, a bad one is made anew, and
 * the last bad one fails the order. An order that is elsewhere, because it has its verdict, is no change.
 */
export function judge(
  order: Order,
  { attempt, good }: { readonly attempt: number; readonly good: boolean },
  receiptTime: number,
  now: Date,
): Order {
  if (order.status !== 'EVALUATING' || order.attempt !== attempt) return order;
  if (good) {
    const receive_until = new Date(now.getTime() + receiptTime).toISOString();
    const status = 'WAITING_FOR_RECEIPT';
    return { ...moved(order, status, now), status, receive_until, due: receive_until };
  }
  if (attempt >= MOST_ATTEMPTS) return { ...ended(order, 'FAILED', now), status: 'FAILED', reason: 'BAD_PIZZAS' };
  return { ...moved(order, 'PREPARING', now, attempt + 1), status: 'PREPARING' };
}

/** Ends an order that nobody has received in time; one that is elsewhere, or whose time is not over, is no change. */
export function endReceipt(order: Order, now: Date): Order {
  if (order.status !== 'WAITING_FOR_RECEIPT' || Date.parse(order.receive_until) > now.getTime()) return order;
  return { ...ended(order, 'NOT_RECEIVED', now), status: 'NOT_RECEIVED' };
}

/** Gives an order up that the kitchen does not get done; one that has ended is no change. */
export function failOrder(order: Order, now: Date): Order {
  if (hasEnded(order)) return order;
  return { ...ended(order, 'FAILED', now), status: 'FAILED', reason: 'KITCHEN_FAILURE' };
}

/** The customer was told of the end; an order without one is no change. */
export function endTold(order: Order): Order {
  if (!hasEnded(order) || order.told) return order;
  return { ...order, told: true, revision: order.revision + 1 };
}

/** Hands it to its `run`-th execution; one that needs none any more, or that a later one has, is no change. */
export function takeOver(order: Order, run: number, now: Date): Order {
  if (!isOpen(order) || order.run >= run) return order;
  return { ...order, run, due: now.toISOString(), revision: order.revision + 1 };
}

/**
 * The customer has it. Throws OrderNotFound for somebody else's and for one that is still being prepared, OrderEnded for one that was
 * received before, or has another end.
 */
export function receiveOrder(order: Order, userId: string, now: Date): Order {
  ensureOwn(order, userId);
  ensureNotEnded(order);
  if (order.status !== 'WAITING_FOR_RECEIPT') throw new OrderNotFound();
  return { ...ended(order, 'RECEIVED', now), status: 'RECEIVED' };
}

/** The customer takes it back. Throws OrderNotFound for somebody else's, TooLateToCancel from the oven on, OrderEnded. */
export function cancelOrder(order: Order, userId: string, now: Date): Order {
  ensureOwn(order, userId);
  ensureNotEnded(order);
  if (order.status !== 'PREPARING') throw new TooLateToCancel();
  return { ...ended(order, 'CANCELLED', now), status: 'CANCELLED' };
}

/** Takes out of it who its customer was, who is not told of anything any more; what had no end is cancelled. */
export function forgetCustomer(order: Order, now: Date): EndedOrder {
  const end: EndedOrder = hasEnded(order) ? order : { ...ended(order, 'CANCELLED', now), status: 'CANCELLED' };
  if (end.user_id === undefined) return end;
  const { user_id, address, additional_phone, note, ...rest } = end;
  // The fingerprint would tell whoever guesses the address that they are right.
  return { ...rest, fingerprint: '', told: true, revision: order.revision + 1 };
}

function ensureOwn(order: Order, userId: string): void {
  if (order.user_id !== userId) throw new OrderNotFound();
}

const ENDS: Record<EndedOrder['status'], string> = {
  RECEIVED: 'The order was received before',
  NOT_RECEIVED: 'The order was not received in time',
  FAILED: 'The order has failed',
  CANCELLED: 'The order was cancelled',
};

function ensureNotEnded(order: Order): asserts order is OrderUnderWay {
  if (hasEnded(order)) throw new OrderEnded(ENDS[order.status]);
}
