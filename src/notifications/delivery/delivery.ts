import * as z from 'zod';
import { alternativesIn, CHANNELS, ChannelList, ChannelName } from '../../channels/channel.ts';
import { Outcome, ReasonCode } from '../../channels/outcome.ts';
import { chunks } from '../../shared/chunks.ts';
import { Category } from '../../users/category.ts';
import { isWanted } from '../../users/preferences.ts';
import type { Person } from '../../users/user.ts';

/** What is to be said, before it is filled in for one recipient. */
export const Content = z.object({
  /** What kind of message it is, e.g. `reminder`. */
  key: z.string(),
  /** Dispatches of the older form have none, and are all of reminders. */
  category: Category.default('reminders'),
  /** Goes through quiet hours. */
  critical: z.boolean().optional(),
  /** What it is about: the id of a reminder, a post, an order. */
  target_id: z.string().optional(),
  /** Where somebody is asked to say to have seen it. */
  acknowledge: z
    .object({
      /** Of what is acknowledged; the second is short, for links. */
      id: z.string(),
      ref: z.string(),
      /** When nobody waits for it any more; instant, ISO 8601 UTC. */
      until: z.string(),
    })
    .optional(),
  /** Liquid, as a person wrote it; absent where the key's templates say it all. */
  title: z.string().optional(),
  message: z.string().optional(),
  /** What title and message may use or, without them, the data of the notification. */
  variables: z.record(z.string(), z.unknown()),
});
export type Content = z.output<typeof Content>;

/** How many batches there are per channel, and how many entries of recipients who are not reached on it. */
export const Selection = z.object({
  batches: z.partialRecord(ChannelName, z.number().int()),
  skips: z.partialRecord(ChannelName, z.number().int()),
  /** Deliveries in those entries. */
  skipped: z.number().int(),
  /** The execution whose batches they are; absent: the first. */
  run: z.number().int().optional(),
});
export type Selection = z.output<typeof Selection>;

/** What a dispatch is for, where only the members of something may get it. */
export const Scope = z.object({ kind: z.enum(['event', 'group']), id: z.string() });
export type Scope = z.output<typeof Scope>;

/** Deliveries of one cause (a reminder's occurrence, a notification) that go out together. Its id is the id of the cause. */
export const Dispatch = z.object({
  id: z.string(),
  content: Content,
  /** The execution of the machine that may send for it; an earlier one that still lives is out of date and sends nothing more. */
  run: z.number().int().min(1),
  created_at: z.string(),
  /** Nothing is sent after this instant; absent: no limit. */
  not_after: z.string().optional(),
  /** Whoever is no member any more when it is sent does not get it; absent: everybody selected does. */
  audience: Scope.optional(),
  /** Set when the batches are complete. */
  selected_at: z.string().optional(),
  selection: Selection.optional(),
  /** Set when the cause was cancelled, paused or deleted, or seen by somebody, while this was on its way. */
  withdrawn_at: z.string().optional(),
  /** Absent: the cause is no more. */
  withdrawn_because: ReasonCode.optional(),
});
export type Dispatch = z.output<typeof Dispatch>;

/** One delivery as the log tells it. `PENDING` and `DEFERRED` rows are followed by another one. */
export const LogRow = z.object({
  user_id: z.string(),
  outcome: Outcome,
  reason: ReasonCode,
  /** Instant, ISO 8601 UTC. */
  at: z.string(),
  /** Tries so far; 0 for what was never handed to a provider. */
  attempts: z.number().int(),
  message_id: z.string().optional(),
  /** Until when it is deferred; instant, ISO 8601 UTC. */
  until: z.string().optional(),
  /** An attempt begins: written before the provider is called, so that one that is never heard of again leaves a trace. */
  sending: z.boolean().optional(),
});
export type LogRow = z.output<typeof LogRow>;

/** Counts of deliveries by how they ended; one that is deferred has not ended. */
export const Tally = z.object({
  sent: z.number().int(),
  suppressed: z.number().int(),
  failed: z.number().int(),
});
export type Tally = z.output<typeof Tally>;

export const AS_SETTLED =
  'Counted when every delivery had its outcome; a bounce that is reported later shows in the deliveries';

export function tallyOf(rows: Iterable<LogRow>): Tally {
  const tally = { sent: 0, suppressed: 0, failed: 0 };
  for (const { outcome } of rows) {
    const ended = TALLIED_AS[outcome];
    if (ended) tally[ended]++;
  }
  return tally;
}

const TALLIED_AS: Record<Outcome, keyof Tally | undefined> = {
  SENT: 'sent',
  DELIVERED: 'sent',
  SUPPRESSED: 'suppressed',
  DEFERRED: undefined,
  FAILED: 'failed',
  BOUNCED: 'failed',
  PENDING: undefined,
};

/**
 * What the machines have summed up, `open` being batches without an outcome and `deferred` those that still wait for the end of quiet
 * hours; and how many deliveries were not made from the start.
 */
export const Sums = z.object({
  tally: Tally.extend({ open: z.number().int() }),
  deferred: z.number().int(),
  skipped: z.number().int(),
});

/** The tally of a whole dispatch. Throws while batches have no outcome: then nothing is settled yet. */
export function totalOf({ tally: { open, ...tally }, deferred, skipped }: z.output<typeof Sums>): Tally {
  if (open + deferred > 0) throw new Error(`${open} batches have no outcome, and ${deferred} wait`);
  return { ...tally, suppressed: tally.suppressed + skipped };
}

/** The last word about each recipient: the log is append-only and in order. */
export function latestRows(rows: readonly LogRow[]): Map<string, LogRow> {
  return new Map(rows.map((row) => [row.user_id, row]));
}

