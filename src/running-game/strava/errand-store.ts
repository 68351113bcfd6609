import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isLostRace, pastTransactions, pause, unlessConditionFails } from '../../shared/dynamodb/items.ts';
import { OpenEntry, openEntries } from '../../shared/dynamodb/open-index.ts';
import { ChangedMeanwhile } from '../../shared/errors.ts';
import { Errand } from './errand.ts';
import { errandKey, errandRow, reader, TRIES, unchanged } from './strava-rows.ts';

/** What is to be done for athletes. The rows are described in `strava-store.ts`. */
export interface ErrandStore {
  /** False when it is there. */
  addErrand(errand: Errand): Promise<boolean>;
  findErrand(id: string): Promise<Errand | undefined>;
  /** Applies a verb, again when somebody else was faster. Undefined where there is no errand. Throws ChangedMeanwhile after too many rivals. */
  changeErrand(id: string, verb: (errand: Errand) => Errand, now: Date): Promise<Errand | undefined>;
  open(shard: number, until: Date): AsyncIterable<OpenEntry>;
}

export function errandStore(client: DynamoDBDocumentClient, TableName: string): ErrandStore {
  const get = reader(client, TableName);
  const findErrand: ErrandStore['findErrand'] = (id) => get(Errand, errandKey(id));

  return {
    findErrand,

    async addErrand(errand) {
      const put = new PutCommand({
        TableName,
        Item: errandRow(errand, new Date(errand.due)),
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      return (await unlessConditionFails(() => pastTransactions(() => client.send(put)))) !== undefined;
    },

    async changeErrand(id, verb, now) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = await findErrand(id);
        if (!before) return undefined;
        const changed = verb(before);
        if (changed === before) return changed;
        const put = new PutCommand({ TableName, Item: errandRow(changed, now), ...unchanged(before) });
        try {
          await client.send(put);
          return changed;
        } catch (error) {
          if (!isLostRace(error)) throw error;
        }
        await pause(attempt);
      }
      throw new ChangedMeanwhile();
    },

    open: (shard, until) => openEntries(client, TableName, OpenEntry, shard, until),
  };
}
