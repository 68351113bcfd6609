import type { ChannelName, SendResult } from '../../channels/channel.ts';
import type { Outcome, ReasonCode } from '../../channels/outcome.ts';
import { chunks } from '../../shared/chunks.ts';
import { RateLimited, TransientFailure } from '../../shared/workflow/task.ts';
import type { Suppressions } from '../../suppressions/suppression-store.ts';
import { quietUntil } from '../../users/preferences.ts';
import type { Person } from '../../users/user.ts';
import {
  channelOf,
  type Dispatch,
  isSettled,
  type LogRow,
  latestRows,
  obstacle,
  type SuppressedChannels,
  type Tally,
  tallyOf,
} from './delivery.ts';
import type { Batch, DeliveryStore } from './delivery-store.ts';
import type { Members } from './members.ts';
import { suppressedChannels } from './suppressed.ts';

/** How one channel hands a dispatch's content to one person. */
export interface Sender {
  /**
   * What may happen twice. Every attempt is recorded before the provider is called, so that a crash, or an answer that was lost, leaves
   * a trace: `never` then counts as sent, with an unknown outcome; `once-more` is sent again one time. `harmless` is a write that
   * can be done again without effect, and needs no trace.
   */
  readonly repeats: 'never' | 'once-more' | 'harmless';
  /** Recipients sent to at once and, unless a repeat must never be, recorded together. */
  readonly chunk: number;
  /** Outcome and reason of what was accepted. */
  readonly success: { readonly outcome: Outcome; readonly reason: ReasonCode };
  /** `batch` is the name of the batch that the person is in. */
  send(person: Person, dispatch: Dispatch, batch: string): Promise<SendResult>;
  /** Told what has been logged of those who were sent to together. Never throws: what was logged has happened. */
  afterwards?(rows: readonly NewRow[]): Promise<void>;
}

export interface DeliverDeps {
  readonly deliveries: Pick<DeliveryStore, 'find' | 'readBatch' | 'append'>;
  readonly users: { findMany(ids: string[]): Promise<Map<string, Person>> };
  readonly suppressions: Suppressions;
  readonly members: Members;
  readonly sender: Sender;
  readonly now: () => Date;
}

export interface BatchInput {
  readonly dispatchId: string;
  readonly run: number;
  readonly batch: string;
}

/** How a batch stands: what has ended and, where some are deferred, the instant from which the first of them may be sent. */
export interface Delivered extends Tally {
  readonly resume_at?: string;
}

/**
 * Sends what a batch has left and logs every outcome. Contact points, what the person wants, and the fence (withdrawn? another
 * execution? still a member of what it is for?) are read here, right before sending. Whoever is in quiet hours is deferred, and is judged
 * anew by the next call. Safe to call any number of times. Throws TransientFailure when some recipients are worth another try,
 * RateLimited when the provider asked to slow down; what else there was is sent and logged by then.
 */
export async function deliverBatch(input: BatchInput, deps: DeliverDeps): Promise<Delivered> {
  const { dispatch, batch } = await ownBatch(input, deps);
  const channel = channelOf(input.batch);
  const log = openLog(input, batch, deps);
  const people = await deps.users.findMany(log.unsettled());
  const suppressedOf = await suppressedChannels(people.values(), () => [channel], deps.suppressions);
  const stays = await stillMembers(dispatch, log.unsettled(), deps.members);
  const now = deps.now();

  const decided = log.unsettled().flatMap((userId) => {
    if (spentItself(userId, deps.sender, log)) return log.row(userId, 'FAILED', 'OUTCOME_UNKNOWN');
    const person = people.get(userId);
    const suppressed = person ? suppressedOf(person) : new Set<ChannelName>();
    const verdict = withoutSending(person, channel, dispatch, stays.has(userId), suppressed, now);
    return verdict ? log.row(userId, verdict.outcome, verdict.reason, verdict) : [];
  });
  await log.record(decided.filter((row) => row.outcome !== 'DEFERRED' || row.until !== log.before(row.user_id)?.until));

  const deferred = new Set(decided.flatMap((row) => (row.outcome === 'DEFERRED' ? [row.user_id] : [])));
  const left = () => log.unsettled().filter((userId) => !deferred.has(userId));
  for (const ids of chunks(left(), deps.sender.chunk)) {
    const persons = ids.flatMap((id) => people.get(id) ?? []);
    const together = deps.sender.repeats === 'never' ? persons.map((person) => [person]) : [persons];
    await Promise.all(together.map((some) => send(some, dispatch, input.batch, deps.sender, log)));
  }

  const again = left();
  if (again.length > 0) {
    const slower = again.some((userId) => log.before(userId)?.reason === 'RATE_LIMITED');
    const why = `${again.length} recipients of ${input.batch} are worth another try`;
    throw slower ? new RateLimited(why) : new TransientFailure(why);
  }
  return log.delivered();
}

