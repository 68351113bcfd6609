import { TransientFailure } from '../../shared/workflow/task.ts';
import { isSettled, type LogRow, latestRows } from './delivery.ts';
import type { Batch, DeliveryStore, RedrivenBatch } from './delivery-store.ts';
import type { BatchName, FailureStore, Window } from './failure-store.ts';

/** A page of a redrive, in the hands of one of its executions. */
export interface RedrivePage {
  readonly redrive: string;
  readonly page: number;
  readonly run: number;
}

export interface MakeAnewDeps {
  readonly deliveries: Pick<DeliveryStore, 'find' | 'readBatch'>;
  readonly failures: Pick<FailureStore, 'makeAnew' | 'takeOver'>;
  readonly now: () => Date;
}

/** Others may redrive the same batch at the same moment; each time one of them gets through. */
const TRIES = 10;

/**
 * Makes those deliveries of a batch anew that failed as the window says and have not been made anew since, as a batch with a log of its
 * own: what the batch itself goes on with is not touched. Answers the name of what is to be delivered, undefined where nothing is. For the
 * same page it is the same batch again, in the hands of the later execution.
 */
export async function makeAnew(
  name: BatchName,
  { redrive, page, run }: RedrivePage,
  window: Window,
  { deliveries, failures, now }: MakeAnewDeps,
): Promise<string | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const [dispatch, batch] = await Promise.all([
      deliveries.find(name.dispatchId),
      deliveries.readBatch(name.dispatchId, name.batch),
    ]);
    // Whose reminder or account was deleted.
    if (!dispatch) return undefined;
    const made = batch.anew.find((each) => isOf(each, { redrive, page }));
    if (made) {
      if (lastWords(made).every(isSettled)) return undefined;
      await failures.takeOver(name.dispatchId, made, run, now());
      return made.name;
    }
    const failed = wholeLog(batch).filter((row) => isWanted(row, window));
    if (failed.length === 0) return undefined;
    const redriven = { redrive, page, run, at: now().toISOString() };
    const userIds = failed.map(({ user_id }) => user_id);
    const begun = await failures.makeAnew(name, batch.anew.length + 1, userIds, redriven, now());
    if (begun !== undefined) return begun;
  }
  throw new TransientFailure('somebody else redrives this batch');
}

/** The last words about what a page of a redrive has made anew of a batch; empty where that is nothing. */
export async function madeAnew(
  { dispatchId, batch }: BatchName,
  page: Omit<RedrivePage, 'run'>,
  { deliveries }: Pick<MakeAnewDeps, 'deliveries'>,
): Promise<LogRow[]> {
  const [dispatch, { anew }] = await Promise.all([
    deliveries.find(dispatchId),
    deliveries.readBatch(dispatchId, batch),
  ]);
  const made = anew.find((each) => isOf(each, page));
  if (!made) return [];
  const rows = lastWords(made);
  // Nobody sends for what was deleted.
  if (dispatch) return rows;
  return rows.map((row) => (isSettled(row) ? row : withdrawn(row)));
}

const withdrawn = (row: LogRow): LogRow => ({ ...row, outcome: 'SUPPRESSED', reason: 'REMINDER_WITHDRAWN' });

const isOf = ({ redriven }: RedrivenBatch, { redrive, page }: Omit<RedrivePage, 'run'>) =>
  redriven.redrive === redrive && redriven.page === page;

const isWanted = ({ outcome, reason, at }: LogRow, window: Window) =>
  outcome === 'FAILED' && reason === window.reason && at >= window.from.toISOString() && at < window.to.toISOString();

/** The last word about everybody in a batch, wherever it was said. */
const wholeLog = (batch: Batch): LogRow[] => [...latestRows(allRows(batch)).values()];

const lastWords = (made: RedrivenBatch): LogRow[] => [...latestRows(rowsOf(made)).values()];

/** The log of a batch, and then of what was made anew of it, in order. */
export const allRows = ({ rows, anew }: Pick<Batch, 'rows' | 'anew'>): LogRow[] => [...rows, ...anew.flatMap(rowsOf)];

const rowsOf = ({ recipients, redriven: { at }, rows }: RedrivenBatch): LogRow[] => [
  ...recipients.map((user_id): LogRow => ({ user_id, outcome: 'PENDING', reason: 'REDRIVEN', at, attempts: 0 })),
  ...rows,
];
