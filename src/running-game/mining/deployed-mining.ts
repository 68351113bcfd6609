import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { milliseconds } from '../../shared/duration.ts';
import { TerritoriesEnv } from '../territories/territories-env.ts';
import { territoryStore } from '../territories/territory-store.ts';
import { walletStore } from '../wallet/wallet-store.ts';
import { MiningEnv, miningRules } from './mining-env.ts';
import { miningStore } from './mining-store.ts';

/** What a function has to know to mine. */
export const DeployedMiningEnv = MiningEnv.omit({ GAME_MINING_ROUND: true }).extend({
  GAME_WALLETS_TABLE: z.string().min(1),
  GAME_TERRITORIES_TABLE: z.string().min(1),
  GAME_CELL_DECAY: TerritoriesEnv.shape.GAME_CELL_DECAY,
});

export const deployedMining = (client: DynamoDBDocumentClient, env: z.output<typeof DeployedMiningEnv>) => ({
  mining: miningStore(client, env.GAME_WALLETS_TABLE),
  wallets: walletStore(client, env.GAME_WALLETS_TABLE),
  territory: territoryStore(client, env.GAME_TERRITORIES_TABLE, milliseconds(env.GAME_CELL_DECAY)),
  rules: miningRules(env),
});
