import { expect, it } from '@jest/globals';
import * as z from 'zod';
import { resolveFile } from '../../local/machines.ts';

const Stack = z.object({
  functions: z.array(
    z.record(z.string(), z.object({ name: z.string(), events: z.array(z.record(z.string(), z.unknown())).optional() })),
  ),
  resources: z.array(z.object({ Resources: z.record(z.string(), z.unknown()).optional() })),
});
const Failures = z.object({
  Type: z.literal('AWS::Lambda::EventInvokeConfig'),
  Properties: z.object({
    FunctionName: z.string(),
    DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.unknown() }) }),
  }),
});

it('keeps what a function could not deal with, wherever nobody waits for its answer', () => {
  const { functions, resources } = Stack.parse(resolveFile('serverless-workflows.yml', 'serverless-workflows.yml'));
  const unattended = functions
    .flatMap((group) => Object.values(group))
    .filter(({ events = [] }) => events.some((event) => 'schedule' in event || 'sns' in event))
    .map(({ name }) => name);
  const kept = resources
    .flatMap(({ Resources = {} }) => Object.values(Resources))
    .flatMap((resource) => Failures.safeParse(resource).data?.Properties.FunctionName ?? []);
  expect(unattended.length).toBeGreaterThan(4);
  expect(unattended.filter((name) => !kept.includes(name))).toEqual([]);
});
