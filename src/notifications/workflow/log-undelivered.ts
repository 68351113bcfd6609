import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { task } from '../../shared/workflow/task.ts';
import { logUndelivered } from '../delivery/deliver-batch.ts';
import { deliveryStore } from '../delivery/delivery-store.ts';
import { BatchInput } from './batch-task.ts';

const env = readEnv(z.object({ DELIVERIES_TABLE: z.string().min(1) }));
const deliveries = deliveryStore(documentClient(), env.DELIVERIES_TABLE);

export const handler = task(BatchInput, (input) => logUndelivered(input, { deliveries, now: systemClock }));
