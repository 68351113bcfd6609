import * as z from 'zod';
import { mailReport } from '../../channels/ses-event.ts';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { subscriber } from '../../shared/workflow/topic.ts';
import { suppressionStore } from '../../suppressions/suppression-store.ts';
import { deliveryStore } from '../delivery/delivery-store.ts';
import { recordMailReport } from '../delivery/report-delivery.ts';

const env = readEnv(z.object({ DELIVERIES_TABLE: z.string().min(1), SUPPRESSIONS_TABLE: z.string().min(1) }));
const client = documentClient();
const deps = {
  deliveries: deliveryStore(client, env.DELIVERIES_TABLE),
  suppressions: suppressionStore(client, env.SUPPRESSIONS_TABLE),
  now: systemClock,
};

export const handler = subscriber(async ({ text }) => {
  const report = mailReport(text);
  if (report) await recordMailReport(report, deps);
});
