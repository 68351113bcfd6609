import { MINUTE } from '../../shared/time.ts';
import type { Sighting } from './chain.ts';
import type { TopUp, TopUpStatus } from './top-up.ts';

/** What the machine goes on by. */
export interface Standing {
  readonly status: TopUpStatus | 'UNNAMED' | 'SUPERSEDED' | 'FORGOTTEN';
  /** Until when a transaction is waited for that nobody has named yet. */
  readonly until?: string;
  /** When the chain is asked next. */
  readonly wakeAt?: string;
}

/** The chain is asked at least so often; milliseconds. */
const LONGEST = 5 * MINUTE;

/** Of the time that a transaction has been looked for already: so a long wait takes few looks, and none is found much later than it came. */
const PATIENCE = 1 / 8;

/** How a top-up stands for its `run`-th execution; `poll` is the shortest time between two looks, in milliseconds. */
export function standingOf(
  topUp: TopUp | undefined,
  run: number,
  pace: { readonly poll: number; readonly head?: Sighting['head'] },
  now: Date,
): Standing {
  if (!topUp) return { status: 'FORGOTTEN' };
  const { status } = topUp;
  if (topUp.run !== run) return { status: 'SUPERSEDED' };
  if (status !== 'AWAITING_PAYMENT' && status !== 'CONFIRMING') return { status };
  if (topUp.transaction === undefined) return { status: 'UNNAMED', until: topUp.expires_at };
  return { status, wakeAt: new Date(now.getTime() + waitFor(topUp, pace, now)).toISOString() };
}

function waitFor(
  topUp: Extract<TopUp, { status: 'AWAITING_PAYMENT' | 'CONFIRMING' }>,
  { poll, head }: Parameters<typeof standingOf>[2],
  now: Date,
): number {
  // Whoever has not asked yet asks at once.
  if (!head) return 0;
  const clamped = (wait: number) => Math.min(Math.max(wait, poll), Math.max(LONGEST, poll));
  if (topUp.status === 'AWAITING_PAYMENT') {
    return clamped((now.getTime() - Date.parse(topUp.named_at ?? topUp.created_at)) * PATIENCE);
  }
  const blocks = head.number - topUp.block_number;
  if (blocks < 1) return poll;
  // As fast as its blocks came so far.
  const each = (head.at.getTime() - Date.parse(topUp.block_at)) / blocks;
  return clamped(each * (topUp.confirmations_needed - topUp.confirmations));
}
