import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeValue,
  DescribeTableCommand,
  type GlobalSecondaryIndexDescription,
  type LocalSecondaryIndexDescription,
  QueryCommand as PlainQueryCommand,
} from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { itemSize } from './item-size.ts';

/** Capacity units of on-demand tables. */
export interface Units {
  read: number;
  write: number;
  calls: number;
}

type Item = Record<string, unknown>;
type Index = GlobalSecondaryIndexDescription | LocalSecondaryIndexDescription;

const Item = z.record(z.string(), z.unknown());
const Keyed = z.looseObject({ pk: z.string(), sk: z.string() });
const One = z.object({ TableName: z.string(), Key: Keyed, ConsistentRead: z.boolean().optional() });
const Put = z.object({ TableName: z.string(), Item: Keyed });
const Query = z.looseObject({
  TableName: z.string(),
  IndexName: z.string().optional(),
  ConsistentRead: z.boolean().optional(),
});
const Plain = z.object({
  ExpressionAttributeValues: z.record(
    z.string(),
    z.union([z.strictObject({ S: z.string() }), z.strictObject({ N: z.string() })]),
  ),
});
const Transaction = z.object({
  TransactItems: z.array(z.object({ Put: Put.optional(), Update: One.optional(), Delete: One.optional() })),
});
const BatchGet = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(Keyed), ConsistentRead: z.boolean().optional() })),
});
const BatchWrite = z.object({
  RequestItems: z.record(
    z.string(),
    z.array(
      z.object({
        PutRequest: z.object({ Item: Keyed }).optional(),
        DeleteRequest: z.object({ Key: Keyed }).optional(),
      }),
    ),
  ),
});

interface Place {
  readonly table: string;
  readonly key: { readonly pk: string; readonly sk: string };
}

/**
 * Counts what the calls of `client` cost on AWS, from the sizes of the items that they touch: the emulator's own figures know neither
 * indexes nor queries. `inspect` is another client of the same tables, whose calls are not counted.
 */
export function meter(client: DynamoDBDocumentClient, inspect: DynamoDBDocumentClient) {
  let units: Units = { read: 0, write: 0, calls: 0 };
  const indexes = new Map<string, Promise<Index[]>>();

  const indexesOf = (table: string) => {
    const known = indexes.get(table) ?? describeIndexes(inspect, table);
    indexes.set(table, known);
    return known;
  };
  const look = async ({ table, key }: Place): Promise<Item | undefined> =>
    (await inspect.send(new GetCommand({ TableName: table, Key: { pk: key.pk, sk: key.sk }, ConsistentRead: true })))
      .Item;

  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { commandName = '' } = context;
      const { places, factor } = written(commandName, args.input);
      const before = await Promise.all(places.map(look));
      units.calls++;
      const count = async () => {
        const after = await Promise.all(places.map(look));
        for (const [n, place] of places.entries()) {
          const cost = writeUnits(before[n], after[n], factor, await indexesOf(place.table));
          units.write += cost;
        }
      };
      try {
        const result = await next(args);
        await count();
        const cost = await readUnits(commandName, args.input, inspect, look);
        units.read += cost;
        return result;
      } catch (error) {
        // A condition that does not hold costs what the write would have.
        await count();
        throw error;
      }
    },
    { step: 'initialize', priority: 'high', name: 'meter' },
  );

  return {
    /** The units since the last time. */
    take(): Units {
      const taken = units;
      units = { read: 0, write: 0, calls: 0 };
      return taken;
    },
  };
}

/** What a command writes, and what a unit of it counts for. */
function written(command: string, input: unknown): { places: Place[]; factor: number } {
  const place = (TableName: string, { pk, sk }: z.infer<typeof Keyed>): Place => ({
    table: TableName,
    key: { pk, sk },
  });
  switch (command) {
    case 'PutItemCommand': {
      const { TableName, Item } = Put.parse(input);
      return { places: [place(TableName, Item)], factor: 1 };
    }
    case 'UpdateItemCommand':
    case 'DeleteItemCommand': {
      const { TableName, Key } = One.parse(input);
      return { places: [place(TableName, Key)], factor: 1 };
    }
    case 'BatchWriteItemCommand': {
      const places = Object.entries(BatchWrite.parse(input).RequestItems).flatMap(([table, requests]) =>
        requests.flatMap(({ PutRequest, DeleteRequest }) => {
          const key = PutRequest?.Item ?? DeleteRequest?.Key;
          return key ? [place(table, key)] : [];
        }),
      );
      return { places, factor: 1 };
    }
    case 'TransactWriteItemsCommand': {
      const places = Transaction.parse(input).TransactItems.flatMap(({ Put, Update, Delete }) => {
        if (Put) return [place(Put.TableName, Put.Item)];
        const one = Update ?? Delete;
        return one ? [place(one.TableName, one.Key)] : [];
      });
      return { places, factor: 2 };
    }
    case 'GetItemCommand':
    case 'BatchGetItemCommand':
    case 'QueryCommand':
      return { places: [], factor: 1 };
    default:
      throw new Error(`What a ${command} costs is not known here`);
  }
}

