import * as z from 'zod';
import type { Caller } from '../shared/http/caller.ts';
import type { Cursors } from '../shared/http/cursor.ts';
import type { Executions } from '../shared/workflow/executions.ts';
import type { TaskTokens } from '../shared/workflow/task-tokens.ts';
import type { Accounts } from '../users/still-here.ts';
import type { OpeningHours } from './opening-hours.ts';
import type { OrderStore } from './order-store.ts';

/** What the routes of this domain work with. */
export interface OrdersApi {
  readonly orders: Pick<OrderStore, 'place' | 'repeated' | 'find' | 'change' | 'list' | 'tokenOf'>;
  readonly users: Accounts;
  readonly executions: Pick<Executions, 'start'>;
  readonly tokens: TaskTokens;
  readonly cursors: Cursors;
  readonly hours: OpeningHours;
  /** How many orders the kitchen has room for; undefined for any number. */
  readonly capacity: number | undefined;
}

export const orderPath = z.object({ id: z.string().min(1).max(64) });

/** Whether somebody sees the orders of everybody. */
export const isStaff = ({ groups }: Caller): boolean => groups.includes('staff');