/** Those who are members of what the dispatch is for; everybody, where it is for nothing that has members. */
const stillMembers = async ({ audience }: Dispatch, userIds: readonly string[], members: Members) =>
  audience ? members.among(audience, userIds) : new Set(userIds);

/** The batch, if this execution is the one that delivers it: one that was replaced and still lives neither sends nor logs. */
async function ownBatch({ dispatchId, run, batch: name }: BatchInput, { deliveries }: Pick<DeliverDeps, 'deliveries'>) {
  const [dispatch, batch] = await Promise.all([deliveries.find(dispatchId), deliveries.readBatch(dispatchId, name)]);
  if (!dispatch || batch.recipients.length === 0) throw new Error(`Dispatch ${dispatchId} has no batch ${name}`);
  // What is made anew is its redrive's, whatever becomes of the execution that failed to deliver it.
  if ((batch.redriven?.run ?? dispatch.run) !== run)
    throw new Error(`Dispatch ${dispatchId} is delivered by another execution`);
  return { dispatch, batch };
}

/** The log of one batch in the hands of one function. */
type Log = ReturnType<typeof openLog>;

/** A row that is not written yet, and gets its instant then: those that are written together share it. */
type NewRow = Omit<LogRow, 'at'>;

function openLog(input: BatchInput, batch: Batch, { deliveries, now }: Pick<DeliverDeps, 'deliveries' | 'now'>) {
  const latest = latestRows(batch.rows);
  const rows = [...batch.rows];
  let entries = batch.entries;
  return {
    before: (userId: string) => latest.get(userId),
    /** Attempts of which nobody knows what became: begun and never answered, or the answer was lost. */
    unknown: (userId: string) => unknownAttempts(rows.filter((row) => row.user_id === userId)),
    unsettled: () => batch.recipients.filter((id) => !isSettled(latest.get(id))),
    delivered(): Delivered {
      const [resume_at] = [...latest.values()]
        .flatMap(({ until, outcome }) => (outcome === 'DEFERRED' && until) || [])
        .sort();
      return { ...tallyOf(latest.values()), ...(resume_at === undefined ? {} : { resume_at }) };
    },
    /** The next row of a recipient; `attempts` are those before unless it says otherwise. */
    row: (user_id: string, outcome: Outcome, reason: ReasonCode, more: Partial<NewRow> = {}): NewRow => ({
      attempts: latest.get(user_id)?.attempts ?? 0,
      ...more,
      user_id,
      outcome,
      reason,
    }),
    async record(added: readonly NewRow[]): Promise<void> {
      if (added.length === 0) return;
      const at = now();
      const stamped = added.map((row) => ({ ...row, at: at.toISOString() }));
      const before = { recipients: batch.recipients, entries: entries++ };
      await deliveries.append(input.dispatchId, input.batch, before, stamped, at);
      rows.push(...stamped);
      for (const row of stamped) latest.set(row.user_id, row);
    },
  };
}

const isUnknown = (row: LogRow | undefined) => row?.sending === true || row?.reason === 'OUTCOME_UNKNOWN';

function unknownAttempts(rows: readonly LogRow[]): number {
  const answered = new Set(
    rows.filter((row) => !isUnknown(row) && row.outcome !== 'DEFERRED').map((row) => row.attempts),
  );
  return new Set(rows.filter((row) => isUnknown(row) && !answered.has(row.attempts)).map((row) => row.attempts)).size;
}

