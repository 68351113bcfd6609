import * as z from 'zod';
import { milliseconds } from '../../../shared/duration.ts';
import { documentClient } from '../../../shared/dynamodb/client.ts';
import { readEnv } from '../../../shared/env.ts';
import { TerritoriesEnv } from '../territories-env.ts';
import { type TerritoryStore, territoryStore } from '../territory-store.ts';

/** What a function that captures works with, by its environment. */
export function capturing(): { territories: TerritoryStore; decay: number } {
  const env = readEnv(
    TerritoriesEnv.pick({ GAME_CELL_DECAY: true }).extend({ GAME_TERRITORIES_TABLE: z.string().min(1) }),
  );
  const decay = milliseconds(env.GAME_CELL_DECAY);
  return { territories: territoryStore(documentClient(), env.GAME_TERRITORIES_TABLE, decay), decay };
}
