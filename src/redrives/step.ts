import { channelOf } from '../notifications/delivery/delivery.ts';
import type { DeliveryStore } from '../notifications/delivery/delivery-store.ts';
import type { FailureStore } from '../notifications/delivery/failure-store.ts';
import { madeAnew, makeAnew } from '../notifications/delivery/make-anew.ts';
import { chunks } from '../shared/chunks.ts';
import {
  completed,
  countsOf,
  NOTHING,
  nextStep,
  pageCounted,
  pageFound,
  type Redrive,
  RedriveNotFound,
  windowOf,
} from './redrive.ts';
import type { RedriveStore } from './redrive-store.ts';

export interface StepDeps {
  readonly redrives: Pick<RedriveStore, 'find' | 'findPage' | 'save'>;
  readonly deliveries: Pick<DeliveryStore, 'find' | 'readBatch'>;
  readonly failures: FailureStore;
  readonly now: () => Date;
}

interface Execution {
  readonly redriveId: string;
  readonly run: number;
}

/** What the machine does next. */
type Planned =
  | { readonly status: 'DELIVER'; readonly page: number; readonly batches: readonly BatchToDeliver[] }
  /** Nothing of the page is left to be delivered. */
  | { readonly status: 'COUNT'; readonly page: number }
  | { readonly status: 'WAIT'; readonly until: string }
  | { readonly status: Exclude<Redrive['status'], 'RUNNING'> };

interface BatchToDeliver {
  readonly dispatchId: string;
  readonly batch: string;
  readonly channel: string;
}

/** Batches read and written at once. */
const AT_ONCE = 10;

/** The clocks of functions differ a little, and to them it must not be too early. Milliseconds. */
const MARGIN = 1000;

/** The redrive, if this execution has it: one that was replaced and still lives does nothing more. */
async function own({ redriveId, run }: Execution, { redrives }: Pick<StepDeps, 'redrives'>): Promise<Redrive> {
  const redrive = await redrives.find(redriveId);
  if (!redrive) throw new RedriveNotFound();
  if (redrive.run !== run) throw new Error(`Redrive ${redriveId} is another execution's`);
  return redrive;
}

/**
 * Turns to the next page of a redrive, found now or before, and makes its failed deliveries anew. Done again it answers the same, less what
 * has ended meanwhile. Where nothing is left it ends the redrive.
 */
export async function planPage(execution: Execution, deps: StepDeps): Promise<Planned> {
  const { redrives, failures, now } = deps;
  const redrive = await own(execution, deps);
  if (redrive.status !== 'RUNNING') return { status: redrive.status };
  const next = nextStep(redrive, now());
  switch (next.kind) {
    case 'search': {
      const { batches, next: cursor } = await failures.failures(windowOf(redrive), redrive.cursor);
      const found = pageFound(redrive, cursor);
      await redrives.save(found, { number: found.pages, page: { batches, counts: NOTHING } });
      return plan(found, found.pages, execution, deps);
    }
    case 'page':
      if (next.redrive !== redrive) await redrives.save(next.redrive);
      return plan(next.redrive, next.page, execution, deps);
    case 'wait':
      return { status: 'WAIT', until: new Date(Date.parse(next.until) + MARGIN).toISOString() };
    case 'end':
      await redrives.save(completed(redrive, now()));
      return { status: 'COMPLETED' };
  }
}

async function plan(redrive: Redrive, page: number, { run }: Execution, deps: StepDeps): Promise<Planned> {
  const { batches } = await deps.redrives.findPage(redrive.id, page);
  const left: BatchToDeliver[] = [];
  for (const some of chunks(batches, AT_ONCE)) {
    const made = await Promise.all(
      some.map(async (name) => {
        const batch = await makeAnew(name, { redrive: redrive.id, page, run }, windowOf(redrive), deps);
        return batch === undefined ? [] : { dispatchId: name.dispatchId, batch, channel: channelOf(batch) };
      }),
    );
    left.push(...made.flat());
  }
  return left.length === 0 ? { status: 'COUNT', page } : { status: 'DELIVER', page, batches: left };
}

/** Counts what became of the page under way. Throws while a delivery of it has no outcome: another execution turns to it then. */
export async function countPage(
  { page: number, ...execution }: Execution & { readonly page: number },
  deps: Pick<StepDeps, 'redrives' | 'deliveries'>,
): Promise<void> {
  const redrive = await own(execution, deps);
  // Counted before, by a function whose answer was lost.
  if (redrive.current !== number) return;
  const page = await deps.redrives.findPage(redrive.id, number);
  const rows = [];
  for (const some of chunks(page.batches, AT_ONCE)) {
    const read = some.map((name) => madeAnew(name, { redrive: redrive.id, page: number }, deps));
    rows.push(...(await Promise.all(read)).flat());
  }
  const counts = countsOf(rows);
  const [until] = rows.flatMap((row) => (row.outcome === 'DEFERRED' && row.until) || []).sort();
  await deps.redrives.save(pageCounted(redrive, page.counts, counts, until), {
    number,
    page: { ...page, counts },
  });
}
