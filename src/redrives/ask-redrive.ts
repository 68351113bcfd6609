import type { Creation } from '../shared/http/creation.ts';
import { orLeaveTo } from '../shared/leave-to.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { createRedrive, type Redrive, type RedriveInput, redriveExecution } from './redrive.ts';
import type { RedriveStore } from './redrive-store.ts';

export interface AskDeps {
  readonly redrives: Pick<RedriveStore, 'create' | 'repeated'>;
  readonly executions: Pick<Executions, 'start'>;
}

/**
 * Stores a redrive and starts its execution; a start that is lost is made up for by the sweep. For a repeated request it is the one of the
 * first. Throws InvalidRequest and IdempotencyKeyReused.
 */
export async function askRedrive(
  input: RedriveInput,
  creation: Creation,
  requestedBy: string,
  { redrives, executions }: AskDeps,
  now: Date,
): Promise<Redrive> {
  const redrive =
    (await redrives.repeated(creation)) ?? (await redrives.create(createRedrive(input, creation, requestedBy, now)));
  const { id, run, status } = redrive;
  if (status !== 'RUNNING') return redrive;
  await orLeaveTo('the sweep', { redriveId: id }, () =>
    executions.start(redriveExecution(id, run), { redriveId: id, run }),
  );
  return redrive;
}
