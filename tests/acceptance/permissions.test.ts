import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import {
  GetPolicyCommand,
  LambdaClient,
  paginateListFunctions,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { aws } from '../support/tables.ts';
import { address, prefix } from '../support/where.ts';

/**
 * Least privilege, from both sides. A permission that is missing makes a function fail in some test, since the stack enforces
 * roles. A permission that no test of this run has used is found here. The whole suite has to have run before.
 */
const Used = z.array(z.object({ role: z.string(), action: z.string(), resource: z.string(), decision: z.string() }));

const strings = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const Policy = z.object({
  Statement: z.array(
    z.object({
      Effect: z.literal('Allow'),
      Action: strings,
      Resource: strings.optional(),
      NotResource: strings.optional(),
    }),
  ),
});

/** What Lambda itself does with a function's role, which the emulator does without asking. */
const BY_LAMBDA = [
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
];
/** The same, for what these failed to do: it goes to their dead letters. */
const DEAD_LETTERS = {
  functions: [
    'sweep',
    'sweep-notifications',
    'sweep-redrives',
    'sweep-comment-windows',
    'close-sockets',
    'sweep-invitations',
    'sweep-pizza-orders',
    'sweep-price-alerts',
    'sweep-game-events',
    'sweep-captures',
    'sweep-top-ups',
    'sweep-strava',
    'record-email-events',
    'record-sms-replies',
  ].map((name) => `${prefix}-${name}`),
  action: 'sqs:SendMessage',
};

/** What has no resource that could be named: phone numbers, endpoints to be, metrics, traces (Service Authorization Reference). */
const UNNAMEABLE = [
  'cloudwatch:DescribeAlarms',
  'cloudwatch:GetMetricData',
  'cloudwatch:ListMetrics',
  'sns:Publish',
  'sns:CreatePlatformEndpoint',
  'sns:SetEndpointAttributes',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
];

const iam = new IAMClient(aws);
const lambda = new LambdaClient(aws);

const matches = (pattern: string, text: string) =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(text);

interface Grant {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly covers: (resource: string) => boolean;
}

async function grantsOf(role: string): Promise<Grant[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: role }));
  const documents = await Promise.all(
    PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName: role, PolicyName }))),
  );
  return documents.flatMap(({ PolicyDocument = '' }) => {
    const { Statement } = Policy.parse(JSON.parse(decodeURIComponent(PolicyDocument)));
    return Statement.flatMap(({ Action, Resource, NotResource }) =>
      Action.flatMap((action) =>
        NotResource
          ? [
              {
                role,
                action,
                resource: `not ${NotResource}`,
                covers: (text: string) => !NotResource.some((each) => matches(each, text)),
              },
            ]
          : (Resource ?? []).map((resource) => ({
              role,
              action,
              resource,
              covers: (text: string) => matches(resource, text),
            })),
      ),
    );
  });
}

let used: z.output<typeof Used>;
/** Name of the role → name of the function. */
const functions = new Map<string, string>();

beforeAll(async () => {
  used = Used.parse(await (await fetch(`${address}/_carillon/permissions`)).json());
  for await (const { Functions } of paginateListFunctions({ client: lambda }, {})) {
    for (const { FunctionName = '', Role = '' } of Functions ?? []) {
      if (FunctionName.startsWith(`${prefix}-`)) functions.set(Role.split('/').at(-1) ?? '', FunctionName);
    }
  }
});

const named = ({ role, action, resource }: { role: string; action: string; resource: string }) =>
  `${functions.get(role)}: ${action} ${resource}`;

describe("a function's role", () => {
  it('allows nothing that no test has used', async () => {
    expect(functions.size).toBeGreaterThan(20);
    const grants = (await Promise.all([...functions.keys()].map(grantsOf))).flat();
    const unused = grants
      .filter(({ action }) => !BY_LAMBDA.includes(action))
      .filter(
        ({ role, action }) =>
          action !== DEAD_LETTERS.action || !DEAD_LETTERS.functions.includes(functions.get(role) ?? ''),
      )
      .filter(
        ({ role, action, covers }) =>
          !used.some(
            (each) =>
              each.role === role && each.action === action && each.decision === 'Allow' && covers(each.resource),
          ),
      );
    expect(unused.map(named)).toEqual([]);
  });

  it('names its resources, down to the table', async () => {
    const grants = (await Promise.all([...functions.keys()].map(grantsOf))).flat();
    const wide = grants.filter(
      ({ action, resource }) => /^\*$|:\*$|table\/\*|function:\*/.test(resource) && !UNNAMEABLE.includes(action),
    );
    const own =
      /log-group:\/aws\/lambda\/[a-z-]+:\*:\*$|:execution:[a-z-]+-(reminder-lifecycle|notification-delivery|redrive|comment-digest|invitation-lifecycle|cooking|event-finish|strava-sync|territory-capture|coin-top-up):\*$/;
    expect(wide.filter(({ resource }) => !own.test(resource)).map(named)).toEqual([]);
  });

  it('allows everything that a function has tried', () => {
    const denied = used.filter(({ decision }) => decision !== 'Allow');
    expect(denied.map(named)).toEqual([]);
  });
});

const Callers = z.object({
  Statement: z.array(
    z.object({
      Principal: z.object({ Service: z.string() }),
      Condition: z.object({ ArnLike: z.record(z.string(), z.string()) }).optional(),
    }),
  ),
});

/** Who may call a function, each as `<service> for <what>`. */
async function callersOf(FunctionName: string): Promise<string[]> {
  try {
    const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName }));
    return Callers.parse(JSON.parse(Policy)).Statement.map(
      ({ Principal, Condition }) => `${Principal.Service} for ${Object.values(Condition?.ArnLike ?? { any: '*' })}`,
    );
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
}

describe('a function', () => {
  it('is called for something of this account, not for whatever another one has', async () => {
    const callers = (await Promise.all([...functions.values()].map(callersOf))).flat();
    expect(callers.length).toBeGreaterThan(10);
    expect(callers.filter((caller) => !/ for arn:aws:[a-z-]+:[a-z0-9-]+:\d{12}:.+/.test(caller))).toEqual([]);
  });
});
