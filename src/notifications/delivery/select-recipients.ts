import type { ChannelName } from '../../channels/channel.ts';
import { chunks } from '../../shared/chunks.ts';
import type { Suppressions } from '../../suppressions/suppression-store.ts';
import { quietUntil } from '../../users/preferences.ts';
import type { Person } from '../../users/user.ts';
import {
  alternativesFor,
  BATCH_SIZE,
  batchName,
  batchNames,
  type ChannelChoice,
  type Content,
  type LogRow,
  type Scope,
  type Selection,
  selectChannels,
  shareOut,
  skipName,
} from './delivery.ts';
import type { DeliveryStore, PlannedBatch } from './delivery-store.ts';
import { suppressedChannels } from './suppressed.ts';

export interface SelectDeps {
  readonly deliveries: Pick<DeliveryStore, 'begin' | 'addBatches' | 'selected'>;
  readonly users: { findMany(ids: string[]): Promise<Map<string, Person>> };
  readonly suppressions: Suppressions;
  readonly now: () => Date;
}

interface Audience {
  /** Of the cause: an occurrence, a notification. */
  readonly dispatchId: string;
  readonly run: number;
  readonly content: Content;
  readonly userIds: AsyncIterable<string> | Iterable<string>;
  readonly channels: ChannelChoice;
  /** Of which they have to be members also when it is sent. */
  readonly scope?: Scope | undefined;
  /** The last moment at which anything may be sent. */
  readonly notAfter?: Date | undefined;
}

/** What the machine goes on with: names of batches, or lists of them, and how many deliveries are not made. */
interface Selected {
  readonly batches: ReturnType<typeof shareOut>;
  readonly skipped: number;
}

/** Somebody who is reached on a channel: from when on, where quiet hours hold. */
interface Reached {
  readonly userId: string;
  readonly from: Date | undefined;
}

/** People read at once; ten reads of a hundred. */
const READ_AT_ONCE = 1000;

/**
 * Decides who is reached on which channel and writes it down as batches of one channel and up to 50 recipients; whoever is not
 * reached gets a row with the reason at once. Answers the names of the batches and how many deliveries are not made. Run again it
 * answers what it answered before, or, if it had died halfway, begins anew.
 */
export async function selectRecipients(
  audience: Audience,
  { deliveries, users, suppressions, now }: SelectDeps,
): Promise<Selected> {
  const { dispatchId: id, run, content, channels: choice, notAfter, scope } = audience;
  const begun = { id, run, content, not_after: notAfter?.toISOString(), audience: scope };
  const dispatch = await deliveries.begin(begun, now());
  if (dispatch.selection) return answer(dispatch.selection);

  const reached = new Map<ChannelName, Reached[]>();
  const notReached = new Map<ChannelName, LogRow[]>();
  const since = now();
  const at = since.toISOString();

  for (const ids of chunks([...new Set(await Array.fromAsync(audience.userIds))].sort(), READ_AT_ONCE)) {
    const people = await users.findMany(ids);
    const suppressedOf = await suppressedChannels(people.values(), alternatives(choice), suppressions);
    for (const userId of ids) {
      const person = people.get(userId);
      const suppressed = person ? suppressedOf(person) : new Set<ChannelName>();
      const { send, skip } = selectChannels(person, choice, content.category, suppressed);
      for (const channel of send) {
        const from = person && !content.critical ? quietUntil(person, channel, since) : undefined;
        collect(reached, channel, { userId, from });
      }
      for (const { channel, reason } of skip) {
        collect(notReached, channel, { user_id: userId, outcome: 'SUPPRESSED', reason, at, attempts: 0 });
      }
    }
  }

  const batches = plan(reached, inTurn, (channel, n, members) => ({
    name: batchName(channel, n, run),
    recipients: members.map(({ userId }) => userId),
    rows: [],
  }));
  const skips = plan(
    notReached,
    (rows) => [rows],
    (channel, n, rows) => ({ name: skipName(channel, n, run), recipients: [], rows }),
  );
  await deliveries.addBatches(dispatch.id, [...batches.planned, ...skips.planned], now());
  const skipped = [...notReached.values()].reduce((sum, rows) => sum + rows.length, 0);
  const selection = { batches: batches.counts, skips: skips.counts, skipped, run };
  await deliveries.selected(dispatch, selection, now());
  return answer(selection);
}

const answer = (selection: Selection): Selected => ({
  batches: shareOut(batchNames(selection)),
  skipped: selection.skipped,
});

/** On which channels it matters already here whether an address is suppressed: where another one would be used in its place. */
const alternatives = (choice: ChannelChoice) => (person: Person) =>
  alternativesFor(person, choice)
    .map((among) => (choice === 'preferred' ? among : among.filter((channel) => choice.flat().includes(channel))))
    .filter((among) => among.length > 1)
    .flat();

/** Whoever is reached at once apart from those in quiet hours, and these in the order in which they end: few batches wait, and each for few ends. */
function inTurn(members: readonly Reached[]): Reached[][] {
  const later = members.flatMap((member) => (member.from ? [{ ...member, from: member.from }] : []));
  later.sort((a, b) => a.from.getTime() - b.from.getTime());
  return [members.filter(({ from }) => !from), later];
}

function collect<T>(groups: Map<ChannelName, T[]>, channel: ChannelName, value: T): void {
  const group = groups.get(channel);
  if (group) group.push(value);
  else groups.set(channel, [value]);
}

/** Cuts what there is for each channel into numbered batches; members of different `piles` do not share one. */
function plan<T>(
  groups: Map<ChannelName, T[]>,
  piles: (members: T[]) => T[][],
  make: (channel: ChannelName, n: number, members: T[]) => PlannedBatch,
) {
  const planned: PlannedBatch[] = [];
  const counts: Partial<Record<ChannelName, number>> = {};
  for (const [channel, members] of groups) {
    const parts = piles(members).flatMap((pile) => chunks(pile, BATCH_SIZE));
    counts[channel] = parts.length;
    planned.push(...parts.map((part, index) => make(channel, index + 1, part)));
  }
  return { planned, counts };
}
