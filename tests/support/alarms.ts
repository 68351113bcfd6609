import { randomUUID } from 'node:crypto';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { aws } from './tables.ts';
import { prefix } from './where.ts';

const cloudWatch = new CloudWatchClient(aws);

/** An alarm of the deployment, by its name, whose metric never has data, so that it stays in the state that it is set to. */
export function plantedAlarm() {
  const AlarmName = `${prefix}-planted-${randomUUID().slice(0, 8)}`;
  return {
    name: AlarmName,
    put: () =>
      cloudWatch.send(
        new PutMetricAlarmCommand({
          AlarmName,
          AlarmDescription: 'Planted by a test',
          ...{ Namespace: AlarmName, MetricName: 'Nothing', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 },
          ...{ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'ignore' },
        }),
      ),
    set: (StateValue: 'ALARM' | 'OK') =>
      cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'a test' })),
    remove: () => cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] })),
  };
}
