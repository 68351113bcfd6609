import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Console } from '../console.ts';
import { type Deployment, nameOf } from '../deployment.ts';
import type { Finding, Source } from '../finding.ts';

interface Deps {
  readonly client: SQSClient;
  readonly deployment: Deployment;
  readonly links: Console;
}

/** Messages in the deployment's queues, all of which are for what could not be dealt with. */
export const deadLetters = ({ client, deployment, links }: Deps): Source => ({
  name: 'dead-letters',
  async look(now) {
    const messagesIn = async (QueueUrl: string): Promise<Finding[]> => {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      const count = Object.values(Attributes).reduce((sum, text) => sum + Number(text), 0);
      if (count === 0) return [];
      const [where, since] = [nameOf(QueueUrl), now.toISOString()];
      const what = 'Messages are in a dead-letter queue';
      return [{ source: 'dead-letters', about: where, what, where, since, count, link: links.queue(QueueUrl) }];
    };
    const queues = await deployment.all('AWS::SQS::Queue');
    return (await Promise.all(queues.map(messagesIn))).flat();
  },
});
