import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { systemClock } from '../../shared/clock.ts';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { creationFor } from '../../shared/http/creation.ts';
import { stepFunctionsExecutions } from '../../shared/workflow/executions.ts';
import { task } from '../../shared/workflow/task.ts';
import { askRedrive } from '../ask-redrive.ts';
import { RedriveInput, RedriveNotFound } from '../redrive.ts';
import { redriveStore } from '../redrive-store.ts';
import { viewRedrive } from '../view.ts';

const env = readEnv(z.object({ REDRIVES_TABLE: z.string().min(1), REDRIVE_ARN: z.string().min(1) }));
const redrives = redriveStore(documentClient(), env.REDRIVES_TABLE);
const executions = stepFunctionsExecutions(new SFNClient({}), env.REDRIVE_ARN);

/** For whoever may call the function, which is the operator: asks for a redrive, or how one stands. */
const Input = z.union([z.strictObject({ id: z.string() }), RedriveInput]);

export const handler = task(Input, async (input) => {
  if (!('id' in input)) {
    const creation = creationFor(undefined, 'operator', input);
    return viewRedrive(await askRedrive(input, creation, 'operator', { redrives, executions }, systemClock()));
  }
  const redrive = await redrives.find(input.id);
  if (!redrive) throw new RedriveNotFound();
  return viewRedrive(redrive);
});
