import { type Kind, overdueInGame } from '../../running-game/overdue.ts';
import { bounded, type Source } from '../finding.ts';

interface LinkedKind extends Kind {
  link(id: string): string;
}

/** What is overdue in the running game. */
export const game = (kinds: readonly LinkedKind[]): Source => ({
  name: 'game',
  async look(now) {
    return bounded(
      (await overdueInGame(kinds, now)).map(({ kind, entry: { id, due } }) => ({
        source: 'game',
        about: `${kind.name}#${id}`,
        what: `${kind.name} is overdue: it was due at ${due} and is not settled`,
        where: id,
        since: due,
        count: 1,
        link: kind.link(id),
      })),
    );
  },
});
