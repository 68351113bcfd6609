import * as z from 'zod';
import { type Order, OrderStatus, TimelineEntry } from './order.ts';

const instant = z.iso.datetime();

/** The form of this is PizzaBoom's, whose clients rely on it. */
export const OrderView = z.object({
  id: z.string(),
  user_id: z.string().nullable().describe('null when the customer has left; the address is null then, too'),
  created_at: instant,
  address: z.string().nullable(),
  additional_phone: z.string().nullable(),
  note: z.string().nullable(),
  status: OrderStatus,
});

/** An order with everything that has become of it. */
export const OrderDetail = OrderView.extend({
  attempt: z.int().min(1).describe('The pizza that is under way, or was the last one'),
  receive_until: instant.optional().describe('While it waits to be received'),
  timeline: z.array(TimelineEntry).describe('Every stage, the first one first'),
});

/** What was done, and the order after that. */
export const Done = z.object({ message: z.string(), order: OrderView });

/** What the customer has not given is null. */
export const viewOrder = (order: Order): z.input<typeof OrderView> => ({
  ...order,
  user_id: order.user_id ?? null,
  address: order.address ?? null,
  additional_phone: order.additional_phone ?? null,
  note: order.note ?? null,
});

export const viewDetail = (order: Order): z.input<typeof OrderDetail> => ({ ...order, ...viewOrder(order) });
