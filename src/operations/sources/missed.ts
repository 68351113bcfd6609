import type { Fault, Missed } from '../../reminders/missed.ts';
import { bounded, type Source } from '../finding.ts';

const WHAT: Record<Fault, string> = {
  LOST: 'A reminder did not go off',
  LATE: 'A reminder went off more than a minute late',
  EXPIRED: 'A reminder was so late that it was not sent',
  GIVEN_UP: 'A reminder was given up: all its executions failed',
};

interface Deps {
  /** Occurrences from an instant on that did not take place as they should have. */
  missed(from: Date, now: Date): Promise<Missed[]>;
  link(occurrenceId: string): string;
  /** Milliseconds that a look goes back. */
  readonly window: number;
}

/** What the schedules ask for, compared with the log. */
export const missed = (deps: Deps): Source => ({
  name: 'missed',
  async look(now) {
    const found = await deps.missed(new Date(now.getTime() - deps.window), now);
    return bounded(
      found.map(({ occurrenceId, dueAt, fault }) => ({
        source: 'missed',
        about: `${occurrenceId}#${fault}`,
        what: `${WHAT[fault]}; it was due at ${dueAt}`,
        where: occurrenceId,
        since: dueAt,
        count: 1,
        link: deps.link(occurrenceId),
      })),
    );
  },
});
