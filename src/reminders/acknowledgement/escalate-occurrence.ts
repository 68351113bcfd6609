import { fencedOccurrence } from '../claim-occurrence.ts';
import type { LifecycleInput } from '../occurrence.ts';
import { latestSend } from '../reminder.ts';
import { type Asking, escalate, holdToken, tierOn } from './asking.ts';
import { type Asked, type AskingDeps, changeAsking, followDecision } from './change-asking.ts';

export type AtTier = LifecycleInput & { readonly tier: number };

/**
 * Keeps the token that ends the machine's wait for a tier. Where there is nothing to wait for any more, the wait is ended at once. Throws
 * when another execution has the occurrence.
 */
export async function awaitAcknowledgement(
  input: AtTier & { readonly token: string },
  { reminders, tokens }: Pick<AskingDeps, 'reminders' | 'tokens'>,
): Promise<void> {
  const held = await changeAsking(input, (asked) => holdToken(fenced(asked, input), input.tier, input.token), {
    reminders,
  });
  const isHeld = held?.status === 'DELIVERING' && held.asking?.token === input.token && !held.asking.end;
  if (!isHeld) await tokens.answer(input.token, {});
}

export type Escalated = 'ESCALATED' | 'ACKNOWLEDGED' | 'UNACKNOWLEDGED' | 'WITHDRAWN';

/**
 * The wait for a tier is over: decides, in one conditional write, on the next one or the end, unless somebody has decided before. Done
 * again it answers the same. A reminder that was deleted meanwhile asks nobody. Throws when another execution has the occurrence.
 */
export async function escalateOccurrence(
  input: AtTier,
  deps: Pick<AskingDeps, 'reminders' | 'deliveries'>,
  now: Date,
): Promise<Escalated> {
  const after = await changeAsking(
    input,
    (asked) => {
      const { acknowledgement } = asked.content;
      if (!acknowledgement) throw new Error('It is asked for an acknowledgement and has no tiers');
      return escalate(fenced(asked, input), acknowledgement, input.tier, now, latestSend(asked.content, asked.dueAt));
    },
    deps,
  );
  if (!after) return 'WITHDRAWN';
  const { asking } = fencedOccurrence(after, input);
  await followDecision(after, deps, now);
  // The next tier was begun by this step, perhaps in a try before: who of it is not told any more is found out when they are selected.
  if (asking && tierOn(asking) > input.tier) return 'ESCALATED';
  return asking?.end?.kind ?? 'ESCALATED';
}

function fenced(asked: Asked, input: LifecycleInput): Asking {
  fencedOccurrence(asked, input);
  return asked.asking;
}