/** Whether a delivery has ended: nothing is sent for it any more. */
export const isSettled = (row: LogRow | undefined): row is LogRow =>
  row !== undefined && row.outcome !== 'PENDING' && row.outcome !== 'DEFERRED';

/** The recipients of one batch: one channel, at most `BATCH_SIZE`. Called `email#00001`. */
export const BATCH_SIZE = 50;

const numbered = (n: number, run: number) => `${String(n).padStart(5, '0')}${run === 1 ? '' : `-${run}`}`;

/**
 * The name of the `n`-th batch that the `run`-th execution has selected: of two executions, of which the earlier one was stopped and its
 * function lives on, neither writes over what the other has selected.
 */
export const batchName = (channel: ChannelName, n: number, run = 1) => `${channel}#${numbered(n, run)}`;
export const skipName = (channel: ChannelName, n: number, run = 1) => `${channel}#skip-${numbered(n, run)}`;

export const channelOf = (batch: string): ChannelName => ChannelName.parse(batch.split('#')[0]);

/** The batches that are to be sent, in a stable order. */
export const batchNames = ({ batches, run }: Selection) => names(batches, run, batchName);

/**
 * So many batches one execution delivers, by the limit of its history: more are cut into parts, each an execution of its own. It leaves
 * room for as many again, of batches that wait for the end of quiet hours and are taken up a second time.
 */
const MOST_BATCHES = 100;

/** What a machine's Map goes through: the batches, or the parts of a large dispatch. */
export function shareOut(batches: readonly string[]): (string | string[])[] {
  return isTooMany(batches) ? chunks(batches, MOST_BATCHES) : [...batches];
}

/** Whether these are more than one execution delivers. */
export const isTooMany = (batches: readonly unknown[]): boolean => batches.length > MOST_BATCHES;

/** Everything that has rows: the batches, and those who are in none. */
export const logNames = (selection: Selection) => [
  ...batchNames(selection),
  ...names(selection.skips, selection.run, skipName),
];

function names(counts: Selection['batches'], run: number | undefined, nameOf: typeof batchName): string[] {
  return CHANNELS.flatMap((channel) =>
    Array.from({ length: counts[channel] ?? 0 }, (_, n) => nameOf(channel, n + 1, run)),
  );
}

/** `preferred`: what the person has chosen or, without a choice, every channel on which the person can be reached. */
export const ChannelChoice = z.union([ChannelList, z.literal('preferred')]);
export type ChannelChoice = z.output<typeof ChannelChoice>;

interface Skipped {
  readonly channel: ChannelName;
  readonly reason: ReasonCode;
}

/** Which channels of a person have an address that nothing may be sent to. */
export type SuppressedChannels = ReadonlySet<ChannelName>;

/**
 * Which channels a person is reached on and, for the rest of the chosen ones, why not. Of alternatives the first that reaches the
 * person is used: by the person's own, and among what is left of these by those of the choice. An unknown person has no channel at all.
 */
export function selectChannels(
  person: Person | undefined,
  choice: ChannelChoice,
  category: Category,
  suppressed: SuppressedChannels,
): { send: ChannelName[]; skip: Skipped[] } {
  const chosen = chosenChannels(person, choice);
  if (!person) return { send: [], skip: chosen.map((channel) => ({ channel, reason: 'USER_UNKNOWN' })) };

  const obstacles = new Map(chosen.map((channel) => [channel, obstacle(person, channel, category, suppressed)]));
  let send = chosen.filter((channel) => obstacles.get(channel) === undefined);
  const later = new Set<ChannelName>();
  for (const alternatives of alternativesFor(person, choice)) {
    const used = alternatives.find((channel) => send.includes(channel));
    if (!used) continue;
    for (const channel of alternatives.slice(alternatives.indexOf(used) + 1)) later.add(channel);
    send = send.filter((channel) => !later.has(channel));
  }
  return {
    send,
    skip: chosen.flatMap((channel) => {
      const reason = later.has(channel) ? 'CHANNEL_NOT_PREFERRED' : obstacles.get(channel);
      return reason === undefined ? [] : [{ channel, reason }];
    }),
  };
}

/** The channels of which only the first that reaches the person is used: the person's own before those of the choice. */
export const alternativesFor = (person: Person, choice: ChannelChoice): ChannelName[][] =>
  [person.preferred_channels ?? [], choice === 'preferred' ? [] : choice].flatMap(alternativesIn);

function chosenChannels(person: Person | undefined, choice: ChannelChoice): readonly ChannelName[] {
  if (choice !== 'preferred') return choice.flat();
  if (!person) return ['inbox'];
  return person.preferred_channels?.flat() ?? CHANNELS.filter((channel) => !missing(person, channel));
}

/** Why nothing is sent to a person on a channel at this moment, quiet hours apart; undefined when it is. */
export function obstacle(
  person: Person,
  channel: ChannelName,
  category: Category,
  suppressed: SuppressedChannels,
): ReasonCode | undefined {
  if (!isWanted(person, category, channel)) return 'CHANNEL_NOT_PREFERRED';
  return missing(person, channel) ?? (suppressed.has(channel) ? 'ADDRESS_SUPPRESSED' : undefined);
}

/** What the person lacks to be reached on a channel. */
function missing(person: Person, channel: ChannelName): ReasonCode | undefined {
  if (channel === 'inbox') return undefined;
  if (channel === 'push') return person.devices.some((device) => !device.disabled_at) ? undefined : 'NO_DEVICE';
  const point = person.contact_points[channel];
  if (!point) return 'NO_CONTACT_POINT';
  return point.verified_at ? undefined : 'CONTACT_POINT_NOT_VERIFIED';
}
