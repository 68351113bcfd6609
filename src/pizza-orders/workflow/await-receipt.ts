import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { awaitReceipt } from '../await-receipt.ts';
import { orderStore } from '../order-store.ts';

const env = readEnv(z.object({ PIZZA_ORDERS_TABLE: z.string().min(1) }));
const orders = orderStore(documentClient(), env.PIZZA_ORDERS_TABLE);

const Input = z.object({ orderId: z.string(), run: z.int(), token: z.string() });

export const handler = task(Input, (wait) => awaitReceipt(wait, { orders }, systemClock()));
