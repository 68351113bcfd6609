import { orLeaveTo } from '../../shared/leave-to.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import type { TopUp } from './top-up.ts';

/** The `run`-th execution of a top-up, and what it begins with. */
export const topUpExecution = (id: string, run: number) => ({
  name: `${id}_${run}`,
  input: { topUpId: id, run },
});

/** Starts the execution of a top-up that is stored. */
export async function startTopUp({ id, run }: TopUp, executions: Pick<Executions, 'start'>): Promise<void> {
  const { name, input } = topUpExecution(id, run);
  await orLeaveTo('the sweep', { topUpId: id }, () => executions.start(name, input));
}
