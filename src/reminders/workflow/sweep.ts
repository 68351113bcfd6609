import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { logger } from '../../shared/logger.ts';
import { stepFunctionsExecutions } from '../../shared/workflow/executions.ts';
import { dueIndex } from '../due-index.ts';
import { reminderStore } from '../reminder-store.ts';
import { sweep } from '../sweep.ts';

const env = readEnv(z.object({ REMINDERS_TABLE: z.string().min(1), LIFECYCLE_ARN: z.string().min(1) }));
const client = documentClient();
const index = dueIndex(client, env.REMINDERS_TABLE);
const reminders = reminderStore(client, env.REMINDERS_TABLE);
// Many calls at the same moment: when Step Functions throttles them, the client slows down as a whole.
const sfn = new SFNClient({ maxAttempts: 8, retryMode: 'adaptive' });
const executions = stepFunctionsExecutions(sfn, env.LIFECYCLE_ARN);

/** Called by the schedule, every minute. */
export async function handler() {
  const result = await sweep({
    index,
    reminders,
    executions,
    now: systemClock,
    report: (finding, about) => logger.error(finding, { ...about }),
  });
  logger.info('swept', { ...result });
  // The next pass comes back to them; until then the operators are told.
  if (result.failed > 0) throw new Error(`${result.failed} entries could not be dealt with`);
  return result;
}
