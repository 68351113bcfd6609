import type { Cursors } from '../shared/http/cursor.ts';
import type { AskDeps } from './ask-redrive.ts';
import type { RedriveStore } from './redrive-store.ts';

/** What the routes of redrives need. */
export interface RedrivesDeps extends AskDeps {
  readonly redrives: Pick<RedriveStore, 'create' | 'repeated' | 'find' | 'list'>;
  readonly cursors: Cursors;
}
