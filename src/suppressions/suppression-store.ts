import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { getMany, type Key, unlessConditionFails } from '../shared/dynamodb/items.ts';
import { normalised, SUPPRESSIBLE, type SuppressedChannel, Suppression } from './suppression.ts';

/*
 * Table suppressions:
 *
 *   pk                   sk           what
 *   <channel>#<address>  suppression  Suppression; or, when it was lifted, { lifted_at, expires_at }, so that a late report of something
 *                                     that happened before changes nothing
 *
 * Index by-channel holds what is suppressed: `channel`, sorted by `listed_at` (`<since>#<address>`). What is lifted leaves the index at
 * once, and the table by TTL.
 */
const BY_CHANNEL = 'by-channel';

const key = (channel: SuppressedChannel, address: string): Key => ({ pk: `${channel}#${address}`, sk: 'suppression' });

/** Longer than SNS tries to hand over a message (23 days: SNS developer guide, "Message delivery retries"). Milliseconds. */
const REMEMBERED_FOR = 30 * 24 * 60 * 60 * 1000;

const Listed = Suppression.extend({ listed_at: z.string() });
const Found = z.union([Suppression, z.object({ lifted_at: z.string() })]);

export interface SuppressionPage {
  readonly items: Suppression[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined;
}

/** What is asked before something is sent. */
export interface Suppressions {
  /** Those of the addresses, as they were given, that nothing may be sent to. Eventually consistent: half a read unit an address. */
  among(channel: SuppressedChannel, addresses: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface SuppressionStore extends Suppressions {
  /** Safe to repeat: the first report stands, and what happened before the address was lifted changes nothing. */
  suppress(suppression: Suppression): Promise<void>;
  /** Ends what began by then, also where its report is still on the way. Safe to repeat. */
  lift(channel: SuppressedChannel, address: string, at: Date): Promise<void>;
  find(channel: SuppressedChannel, address: string): Promise<Suppression | undefined>;
  /** The newest first, of one channel or of all; `before` is where the page before ended. */
  list(channel: SuppressedChannel | undefined, limit: number, before: string | undefined): Promise<SuppressionPage>;
}

/** Undefined for what was lifted. */
function suppressionIn(item: unknown): Suppression | undefined {
  const found = Found.parse(item);
  return 'lifted_at' in found ? undefined : found;
}

/** What is suppressed of an address: on its channel, or on none when it is not an address at all. */
export async function findSuppressions(
  suppressions: Pick<SuppressionStore, 'find'>,
  channel: SuppressedChannel | undefined,
  address: string,
): Promise<Suppression[]> {
  const found = (channel ? [channel] : SUPPRESSIBLE).map((each) => {
    const spelled = normalised(each, address);
    return spelled === null ? undefined : suppressions.find(each, spelled);
  });
  return (await Promise.all(found)).flatMap((each) => each ?? []);
}

export function suppressionStore(client: DynamoDBDocumentClient, table: string): SuppressionStore {
  /** Puts the item if the condition holds, and leaves what is there otherwise. */
  async function put(Item: Record<string, unknown>, ConditionExpression: string, at: string): Promise<void> {
    const ExpressionAttributeValues = { ':at': at };
    const write = new PutCommand({ TableName: table, Item, ConditionExpression, ExpressionAttributeValues });
    await unlessConditionFails(() => client.send(write));
  }

  async function newest(channel: SuppressedChannel, limit: number, before: string | undefined) {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: BY_CHANNEL,
        KeyConditionExpression: `channel = :channel${before === undefined ? '' : ' AND listed_at < :before'}`,
        ExpressionAttributeValues: { ':channel': channel, ...(before === undefined ? {} : { ':before': before }) },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return Items.map((item) => Listed.parse(item));
  }

  return {
    async among(channel, addresses) {
      const spelled = new Map(addresses.map((address) => [address, normalised(channel, address)]));
      const keys = [...new Set(spelled.values())].flatMap((address) => (address === null ? [] : key(channel, address)));
      const items = await getMany(client, table, keys);
      const suppressed = new Set<string | null>(items.flatMap((item) => suppressionIn(item)?.address ?? []));
      return new Set(addresses.filter((address) => suppressed.has(spelled.get(address) ?? null)));
    },

    async suppress(suppression) {
      const { channel, address, since } = suppression;
      const item = { ...key(channel, address), ...suppression, listed_at: `${since}#${address}` };
      await put(item, 'attribute_not_exists(pk) OR lifted_at < :at', since);
    },

    async lift(channel, address, at) {
      const lifted_at = at.toISOString();
      const expires_at = Math.ceil((at.getTime() + REMEMBERED_FOR) / 1000);
      const item = { ...key(channel, address), lifted_at, expires_at };
      await put(item, 'attribute_not_exists(pk) OR since <= :at OR lifted_at < :at', lifted_at);
    },

    async find(channel, address) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: key(channel, address), ConsistentRead: true }),
      );
      return Item && suppressionIn(Item);
    },

    async list(channel, limit, before) {
      const channels = channel ? [channel] : SUPPRESSIBLE;
      const found = (await Promise.all(channels.map((each) => newest(each, limit + 1, before)))).flat();
      const page = found.sort((a, b) => (a.listed_at < b.listed_at ? 1 : -1)).slice(0, limit);
      return { items: page, next: found.length > limit ? page.at(-1)?.listed_at : undefined };
    },
  };
}