/** By the larger of the item before and after, and for every index by what of it changes (developer guide, "Read and write operations"). */
function writeUnits(
  before: Item | undefined,
  after: Item | undefined,
  factor: number,
  indexes: readonly Index[],
): number {
  const table = factor * kilobytes(Math.max(itemSize(before ?? {}), itemSize(after ?? {})));
  const inIndexes = indexes.map((index) => {
    const old = projected(before, index);
    const now = projected(after, index);
    if (!old && !now) return 0;
    if (isDeepStrictEqual(old, now)) return 0;
    if (old && now) {
      const moved = keysOf(index).some((key) => old[key] !== now[key]);
      const one = kilobytes(Math.max(itemSize(old), itemSize(now)));
      return moved ? kilobytes(itemSize(old)) + kilobytes(itemSize(now)) : one;
    }
    return kilobytes(itemSize(old ?? now ?? {}));
  });
  return inIndexes.reduce((sum, each) => sum + each, table);
}

const keysOf = (index: Index) => (index.KeySchema ?? []).flatMap(({ AttributeName }) => AttributeName ?? []);

function projected(item: Item | undefined, index: Index): Item | undefined {
  const keys = keysOf(index);
  if (!item || keys.some((key) => item[key] === undefined)) return undefined;
  if (index.Projection?.ProjectionType === 'ALL') return item;
  const names = new Set(['pk', 'sk', ...keys, ...(index.Projection?.NonKeyAttributes ?? [])]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

async function readUnits(
  command: string,
  input: unknown,
  inspect: DynamoDBDocumentClient,
  look: (place: Place) => Promise<Item | undefined>,
): Promise<number> {
  switch (command) {
    case 'GetItemCommand': {
      const { TableName, Key, ConsistentRead } = One.parse(input);
      return pages(itemSize((await look({ table: TableName, key: Key })) ?? {})) * (ConsistentRead ? 1 : 0.5);
    }
    case 'BatchGetItemCommand': {
      const places = Object.entries(BatchGet.parse(input).RequestItems).flatMap(([table, { Keys, ConsistentRead }]) =>
        Keys.map((key) => ({ table, key, factor: ConsistentRead ? 1 : 0.5 })),
      );
      const costs = places.map(async (place) => pages(itemSize((await look(place)) ?? {})) * place.factor);
      return (await Promise.all(costs)).reduce((sum, cost) => sum + cost, 0);
    }
    case 'QueryCommand': {
      // What is counted is read all the same.
      const { ProjectionExpression: _, Select: _counted, ...query } = Query.parse(input);
      if (isPlain(query)) {
        const { Items = [] } = await inspect.send(new PlainQueryCommand(query));
        return pages(Items.reduce((sum, item) => sum + itemSize(textsAndNumbers(item)), 0)) * 0.5;
      }
      // Billed is what is read, not what is answered.
      const { Items } = await inspect.send(new QueryCommand(query));
      const read = (Items ?? []).reduce((sum, item) => sum + itemSize(Item.parse(item)), 0);
      return pages(read) * (query.ConsistentRead ? 1 : 0.5);
    }
    default:
      return 0;
  }
}

const textsAndNumbers = (item: Record<string, AttributeValue>) =>
  Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, S ?? Number(N)]));

/** Whether a query names its values in the table's own form. */
const isPlain = (query: object) => Plain.safeParse(query).success;

const kilobytes = (bytes: number) => Math.max(1, Math.ceil(bytes / 1024));
const pages = (bytes: number) => Math.max(1, Math.ceil(bytes / 4096));

async function describeIndexes(client: DynamoDBDocumentClient, table: string) {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  return [...(Table?.GlobalSecondaryIndexes ?? []), ...(Table?.LocalSecondaryIndexes ?? [])];
}
