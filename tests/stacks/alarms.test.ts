import { expect, it } from '@jest/globals';
import * as z from 'zod';
import { everyState, resolveFile, shippedMachines } from '../../local/machines.ts';

const service = 'serverless-workflows.yml';
const Workflows = z.object({
  functions: z.array(
    z.record(
      z.string(),
      z.object({ name: z.string(), events: z.array(z.object({ schedule: z.unknown().optional() })).default([]) }),
    ),
  ),
  resources: z.array(
    z.object({
      Resources: z
        .record(z.string(), z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }))
        .default({}),
    }),
  ),
});
const Alarm = z.object({
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Value: z.string() })).default([]),
  AlarmActions: z.array(z.unknown()).min(1),
});
const InvokeConfig = z.object({ FunctionName: z.string(), DestinationConfig: z.object({ OnFailure: z.unknown() }) });

const { functions, resources } = Workflows.parse(resolveFile(service, service));
const ofType = (type: string) =>
  resources.flatMap(({ Resources }) =>
    Object.values(Resources).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : [])),
  );
const alarms = new Set(
  ofType('AWS::CloudWatch::Alarm')
    .map((properties) => Alarm.parse(properties))
    .flatMap(({ MetricName, Dimensions }) => Dimensions.map(({ Value }) => `${MetricName} ${Value}`)),
);
const scheduled = functions
  .flatMap((group) => Object.values(group))
  .flatMap(({ name, events }) => (events.some(({ schedule }) => schedule) ? [name] : []));

it.each(scheduled)('%s has a place for its dead letters, and alarms', (name) => {
  const kept = ofType('AWS::Lambda::EventInvokeConfig').map(
    (properties) => InvokeConfig.parse(properties).FunctionName,
  );
  expect(kept).toContain(name);
  expect(alarms).toContain(`Errors ${name}`);
  // A socket that stays open longer than its token is not worth an alarm of its own.
  if (!name.endsWith('close-sockets')) expect(alarms).toContain(`Invocations ${name}`);
});

const machines = shippedMachines();
/** What another machine starts and waits for fails with that one. */
const startedByOthers = [...machines.values()]
  .flatMap((machine) => [...everyState(machine)])
  .map(({ state }) => z.object({ StateMachineArn: z.string() }).safeParse(state.Arguments).data?.StateMachineArn ?? '');

it.each([...machines.keys()])('%s has an alarm, or is waited for by a machine that has one', (name) => {
  const watched = [...alarms].some((alarm) => alarm.startsWith('ExecutionsFailed ') && alarm.endsWith(`:${name}`));
  const waitedFor = startedByOthers.some((arn) => arn.endsWith(`:${name}`));
  expect({ name, told: watched || waitedFor }).toEqual({ name, told: true });
});
