import { errorName } from '../shared/errors.ts';
import { logger } from '../shared/logger.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import { type Invitation, invitationExecution } from './invitation.ts';

/** What the execution of an invitation begins with. */
export const executionOf = (id: string, run: number) => ({
  name: invitationExecution(id, run),
  input: { invitationId: id, run },
});

/**
 * Starts the execution of an invitation that is open. It is stored by now and the sweep makes sure of it anyway, so a failure here is
 * a warning to the operators and not the caller's.
 */
export async function startLifecycle(invitation: Invitation, executions: Pick<Executions, 'start'>): Promise<void> {
  if (invitation.status !== 'OPEN') return;
  const { name, input } = executionOf(invitation.id, invitation.run);
  try {
    await executions.start(name, input);
  } catch (error) {
    logger.warn('left to the sweep', { invitationId: invitation.id, error: errorName(error) });
  }
}
