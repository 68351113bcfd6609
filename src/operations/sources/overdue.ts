import type { DueEntry } from '../../reminders/due-index.ts';
import { bounded, type Source } from '../finding.ts';

interface Deps {
  /** Reminders that are due and that nobody has claimed. */
  overdue(now: Date): Promise<DueEntry[]>;
  link(reminderId: string): string;
}

export const overdue = (deps: Deps): Source => ({
  name: 'overdue',
  async look(now) {
    return bounded(
      (await deps.overdue(now)).map(({ id, due }) => ({
        source: 'overdue',
        about: `${id}@${due}`,
        what: `A reminder was due at ${due} and is not claimed`,
        where: id,
        since: due,
        count: 1,
        link: deps.link(id),
      })),
    );
  },
});
