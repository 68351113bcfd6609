import type { OpenEntry } from '../shared/dynamodb/open-index.ts';
import { SHARDS } from '../shared/shard.ts';

/** Something of the game that has an execution until it is settled. */
export interface Kind {
  /** As in a sentence: `The finish of an event`. */
  readonly name: string;
  /** Those of one shard that were due up to `until`, earliest first. */
  open(shard: number, until: Date): AsyncIterable<OpenEntry>;
  /** For so long it can be under way where everything works; milliseconds. */
  readonly longest: number;
}

export interface Overdue<K extends Kind> {
  readonly kind: K;
  readonly entry: OpenEntry;
}

/** Of each shard: more tell nobody more. */
const MOST_FOUND = 25;

/** What is not settled although it is under way for longer than it can have to be. */
export async function overdueInGame<K extends Kind>(kinds: readonly K[], now: Date): Promise<Overdue<K>[]> {
  const ofShard = async (kind: K, shard: number) => {
    const found: Overdue<K>[] = [];
    for await (const entry of kind.open(shard, new Date(now.getTime() - kind.longest))) {
      if (found.push({ kind, entry }) === MOST_FOUND) break;
    }
    return found;
  };
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  return (await Promise.all(kinds.flatMap((kind) => shards.map((shard) => ofShard(kind, shard))))).flat();
}
