import type { SweepResult } from '../shared/workflow/sweep.ts';
import { type SweepOpenDeps, sweepOpen } from '../shared/workflow/sweep-open.ts';
import { giveUp, takeOver } from './invitation.ts';
import type { InvitationStore } from './invitation-store.ts';
import { executionOf } from './start-lifecycle.ts';

interface SweepDeps extends SweepOpenDeps {
  readonly invitations: Pick<InvitationStore, 'overdue' | 'change'>;
}

/**
 * One pass over the invitations whose execution should have moved them on by now. Those that wait for an address get theirs when their
 * time is over.
 */
export const sweepInvitations = ({ invitations, ...deps }: SweepDeps): Promise<SweepResult> =>
  sweepOpen(
    {
      open: invitations.overdue,
      async takeOver({ id }, run, now) {
        const taken = await invitations.change(id, (current) => takeOver(current, run, now));
        return 'run' in taken && taken.run === run;
      },
      async fail({ id }, now) {
        await invitations.change(id, (current) => giveUp(current, now));
      },
      execution: ({ id }, run) => executionOf(id, run),
    },
    deps,
  );
