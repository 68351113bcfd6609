import type { Accounts } from '../../users/still-here.ts';
import type { MiningDeps } from './claim.ts';

/** What the routes of this room work with. */
export interface MiningApi {
  readonly users: Accounts;
  readonly mining: MiningDeps;
}
