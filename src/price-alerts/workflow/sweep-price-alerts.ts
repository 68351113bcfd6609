import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { sweepTask } from '../../shared/workflow/sweep.ts';
import { sweepAlerts } from '../sweep.ts';
import { deployedTelling, TellingEnv } from './telling.ts';

const deps = deployedTelling(documentClient(), readEnv(TellingEnv));

export const handler = sweepTask((report) => sweepAlerts({ ...deps, report }));
