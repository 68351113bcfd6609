import * as z from 'zod';
import { systemClock } from '../../../shared/clock.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { logger } from '../../../shared/logger.ts';
import { task } from '../../../shared/workflow/task.ts';
import { DeployedMiningEnv, deployedMining } from '../deployed-mining.ts';
import { minePage, Place } from '../mine-page.ts';

const deps = {
  ...deployedMining(documentClient(), readEnv(DeployedMiningEnv)),
  now: systemClock,
  report: (finding: string, about: object) => logger.error(finding, { ...about }),
};

/** What one call can do in a fraction of its time limit. */
const PORTION = 300;

const Input = z.object({ round: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d$/), from: Place });

export const handler = task(Input, async (input) => {
  const page = await minePage(input, PORTION, deps);
  logger.info('mined', { round: input.round, mined: page.mined, failed: page.failed });
  return page;
});
