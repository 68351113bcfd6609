import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { chunks, inChunks } from '../../shared/chunks.ts';
import { Key, queryAll, queryKeys, unlessConditionFails } from '../../shared/dynamodb/items.ts';
import { queryPage } from '../../shared/dynamodb/query-page.ts';
import type { Page, PageRequest } from '../../shared/http/cursor.ts';
import { DAY } from '../../shared/time.ts';
import { type Captor, decayedBy, decaysAt, Held, isHeld, Outcome, sinceOf } from './territory.ts';

/**
 * Table `game-territories`
 *
 * | pk          | sk          | holds |
 * | ----------- | ----------- | --- |
 * | area#<area> | cell#<cell> | who holds a cell, by which run, and whose it was before |
 * | run#<id>    | plan        | who captures with a run, and in how many parts |
 * | run#<id>    | cells#<n>   | the cells of a part, by area |
 * | run#<id>    | outcome#<n> | what became of them |
 *
 * An area is a larger H3 cell around its cells, so that a look at a map reads what it shows. Cells leave by TTL (`expires_at`) when they
 * decay, and do not count from that very moment on; what was planned for a run leaves after a fortnight.
 *
 * Index `by-owner`: `user_id`, sorted by `since`, of cells.
 */
export interface TerritoryStore extends Holdings {
  /** Captures a cell for a run unless a later one has it, and answers how it is held then. The same again changes nothing. */
  capture(cell: CellOfArea, captor: Captor): Promise<Held>;
  /** The cells of an area that somebody holds. */
  inArea(area: string, now: Date): Promise<Held[]>;
  /** Those that a user holds, captured last first. */
  ofUser(userId: string, now: Date, page: PageRequest): Promise<Page<string>>;
  planOf(runId: string): Promise<Plan | undefined>;
  /** Keeps what a run is to capture; the first plan stands. Answers the plan that stands. */
  savePlan(captor: Captor, cells: readonly CellOfArea[], now: Date): Promise<Plan>;
  cellsOf(runId: string, part: number): Promise<CellOfArea[]>;
  outcomeOf(runId: string, part: number): Promise<Outcome | undefined>;
  /** The first outcome of a part stands. */
  saveOutcome(runId: string, part: number, outcome: Outcome, now: Date): Promise<void>;
  /** Makes all cells of a user nobody's. */
  forgetUser(userId: string): Promise<void>;
}

/** What mining asks. */
export interface Holdings {
  /** How many cells a user holds: those that have not decayed, counted in an index that lags behind by moments. */
  cellsHeld(userId: string, now: Date): Promise<number>;
}

export interface CellOfArea {
  readonly area: string;
  readonly cell: string;
}

const Plan = z.object({ run_id: z.string(), user_id: z.string(), saved_at: z.string(), parts: z.int().min(0) });
/** What a run captures, in parts that are numbered from 0. */
export type Plan = z.output<typeof Plan>;

/** Cells of one part: a function captures them in well under its time. */
const PART = 100;

const AT_ONCE = 25;

/** Longer than any execution goes on, or is redriven; milliseconds. */
const PLAN_KEPT_FOR = 14 * DAY;

const cellKey = ({ area, cell }: CellOfArea): Key => ({ pk: `area#${area}`, sk: `cell#${cell}` });
const runKey = (id: string, sk: string): Key => ({ pk: `run#${id}`, sk });
const Areas = z.object({ areas: z.record(z.string(), z.array(z.string())) });
const OwnersCell = Key.unwrap().transform(({ sk }) => sk.slice('cell#'.length));

const inSeconds = (instant: Date) => Math.ceil(instant.getTime() / 1000);

