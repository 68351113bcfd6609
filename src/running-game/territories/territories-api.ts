import type { Cursors } from '../../shared/http/cursor.ts';
import type { TerritoryStore } from './territory-store.ts';

/** What the routes of territories work with. */
export interface TerritoriesApi {
  readonly territories: Pick<TerritoryStore, 'inArea' | 'ofUser' | 'cellsHeld'>;
  readonly cursors: Cursors;
  /** H3's, of the cells that are captured. */
  readonly resolution: number;
}
