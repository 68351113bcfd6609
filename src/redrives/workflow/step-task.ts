import * as z from 'zod';
import { deliveryStore } from '../../notifications/delivery/delivery-store.ts';
import { failureStore } from '../../notifications/delivery/failure-store.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { redriveStore } from '../redrive-store.ts';

/** What `redrive.asl.yml` hands to its functions. */
export const StepInput = z.object({ redriveId: z.string(), run: z.number().int() });

/** What they need. */
export function stepDeps() {
  const env = readEnv(z.object({ REDRIVES_TABLE: z.string().min(1), DELIVERIES_TABLE: z.string().min(1) }));
  const client = documentClient();
  return {
    redrives: redriveStore(client, env.REDRIVES_TABLE),
    deliveries: deliveryStore(client, env.DELIVERIES_TABLE),
    failures: failureStore(client, env.DELIVERIES_TABLE),
    now: systemClock,
  };
}
