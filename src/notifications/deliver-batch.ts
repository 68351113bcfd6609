import type { SendResult } from '../channels/channel.ts';
import type { Outcome, ReasonCode } from '../channels/outcome.ts';
import { chunks } from '../shared/chunks.ts';
import { RateLimited, TransientFailure } from '../shared/workflow/task.ts';
import type { Person } from '../users/user.ts';
import {
  channelOf,
  type Dispatch,
  isSettled,
  type LogRow,
  latestRows,
  obstacle,
  type Tally,
  tallyOf,
} from './delivery.ts';
import type { Batch, DeliveryStore } from './delivery-store.ts';

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
  afterwards?(rows: readonly LogRow[]): Promise<void>;
}

export interface DeliverDeps {
  readonly deliveries: Pick<DeliveryStore, 'find' | 'readBatch' | 'append'>;
  readonly users: { findMany(ids: string[]): Promise<Map<string, Person>> };
  readonly sender: Sender;
  readonly now: () => Date;
}

export interface BatchInput {
  readonly dispatchId: string;
  readonly run: number;
  readonly batch: string;
}

/**
 * Sends what a batch has left and logs every outcome. Contact points and the fence (withdrawn? another execution?) are read here,
 * right before sending. Safe to call any number of times. Throws TransientFailure when some recipients are worth another try,
 * RateLimited when the provider asked to slow down; what else there was is sent and logged by then.
 */
export async function deliverBatch(input: BatchInput, deps: DeliverDeps): Promise<Tally> {
  const { dispatch, batch } = await ownBatch(input, deps);
  const log = openLog(input, batch, deps);
  const people = await deps.users.findMany(log.unsettled());
  const decided = log
    .unsettled()
    .flatMap((userId) => withoutSending(userId, people.get(userId), dispatch, input, deps.sender, log) ?? []);
  if (decided.length > 0) await log.record(decided);

  for (const ids of chunks(log.unsettled(), deps.sender.chunk)) {
    const persons = ids.flatMap((id) => people.get(id) ?? []);
    const together = deps.sender.repeats === 'never' ? persons.map((person) => [person]) : [persons];
    await Promise.all(together.map((some) => send(some, dispatch, input.batch, deps.sender, log)));
  }

  const left = log.unsettled();
  if (left.length > 0) {
    const slower = left.some((userId) => log.before(userId)?.reason === 'RATE_LIMITED');
    const why = `${left.length} recipients of ${input.batch} are worth another try`;
    throw slower ? new RateLimited(why) : new TransientFailure(why);
  }
  return log.tally();
}

/** The batch, if this execution is the one that delivers it: one that was replaced and still lives neither sends nor logs. */
async function ownBatch({ dispatchId, run, batch: name }: BatchInput, { deliveries }: Pick<DeliverDeps, 'deliveries'>) {
  const [dispatch, batch] = await Promise.all([deliveries.find(dispatchId), deliveries.readBatch(dispatchId, name)]);
  if (!dispatch || batch.recipients.length === 0) throw new Error(`Dispatch ${dispatchId} has no batch ${name}`);
  if (dispatch.run !== run) throw new Error(`Dispatch ${dispatchId} is delivered by another execution`);
  return { dispatch, batch };
}

/** The log of one batch in the hands of one function. */
type Log = ReturnType<typeof openLog>;

function openLog(input: BatchInput, batch: Batch, { deliveries, now }: Pick<DeliverDeps, 'deliveries' | 'now'>) {
  const latest = latestRows(batch.rows);
  const rows = [...batch.rows];
  let entry = batch.entries;
  return {
    before: (userId: string) => latest.get(userId),
    /** Attempts of which nobody knows what became: begun and never answered, or the answer was lost. */
    unknown: (userId: string) => unknownAttempts(rows.filter((row) => row.user_id === userId)),
    unsettled: () => batch.recipients.filter((id) => !isSettled(latest.get(id))),
    tally: () => tallyOf(latest.values()),
    /** A row for now; `attempts` are those before unless it says otherwise. */
    row: (user_id: string, outcome: Outcome, reason: ReasonCode, more: Partial<LogRow> = {}): LogRow => ({
      user_id,
      outcome,
      reason,
      at: now().toISOString(),
      attempts: latest.get(user_id)?.attempts ?? 0,
      ...more,
    }),
    async record(added: LogRow[]): Promise<void> {
      await deliveries.append(input.dispatchId, input.batch, entry++, added, now());
      rows.push(...added);
      for (const row of added) latest.set(row.user_id, row);
    },
  };
}

const isUnknown = (row: LogRow | undefined) => row?.sending === true || row?.reason === 'OUTCOME_UNKNOWN';

function unknownAttempts(rows: readonly LogRow[]): number {
  const answered = new Set(rows.filter((row) => !isUnknown(row)).map((row) => row.attempts));
  return new Set(rows.filter((row) => isUnknown(row) && !answered.has(row.attempts)).map((row) => row.attempts)).size;
}

/** What is decided without the provider: withdrawn, unreachable by now, or handed over too often by somebody who never came back. */
function withoutSending(
  userId: string,
  person: Person | undefined,
  dispatch: Dispatch,
  { batch }: BatchInput,
  { repeats }: Sender,
  log: Log,
): LogRow | undefined {
  if (isUnknown(log.before(userId)) && (repeats === 'never' || log.unknown(userId) > 1)) {
    return log.row(userId, 'FAILED', 'OUTCOME_UNKNOWN');
  }
  if (dispatch.withdrawn_at) return log.row(userId, 'SUPPRESSED', 'REMINDER_WITHDRAWN');
  const reason = person ? obstacle(person, channelOf(batch), dispatch.content.category, new Set()) : 'USER_UNKNOWN';
  return reason && log.row(userId, 'SUPPRESSED', reason);
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

function rowOf(userId: string, result: SendResult, { success, repeats }: Sender, attempts: number, log: Log): LogRow {
  switch (result.kind) {
    case 'accepted':
      return log.row(userId, success.outcome, success.reason, {
        attempts,
        ...(result.messageId === null ? {} : { message_id: result.messageId }),
      });
    case 'permanent':
      return log.row(userId, 'FAILED', result.reason, { attempts });
    case 'transient':
      return log.row(userId, 'PENDING', result.reason, { attempts });
    case 'unknown': {
      const again = repeats !== 'never' && log.unknown(userId) < 2;
      return log.row(userId, again ? 'PENDING' : 'FAILED', result.reason, { attempts });
    }
  }
}

/**
 * Closes a batch whose tries are used up: whoever has no outcome yet gets one, with the last reason that is known. Throws when the
 * log can't be written, or is another execution's by now.
 */
export async function logUndelivered(input: BatchInput, deps: Pick<DeliverDeps, 'deliveries' | 'now'>): Promise<Tally> {
  const { batch } = await ownBatch(input, deps);
  const log = openLog(input, batch, deps);
  const closing = log.unsettled().map((userId) => {
    const before = log.before(userId);
    return log.row(userId, 'FAILED', before?.sending ? 'OUTCOME_UNKNOWN' : (before?.reason ?? 'INTERNAL_ERROR'));
  });
  if (closing.length > 0) await log.record(closing);
  return log.tally();
}
