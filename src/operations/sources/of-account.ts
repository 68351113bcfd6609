import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { InvitationsEnv } from '../../invitations/invitations-env.ts';
import { milliseconds } from '../../shared/duration.ts';
import { consoleOf } from '../console.ts';
import { deployment as deploymentOf } from '../deployment.ts';
import { Interval, windowOf } from '../interval.ts';
import { cloudWatchMetrics } from '../metrics.ts';
import { alarms } from './alarms.ts';
import { deadLetters } from './dead-letters.ts';
import { executions } from './executions.ts';
import { functions } from './functions.ts';
import { longestWaits, stuck } from './stuck.ts';
import { tables } from './tables.ts';

export const AccountEnv = z.object({
  AWS_REGION: z.string(),
  PREFIX: z.string().min(1),
  STACKS: z.string().transform((names) => names.split(',')),
  OPERATIONS_INTERVAL: Interval,
  INVITATION_EXPIRES_AFTER: InvitationsEnv.shape.INVITATION_EXPIRES_AFTER,
});

/** The sources that ask AWS of what the deployment consists of. */
export function sourcesOfAccount(env: z.output<typeof AccountEnv>) {
  const prefix = env.PREFIX;
  const window = windowOf(env.OPERATIONS_INTERVAL);
  const links = consoleOf(env.AWS_REGION);
  const cloudWatch = new CloudWatchClient();
  const metrics = cloudWatchMetrics(cloudWatch);
  const deployment = deploymentOf(new CloudFormationClient(), env.STACKS);
  const waits = longestWaits(milliseconds(env.INVITATION_EXPIRES_AFTER));
  return {
    executions: executions({ deployment, metrics, links, window }),
    stuck: stuck({ client: new SFNClient(), deployment, links, prefix, waits }),
    functions: functions({ deployment, metrics, links, prefix, window }),
    'dead-letters': deadLetters({ client: new SQSClient(), deployment, links }),
    tables: tables({ deployment, metrics, links, window }),
    alarms: alarms({ client: cloudWatch, links, prefix }),
  };
}
