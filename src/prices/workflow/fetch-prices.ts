import * as z from 'zod';
import { documentClient } from '../../shared/dynamodb/client.ts';
import { readEnv } from '../../shared/env.ts';
import { logger } from '../../shared/logger.ts';
import { task } from '../../shared/workflow/task.ts';
import { DeployedPricesEnv, deployedPrices } from '../deployed-prices.ts';

const { look } = deployedPrices(documentClient(), readEnv(DeployedPricesEnv), 10_000);

export const handler = task(z.object({}), async () => {
  const looked = await look();
  const { markets, ...counts } = looked;
  logger.info('looked at prices', { ...counts, untreated: markets.length });
  return looked;
});
