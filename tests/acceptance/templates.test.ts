import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { stacks } from '../../deployment/stacks.ts';
import { everyState, Machine } from '../../local/machines.ts';
import { python } from '../../local/python.ts';
import { aws } from '../support/tables.ts';
import { prefix } from '../support/where.ts';

/** The CloudFormation templates as they were packaged for this run, and what was made of them. */
const { dir } = z.object({ dir: z.string() }).parse(JSON.parse(process.env.CARILLON_TEST_HOME ?? ''));
const file = (stack: string) => join(dir, 'stacks', stack, 'package/cloudformation-template-update-stack.json');

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
  Outputs: z.record(z.string(), z.object({ Export: z.object({ Name: z.string() }).optional() })).default({}),
});
const templates = stacks
  .map((stack) => ({ stack, text: readFileSync(file(stack), 'utf8') }))
  .map(({ stack, text }) => ({ stack, text, ...Template.parse(JSON.parse(text)) }));
const resources = templates.flatMap(({ Resources }) => Object.values(Resources));
const ofType = (type: string) => resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

describe('the templates', () => {
  it('pass cfn-lint', () => {
    // osls names dependencies that a reference makes anyway.
    const ignored = ['--ignore-checks', 'W3005'];
    const lint = ['-c', 'from cfnlint.runner import main; main()', '--format', 'parseable', ...ignored, '--'];
    const { stdout, stderr } = spawnSync(python, [...lint, ...stacks.map(file)], { encoding: 'utf8' });
    // It knows TimeoutSeconds as a number only; in JSONata it may be an expression.
    const known = /:E3601:'\{% .+ %\}' is not of type 'number' at 'States\/\w+\/TimeoutSeconds'$/;
    const found = stdout.split('\n').filter((line) => line !== '' && !known.test(line));
    expect([found, stderr]).toEqual([[], '']);
  }, 120_000);

  it('import only what an earlier stack exports', () => {
    const exported = new Set<string>();
    for (const { text, Outputs } of templates) {
      const imported = [...text.matchAll(/"Fn::ImportValue":\s*"([^"]+)"/g)].map(([, name]) => name ?? '');
      expect(imported.filter((name) => !exported.has(name))).toEqual([]);
      for (const { Export } of Object.values(Outputs)) if (Export) exported.add(Export.Name);
    }
  });

  it('name nothing that is not there, nor twice', () => {
    const named = [
      ...ofType('AWS::Lambda::Function').map(({ FunctionName }) => `function:${FunctionName}`),
      ...ofType('AWS::StepFunctions::StateMachine').map(({ StateMachineName }) => `stateMachine:${StateMachineName}`),
      ...ofType('AWS::DynamoDB::Table').map(({ TableName }) => `table/${TableName}`),
      ...ofType('AWS::SQS::Queue').map(({ QueueName }) => String(QueueName)),
    ];
    expect(new Set(named).size).toBe(named.length);
    const meant = templates.flatMap(({ text }) =>
      [...text.matchAll(new RegExp(`(?:function:|stateMachine:|table/|sqs:[^:]*:[^:]*:)${prefix}-[a-z-]+`, 'g'))].map(
        ([name]) => name.replace(/^sqs:.*:/, ''),
      ),
    );
    expect(meant.length).toBeGreaterThan(20);
    expect(meant.filter((name) => !named.includes(name))).toEqual([]);
  });

  it('let every traced function write its traces, without which Lambda refuses to make it', () => {
    for (const { Resources } of templates) {
      for (const { Type, Properties } of Object.values(Resources)) {
        if (Type !== 'AWS::Lambda::Function') continue;
        const { Role } = z
          .object({ Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }) })
          .parse(Properties);
        expect(JSON.stringify(Resources[Role['Fn::GetAtt'][0]])).toContain('xray:PutTraceSegments');
      }
    }
  });

  it('give every function tracing, a time limit and logs that end', () => {
    for (const properties of ofType('AWS::Lambda::Function')) {
      expect(properties).toMatchObject({
        TracingConfig: { Mode: 'Active' },
        Timeout: expect.any(Number),
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
      });
    }
    for (const { RetentionInDays } of ofType('AWS::Logs::LogGroup')) expect(RetentionInDays).toBe(30);
    expect(ofType('AWS::Logs::LogGroup').length).toBe(ofType('AWS::Lambda::Function').length + 1);
  });

  it('trace and log every machine, without what it holds', () => {
    const machines = ofType('AWS::StepFunctions::StateMachine');
    expect(machines.length).toBeGreaterThan(2);
    for (const machine of machines) {
      expect(machine).toMatchObject({
        TracingConfiguration: { Enabled: true },
        LoggingConfiguration: { IncludeExecutionData: false },
      });
    }
  });
});

