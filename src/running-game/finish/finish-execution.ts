import { orLeaveTo } from '../../shared/leave-to.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import type { GameEvent } from '../events/game-event.ts';

/** The `run`-th execution of an event's finish, and what it begins with. */
export const finishExecution = (id: string, run: number) => ({
  name: `${id}_${run}`,
  input: { eventId: id, run },
});

/** Starts the execution of an event that is stored as cancelled, which otherwise the sweep does. */
export async function startFinish({ id, run }: GameEvent, executions: Pick<Executions, 'start'>): Promise<void> {
  const { name, input } = finishExecution(id, run);
  await orLeaveTo('the sweep', { eventId: id }, () => executions.start(name, input));
}
