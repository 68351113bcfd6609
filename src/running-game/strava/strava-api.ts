import type { Cursors } from '../../shared/http/cursor.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import type { UserStore } from '../../users/user-store.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { ConnectingStrava } from './connect.ts';
import { StravaOff } from './connection.ts';
import type { StravaStore } from './strava-store.ts';
import type { TokenVault } from './token-vault.ts';

/** What the routes of this room work with. */
export interface StravaApi {
  readonly store: StravaStore;
  /** Undefined where the installation is not known to Strava. */
  readonly strava: ConnectingStrava | undefined;
  readonly vault: TokenVault;
  readonly users: Pick<UserStore, 'find'>;
  readonly runs: Pick<RunStore, 'find' | 'addBatch'>;
  readonly executions: Pick<Executions, 'start'>;
  readonly cursors: Cursors;
  /** Where Strava sends people back to. */
  readonly redirect: string;
  readonly webhookToken: string;
  readonly subscriptionId: string;
  readonly sharing: boolean;
}

/** The same where Strava is set up. Throws StravaOff where it is not. */
export function setUp(deps: StravaApi): StravaApi & { readonly strava: ConnectingStrava } {
  const { strava } = deps;
  if (!strava) throw new StravaOff();
  return { ...deps, strava };
}
