import { orLeaveTo } from '../shared/leave-to.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import type { Order } from './order.ts';

/** The `run`-th execution of an order, and what it begins with. */
export const cookingExecution = (id: string, run: number) => ({
  name: `${id}_${run}`,
  input: { orderId: id, run },
});

/** Starts the execution of an order that is stored. */
export async function startCooking({ id, run }: Order, executions: Pick<Executions, 'start'>): Promise<void> {
  const { name, input } = cookingExecution(id, run);
  await orLeaveTo('the sweep', { orderId: id }, () => executions.start(name, input));
}
