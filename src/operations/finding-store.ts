/*
 * Table findings
 *
 *   pk findings   sk <source>#<about>   a finding that is open, or whose recovery nobody was told of yet
 *
 * One partition: there are some hundreds at the very most (`bounded`), and a look reads those of its source.
 */
import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { queryAll, unlessConditionFails } from '../shared/dynamodb/items.ts';
import type { Known } from './decide.ts';
import { Finding, fingerprintOf, type SourceName } from './finding.ts';

const State = z.enum(['open', 'recovered']);
const Item = Finding.extend({
  state: State,
  looked_at: z.iso.datetime(),
  missed: z.number().int(),
  told: z.object({ state: State, count: z.number().int() }).optional(),
});

/** Seconds for which one run alone tells of a finding; a run that died is taken over from by a later one. */
const CLAIMED_FOR = 120;

export interface FindingStore {
  /** Everything that is remembered, or what is of one source. */
  known(source?: SourceName): Promise<Known[]>;
  /** Remembers what a look has decided, unless a later one has. */
  save(known: Known): Promise<void>;
  /** Lets one run alone tell of a finding, as it is known; false when another one does, or it has changed meanwhile. */
  claim(known: Known, run: string, now: Date): Promise<boolean>;
  /** The operators were told; what has recovered is forgotten by this. */
  told(known: Known, run: string): Promise<void>;
  /** They were not. */
  release(known: Known, run: string): Promise<void>;
}

export function findingStore(client: DynamoDBDocumentClient, table: string): FindingStore {
  const at = (known: Known) => ({ TableName: table, Key: { pk: 'findings', sk: fingerprintOf(known) } });

  return {
    async known(source) {
      const prefix = source === undefined ? {} : { ':prefix': `${source}#` };
      const items = queryAll(client, {
        TableName: table,
        KeyConditionExpression: `pk = :pk${source === undefined ? '' : ' AND begins_with(sk, :prefix)'}`,
        ExpressionAttributeValues: { ':pk': 'findings', ...prefix },
        ConsistentRead: true,
      });
      return (await Array.fromAsync(items)).map((item) => Item.parse(item));
    },

    async save(known) {
      const { told: _, ...fields } = known;
      const names = Object.keys(fields);
      const update = new UpdateCommand({
        ...at(known),
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        ConditionExpression: 'attribute_not_exists(#looked_at) OR #looked_at < :looked_at',
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(fields).map(([name, value]) => [`:${name}`, value]),
        ),
      });
      await unlessConditionFails(() => client.send(update));
    },

    async claim(known, run, now) {
      const seconds = Math.floor(now.getTime() / 1000);
      const update = new UpdateCommand({
        ...at(known),
        UpdateExpression: 'SET claimed_by = :run, claimed_until = :until',
        ConditionExpression:
          '#state = :state AND #count = :count AND (attribute_not_exists(claimed_until) OR claimed_until < :now OR claimed_by = :run)',
        ExpressionAttributeNames: { '#state': 'state', '#count': 'count' },
        ExpressionAttributeValues: {
          ':run': run,
          ':until': seconds + CLAIMED_FOR,
          ':now': seconds,
          ':state': known.state,
          ':count': known.count,
        },
      });
      return (await unlessConditionFails(() => client.send(update))) !== undefined;
    },

    async told(known, run) {
      const { state, count } = known;
      if (state === 'recovered') {
        const forget = new DeleteCommand({
          ...at(known),
          ConditionExpression: '#state = :state AND claimed_by = :run',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':state': state, ':run': run },
        });
        // Otherwise it is back already, which is news again.
        if (await unlessConditionFails(() => client.send(forget))) return;
      }
      const update = new UpdateCommand({
        ...at(known),
        UpdateExpression: 'SET told = :told REMOVE claimed_by, claimed_until',
        ConditionExpression: 'claimed_by = :run',
        ExpressionAttributeValues: { ':told': { state, count }, ':run': run },
      });
      await unlessConditionFails(() => client.send(update));
    },

    async release(known, run) {
      const update = new UpdateCommand({
        ...at(known),
        UpdateExpression: 'REMOVE claimed_by, claimed_until',
        ConditionExpression: 'claimed_by = :run',
        ExpressionAttributeValues: { ':run': run },
      });
      await unlessConditionFails(() => client.send(update));
    },
  };
}