/** `decay`: for how long a cell is held that is not captured again; milliseconds. */
export function territoryStore(client: DynamoDBDocumentClient, TableName: string, decay: number): TerritoryStore {
  async function get(Key: Key): Promise<unknown> {
    return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }

  const planOf: TerritoryStore['planOf'] = async (runId) => {
    const item = await get(runKey(runId, 'plan'));
    return item === undefined ? undefined : Plan.parse(item);
  };

  /** Puts something of a run unless it is there. */
  async function putFirst(key: Key, item: object, now: Date): Promise<void> {
    const expires_at = inSeconds(new Date(now.getTime() + PLAN_KEPT_FOR));
    const ConditionExpression = 'attribute_not_exists(pk)';
    const put = new PutCommand({ TableName, Item: { ...key, ...item, expires_at }, ConditionExpression });
    await unlessConditionFails(() => client.send(put));
  }

  const ofOwner = (userId: string, now: Date) => ({
    TableName,
    IndexName: 'by-owner',
    KeyConditionExpression: 'user_id = :user AND since > :decayed',
    ExpressionAttributeValues: { ':user': userId, ':decayed': decayedBy(now, decay) },
  });

  return {
    ...territoryForgetter(client, TableName),
    planOf,

    async capture(place, captor) {
      const Key = cellKey(place);
      const since = sinceOf(captor);
      const update = new UpdateCommand({
        TableName,
        Key,
        // The right sides are the item as it was before.
        UpdateExpression:
          'SET taken_from = if_not_exists(user_id, :nobody), taken_since = if_not_exists(since, :nobody), user_id = :user, since = :since, cell = :cell, expires_at = :decay',
        ConditionExpression: 'attribute_not_exists(since) OR since < :since',
        ExpressionAttributeValues: {
          ':nobody': null,
          ':user': captor.user_id,
          ':since': since,
          ':cell': place.cell,
          ':decay': inSeconds(decaysAt(since, decay)),
        },
        ReturnValues: 'ALL_NEW',
      });
      const written = await unlessConditionFails(() => client.send(update));
      return Held.parse(written ? written.Attributes : await get(Key));
    },

    async inArea(area, now) {
      const cells = queryAll(client, {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `area#${area}` },
      });
      const found: Held[] = [];
      for await (const item of cells) {
        const held = Held.parse(item);
        if (isHeld(held, decay, now)) found.push(held);
      }
      return found;
    },

    async ofUser(userId, now, page) {
      // The page before ended at what has decayed since: so has all that follows.
      if (page.after && String(page.after.since) <= decayedBy(now, decay)) return { items: [], next: undefined };
      return queryPage(client, OwnersCell, { ...ofOwner(userId, now), ScanIndexForward: false }, page);
    },

    async cellsHeld(userId, now) {
      let held = 0;
      let start: Record<string, unknown> | undefined;
      do {
        const { Count = 0, LastEvaluatedKey } = await client.send(
          new QueryCommand({ ...ofOwner(userId, now), Select: 'COUNT', ExclusiveStartKey: start }),
        );
        held += Count;
        start = LastEvaluatedKey;
      } while (start);
      return held;
    },

    async savePlan({ run_id, user_id, saved_at }, cells, now) {
      const parts = chunks(cells, PART);
      await Promise.all(
        parts.map((part, n) => {
          const byArea = [...Map.groupBy(part, ({ area }) => area)];
          const areas = Object.fromEntries(byArea.map(([area, its]) => [area, its.map(({ cell }) => cell)]));
          return putFirst(runKey(run_id, `cells#${n}`), { areas }, now);
        }),
      );
      const plan = { run_id, user_id, saved_at, parts: parts.length };
      // Last: what a plan names is there.
      await putFirst(runKey(run_id, 'plan'), plan, now);
      return (await planOf(run_id)) ?? plan;
    },

    async cellsOf(runId, part) {
      const { areas } = Areas.parse(await get(runKey(runId, `cells#${part}`)));
      return Object.entries(areas).flatMap(([area, cells]) => cells.map((cell) => ({ area, cell })));
    },

    async outcomeOf(runId, part) {
      const item = await get(runKey(runId, `outcome#${part}`));
      return item === undefined ? undefined : Outcome.parse(item);
    },

    saveOutcome: (runId, part, outcome, now) => putFirst(runKey(runId, `outcome#${part}`), outcome, now),
  };
}

/** Frees what somebody holds who leaves. Their runs are to be forgotten before, so that nothing is captured for them any more. */
export function territoryForgetter(
  client: DynamoDBDocumentClient,
  TableName: string,
): Pick<TerritoryStore, 'forgetUser'> {
  return {
    async forgetUser(userId) {
      const itsOwn = {
        // It may be somebody else's by then.
        ConditionExpression: 'user_id = :user',
        ExpressionAttributeValues: { ':user': userId },
      };
      const free = (Key: Key) =>
        unlessConditionFails(() => client.send(new DeleteCommand({ TableName, Key, ...itsOwn })));
      const keys = queryKeys(client, {
        TableName,
        IndexName: 'by-owner',
        KeyConditionExpression: itsOwn.ConditionExpression,
        ExpressionAttributeValues: itsOwn.ExpressionAttributeValues,
      });
      for await (const some of inChunks(keys, AT_ONCE)) await Promise.all(some.map(free));
    },
  };
}
