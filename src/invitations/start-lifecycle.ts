import { orLeaveTo } from '../shared/leave-to.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { type Invitation, invitationExecution } from './invitation.ts';

/** What the execution of an invitation begins with. */
export const executionOf = (id: string, run: number) => ({
  name: invitationExecution(id, run),
  input: { invitationId: id, run },
});

/** Starts the execution of an invitation that is stored, and open. */
export async function startLifecycle(invitation: Invitation, executions: Pick<Executions, 'start'>): Promise<void> {
  if (invitation.status !== 'OPEN') return;
  const { name, input } = executionOf(invitation.id, invitation.run);
  await orLeaveTo('the sweep', { invitationId: invitation.id }, () => executions.start(name, input));
}