const sfn = new SFNClient(aws);
const iam = new IAMClient(aws);

const INVOKE = 'arn:aws:states:::lambda:invoke';

const STARTS_AND_WAITS = 'arn:aws:states:::states:startExecution.sync:2';
const FOLLOWS = /^events:|^states:(Describe|Stop)Execution$/;

const tasksOf = (definition: string) =>
  [...everyState(Machine.parse(JSON.parse(definition)))]
    .map(({ state }) => state)
    .filter(({ Type }) => Type === 'Task');

const Statement = z.object({
  Action: z.array(z.string()),
  Resource: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
});

describe("a state machine's role", () => {
  it('allows the tasks of its definition and nothing else (the emulator does not ask it)', async () => {
    const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand());
    const own = stateMachines.filter(({ name }) => name?.startsWith(prefix));
    expect(own.length).toBeGreaterThan(2);
    for (const { stateMachineArn } of own) {
      const { definition = '', roleArn = '' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
      const needed = tasksOf(definition).map(({ Resource, Arguments }) => {
        const { FunctionName, StateMachineArn } = z
          .object({ FunctionName: z.string().optional(), StateMachineArn: z.string().optional() })
          .parse(Arguments);
        if (Resource === INVOKE || Resource === `${INVOKE}.waitForTaskToken`)
          return `lambda:InvokeFunction ${FunctionName}`;
        if (Resource === STARTS_AND_WAITS) return `states:StartExecution ${StateMachineArn}`;
        throw new Error(`This test does not know what ${Resource} needs.`);
      });
      const granted = (await statements(roleArn.split('/').at(-1) ?? '')).flatMap(({ Action, Resource }) =>
        Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
      );
      // Of every machine that logs and traces, on no resource that could be named; and to follow executions that it started.
      const service =
        /^(logs|xray):\w+ \*$|^states:(Describe|Stop)Execution |^events:\w+ \S+:rule\/StepFunctionsGetEventsForStepFunctionsExecutionRule$/;
      const worth = granted.filter((grant) => !service.test(grant)).map((grant) => grant.replace(/:\*$/, ''));
      expect([...new Set(worth)].sort()).toEqual([...new Set(needed)].sort());
      // Whoever waits for an execution is told of its end by a rule of EventBridge's, and stops it when it is stopped itself.
      const follows = tasksOf(definition).some(({ Resource }) => Resource === STARTS_AND_WAITS)
        ? [
            'events:DescribeRule',
            'events:PutRule',
            'events:PutTargets',
            'states:DescribeExecution',
            'states:StopExecution',
          ]
        : [];
      const following = granted.map((grant) => grant.split(' ')[0] ?? '').filter((action) => FOLLOWS.test(action));
      expect([...new Set(following)].sort()).toEqual(follows);
    }
  });
});

async function statements(RoleName: string) {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const policies = await Promise.all(
    PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
  );
  return policies.flatMap(
    ({ PolicyDocument = '' }) =>
      z.object({ Statement: z.array(Statement) }).parse(JSON.parse(decodeURIComponent(PolicyDocument))).Statement,
  );
}
