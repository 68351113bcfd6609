import * as z from 'zod';
import { errorName } from '../errors.ts';
import { logger } from '../logger.ts';

/** A message of an SNS topic. */
export interface TopicMessage {
  readonly text: string;
  /** When it was published. */
  readonly at: Date;
}

const Event = z.object({
  Records: z.array(
    z.object({ Sns: z.object({ MessageId: z.string(), Message: z.string(), Timestamp: z.iso.datetime() }) }),
  ),
});

/**
 * The Lambda handler of a topic's subscriber. A failure is logged with the message's id and goes on to Lambda, which tries twice more and
 * then leaves the message in the function's dead-letter queue. The error itself does not go on: its text may quote the message.
 */
export function subscriber(take: (message: TopicMessage) => Promise<void>) {
  return async (event: unknown): Promise<void> => {
    for (const { Sns } of Event.parse(event).Records) {
      try {
        await take({ text: Sns.Message, at: new Date(Sns.Timestamp) });
      } catch (error) {
        logger.error('message not taken', {
          messageId: Sns.MessageId,
          error: errorName(error),
        });
        throw new Error(`message ${Sns.MessageId} was not taken`);
      }
    }
  };
}
