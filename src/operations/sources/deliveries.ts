import { SETTLED_WITHIN } from '../../notifications/delivery/undelivered.ts';
import { SHARDS } from '../../shared/shard.ts';
import { DAY } from '../../shared/time.ts';
import { bounded, type Finding, type Source } from '../finding.ts';

/** Findings of a shard, and things looked at for them: many rightly wait, for the end of quiet hours above all. */
const MOST_FOUND = 25;
const MOST_LOOKED_AT = 200;

/** Something whose deliveries go on: since `due` (instant, ISO 8601 UTC). */
interface Open {
  readonly id: string;
  readonly due: string;
}

/** One kind of thing that is delivered. */
export interface Kind {
  readonly name: string;
  /** Those of a shard that are open since before an instant, earliest first. */
  open(shard: number, before: Date): AsyncIterable<Open>;
  /** Milliseconds after which it can have nothing to wait for. */
  readonly longest: number;
  link(id: string): string;
}

interface Deps {
  readonly kinds: readonly Kind[];
  /** How many deliveries of a dispatch have no outcome; undefined where nobody was selected. */
  undelivered(dispatchId: string, now: Date): Promise<number | undefined>;
}

/** What was begun more than half an hour ago and has deliveries without an outcome that nobody waits for. */
export function deliveries({ kinds, undelivered }: Deps): Source {
  async function openOf(kind: Kind, shard: number, now: Date): Promise<Finding[]> {
    const found: Finding[] = [];
    let looked = 0;
    for await (const entry of kind.open(shard, new Date(now.getTime() - SETTLED_WITHIN))) {
      const finding = await findingOf(kind, entry, now);
      if (finding) found.push(finding);
      if (found.length === MOST_FOUND || ++looked === MOST_LOOKED_AT) break;
    }
    return found;
  }

  async function findingOf(kind: Kind, { id, due: since }: Open, now: Date): Promise<Finding | undefined> {
    const count = await undelivered(id, now);
    const common = { source: 'deliveries' as const, about: id, where: id, since, link: kind.link(id) };
    if (count === undefined) return { ...common, what: `The recipients of ${kind.name} were not selected`, count: 1 };
    if (count > 0) return { ...common, what: `Deliveries of ${kind.name} have no outcome`, count };
    const isTooOld = now.getTime() - Date.parse(since) > kind.longest;
    return isTooOld
      ? { ...common, what: `What ${kind.name} sends is not settled after ${kind.longest / DAY} days`, count: 1 }
      : undefined;
  }

  return {
    name: 'deliveries',
    async look(now) {
      const parts = kinds.flatMap((kind) => Array.from({ length: SHARDS }, (_, shard) => openOf(kind, shard, now)));
      return bounded((await Promise.all(parts)).flat());
    },
  };
}
