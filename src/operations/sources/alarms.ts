import { type CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import type { Console } from '../console.ts';
import type { Finding, Source } from '../finding.ts';

interface Deps {
  readonly client: CloudWatchClient;
  readonly links: Console;
  /** What the names of alarms begin with. */
  readonly prefix: string;
}

/** CloudWatch alarms that have gone off. */
export const alarms = ({ client, links, prefix }: Deps): Source => ({
  name: 'alarms',
  async look(now) {
    const found: Finding[] = [];
    const query = { AlarmNamePrefix: `${prefix}-`, StateValue: 'ALARM' as const };
    for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, query)) {
      for (const {
        AlarmName: where = '',
        AlarmDescription: what = 'Alarm',
        // The other one changes with every evaluation of a metric that lacks data, too (CloudWatch API reference, MetricAlarm).
        StateUpdatedTimestamp = now,
        StateTransitionedTimestamp = StateUpdatedTimestamp,
      } of MetricAlarms) {
        const since = StateTransitionedTimestamp.toISOString();
        found.push({ source: 'alarms', about: where, what, where, since, count: 1, link: links.alarm(where) });
      }
    }
    return found;
  },
});
