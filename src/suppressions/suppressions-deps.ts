import type { Cursors } from '../shared/http/cursor.ts';
import type { SuppressionStore } from './suppression-store.ts';

/** What the routes of suppressions need. */
export interface SuppressionsDeps {
  readonly suppressions: SuppressionStore;
  readonly cursors: Cursors;
}
