import type { ChannelName } from '../channels/channel.ts';
import { chunks } from '../shared/chunks.ts';
import type { Person } from '../users/user.ts';
import {
  BATCH_SIZE,
  batchName,
  batchNames,
  type ChannelChoice,
  type Content,
  type LogRow,
  type Selection,
  selectChannels,
  shareOut,
  skipName,
} from './delivery.ts';
import type { DeliveryStore, PlannedBatch } from './delivery-store.ts';

export interface SelectDeps {
  readonly deliveries: Pick<DeliveryStore, 'begin' | 'addBatches' | 'selected'>;
  readonly users: { findMany(ids: string[]): Promise<Map<string, Person>> };
  readonly now: () => Date;
}

interface Audience {
  /** Of the cause: an occurrence, a notification. */
  readonly dispatchId: string;
  readonly run: number;
  readonly content: Content;
  readonly userIds: AsyncIterable<string> | Iterable<string>;
  readonly channels: ChannelChoice;
}

/** What the machine goes on with: names of batches, and how many deliveries are not made. */
interface Selected extends ReturnType<typeof shareOut> {
  readonly skipped: number;
}

/** People read at once; ten reads of a hundred. */
const READ_AT_ONCE = 1000;

/**
 * Decides who is reached on which channel and writes it down as batches of one channel and up to 50 recipients; whoever is not
 * reached gets a row with the reason at once. Answers the names of the batches and how many deliveries are not made. Run again it
 * answers what it answered before, or, if it had died halfway, begins anew.
 */
export async function selectRecipients(audience: Audience, { deliveries, users, now }: SelectDeps): Promise<Selected> {
  const dispatch = await deliveries.begin(audience.dispatchId, audience.content, audience.run, now());
  if (dispatch.selection) return answer(dispatch.selection);

  const reached = new Map<ChannelName, string[]>();
  const notReached = new Map<ChannelName, LogRow[]>();
  const at = now().toISOString();

  const decide = (people: Map<string, Person>, userId: string) => {
    const { send, skip } = selectChannels(people.get(userId), audience.channels, audience.content.category, new Set());
    for (const channel of send) collect(reached, channel, userId);
    for (const { channel, reason } of skip) {
      collect(notReached, channel, { user_id: userId, outcome: 'SUPPRESSED', reason, at, attempts: 0 });
    }
  };

  for (const ids of chunks([...new Set(await Array.fromAsync(audience.userIds))].sort(), READ_AT_ONCE)) {
    const people = await users.findMany(ids);
    for (const id of ids) decide(people, id);
  }

  const batches = plan(
    reached,
    (channel, n, recipients): PlannedBatch => ({ name: batchName(channel, n), recipients, rows: [] }),
  );
  const skips = plan(
    notReached,
    (channel, n, rows): PlannedBatch => ({ name: skipName(channel, n), recipients: [], rows }),
  );
  await deliveries.addBatches(dispatch.id, [...batches.planned, ...skips.planned], now());
  const skipped = [...notReached.values()].reduce((sum, rows) => sum + rows.length, 0);
  const selection = { batches: batches.counts, skips: skips.counts, skipped };
  await deliveries.selected(dispatch, selection, now());
  return answer(selection);
}

const answer = (selection: Selection): Selected => ({
  ...shareOut(batchNames(selection)),
  skipped: selection.skipped,
});

function collect<T>(groups: Map<ChannelName, T[]>, channel: ChannelName, value: T): void {
  const group = groups.get(channel);
  if (group) group.push(value);
  else groups.set(channel, [value]);
}

function plan<T>(groups: Map<ChannelName, T[]>, make: (channel: ChannelName, n: number, members: T[]) => PlannedBatch) {
  const planned: PlannedBatch[] = [];
  const counts: Partial<Record<ChannelName, number>> = {};
  for (const [channel, members] of groups) {
    const parts = chunks(members, BATCH_SIZE);
    counts[channel] = parts.length;
    planned.push(...parts.map((part, index) => make(channel, index + 1, part)));
  }
  return { planned, counts };
}