/** Handed over too often by somebody who never came back. */
const spentItself = (userId: string, { repeats }: Sender, log: Log): boolean =>
  isUnknown(log.before(userId)) && (repeats === 'never' || log.unknown(userId) > 1);

/** What is decided without the provider: withdrawn, too late, no member, unwanted or unreachable by now, or not before some later instant. */
function withoutSending(
  person: Person | undefined,
  channel: ChannelName,
  { content, withdrawn_at, withdrawn_because, not_after }: Dispatch,
  isMember: boolean,
  suppressed: SuppressedChannels,
  now: Date,
): Pick<LogRow, 'outcome' | 'reason' | 'until'> | undefined {
  const never = (reason: ReasonCode) => ({ outcome: 'SUPPRESSED', reason }) as const;
  const latest = not_after === undefined ? undefined : new Date(not_after);
  if (withdrawn_at) return never(withdrawn_because ?? 'REMINDER_WITHDRAWN');
  if (latest && now > latest) return never('EXPIRED');
  if (!person) return never('USER_UNKNOWN');
  if (!isMember) return never('NOT_A_MEMBER');
  const reason = obstacle(person, channel, content.category, suppressed);
  if (reason) return never(reason);
  const until = content.critical ? undefined : quietUntil(person, channel, now);
  if (!until) return undefined;
  if (latest && until > latest) return never('QUIET_UNTIL_TOO_LATE');
  return { outcome: 'DEFERRED', reason: 'QUIET_HOURS', until: until.toISOString() };
}

/** Records the attempt, sends to all of them at once, and records what became of it. */
async function send(people: Person[], dispatch: Dispatch, batch: string, sender: Sender, log: Log): Promise<void> {
  const attempts = new Map(people.map(({ id }) => [id, (log.before(id)?.attempts ?? 0) + 1]));
  if (sender.repeats !== 'harmless') {
    await log.record(
      people.map(({ id }) =>
        log.row(id, 'PENDING', 'AWAITING_SEND', { attempts: attempts.get(id) ?? 1, sending: true }),
      ),
    );
  }
  const one = async (person: Person) =>
    rowOf(person.id, await sender.send(person, dispatch, batch), sender, attempts.get(person.id) ?? 1, log);
  const rows = await Promise.all(people.map(one));
  await log.record(rows);
  await sender.afterwards?.(rows);
}

function rowOf(userId: string, result: SendResult, { success, repeats }: Sender, attempts: number, log: Log): NewRow {
  switch (result.kind) {
    case 'accepted':
      return log.row(userId, success.outcome, success.reason, {
        attempts,
        ...(result.messageId === null ? {} : { message_id: result.messageId }),
      });
    case 'permanent':
      // Where the provider keeps a list of its own.
      return log.row(userId, result.reason === 'ADDRESS_SUPPRESSED' ? 'SUPPRESSED' : 'FAILED', result.reason, {
        attempts,
      });
    case 'transient':
      return log.row(userId, 'PENDING', result.reason, { attempts });
    case 'unknown': {
      const again = repeats !== 'never' && log.unknown(userId) < 2;
      return log.row(userId, again ? 'PENDING' : 'FAILED', result.reason, { attempts });
    }
  }
}

/**
 * Closes a batch whose tries are used up: whoever has no outcome yet gets one, with the last reason that is known, except for those who
 * are deferred until later. Throws when the log can't be written, or is another execution's by now.
 */
export async function logUndelivered(
  input: BatchInput,
  deps: Pick<DeliverDeps, 'deliveries' | 'now'>,
): Promise<Delivered> {
  const { batch } = await ownBatch(input, deps);
  const log = openLog(input, batch, deps);
  const now = deps.now().toISOString();
  const closing = log.unsettled().flatMap((userId) => {
    const before = log.before(userId);
    if (before?.until === undefined) {
      return log.row(userId, 'FAILED', before?.sending ? 'OUTCOME_UNKNOWN' : (before?.reason ?? 'INTERNAL_ERROR'));
    }
    return before.until > now ? [] : log.row(userId, 'FAILED', 'INTERNAL_ERROR');
  });
  await log.record(closing);
  return log.delivered();
}
