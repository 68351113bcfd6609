import { orLeaveTo } from '../../shared/leave-to.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import { type GameEvent, isOpen } from '../events/game-event.ts';
import { finishExecution } from './finish-execution.ts';

/** Starts the execution of an event that is due, unless there is nothing left to do with it. */
export async function startFinish(event: GameEvent, executions: Pick<Executions, 'start'>): Promise<void> {
  if (!isOpen(event)) return;
  const { name, input } = finishExecution(event.id, event.run);
  await orLeaveTo('the sweep', { eventId: event.id }, () => executions.start(name, input));
}
