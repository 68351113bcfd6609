import * as z from 'zod';
import { DomainError } from '../../shared/errors.ts';
import { logger } from '../../shared/logger.ts';
import type { PoolAccount } from '../confirm-account.ts';
import { USER_ID_ATTRIBUTE } from '../pool-directory.ts';

const attributes = z.record(z.string(), z.string().nullish());

/** What every trigger is told (Cognito developer guide, "Customizing user pool workflows with Lambda triggers"). */
export const TriggerEvent = z.looseObject({
  triggerSource: z.string(),
  userPoolId: z.string(),
  userName: z.string(),
  request: z.looseObject({ userAttributes: attributes }),
  response: z.record(z.string(), z.unknown()).nullish(),
});
export type TriggerEvent = z.output<typeof TriggerEvent>;

/** The pool shows the message to whoever called it, so it holds nothing of ours. */
class TriggerFailed extends Error {
  override readonly name = 'TriggerFailed';
  constructor() {
    super('The account service is out of order, try again');
  }
}

/**
 * The Lambda handler of one trigger: `run` answers what goes into the event's response. A refusal (DomainError) reaches the caller
 * in its own words; anything else is logged and told as a fault of ours.
 */
export function trigger(run: (event: TriggerEvent) => Promise<Record<string, unknown>>) {
  return async (input: unknown): Promise<TriggerEvent> => {
    const event = TriggerEvent.parse(input);
    try {
      return { ...event, response: { ...event.response, ...(await run(event)) } };
    } catch (error) {
      const { triggerSource } = event;
      if (error instanceof DomainError) {
        logger.info('trigger refused', { triggerSource, reason: error.name });
        throw error;
      }
      logger.error('trigger failed', { triggerSource, error: error instanceof Error ? error : String(error) });
      throw new TriggerFailed();
    }
  };
}

const Account = z.object({
  sub: z.string(),
  email: z.string().min(1),
  email_verified: z.string().nullish(),
  [USER_ID_ATTRIBUTE]: z.string().nullish(),
});

/** The account in an event of a confirmed user; undefined when it has no email, which nothing of ours works without. */
export function accountOf(event: TriggerEvent): PoolAccount | undefined {
  const parsed = Account.safeParse(event.request.userAttributes);
  if (!parsed.success) return undefined;
  const { sub, email, email_verified } = parsed.data;
  return {
    id: sub,
    userName: event.userName,
    email,
    emailVerified: email_verified === 'true',
    knownUserId: parsed.data[USER_ID_ATTRIBUTE] ?? undefined,
  };
}
