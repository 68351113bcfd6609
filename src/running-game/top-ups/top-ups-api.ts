import * as z from 'zod';
import type { Cursors } from '../../shared/http/cursor.ts';
import type { Executions } from '../../shared/workflow/executions.ts';
import type { TaskTokens } from '../../shared/workflow/task-tokens.ts';
import type { Accounts } from '../../users/still-here.ts';
import type { TopUpStore } from './top-up-store.ts';
import type { Offer } from './top-ups-env.ts';

/** What the routes of this room work with. */
export interface TopUpsApi {
  readonly topUps: Pick<TopUpStore, 'create' | 'find' | 'change' | 'ofUser' | 'tokenOf'>;
  readonly users: Accounts;
  readonly executions: Pick<Executions, 'start'>;
  readonly tokens: TaskTokens;
  readonly cursors: Cursors;
  /** Undefined where coins are not sold. */
  readonly offer: Offer | undefined;
}

export const topUpPath = z.object({ id: z.string().min(1).max(64) });
