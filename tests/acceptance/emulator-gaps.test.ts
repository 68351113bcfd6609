import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../local/client.ts';
import { python } from '../../local/python.ts';
import { aws, tableName } from '../support/tables.ts';
import { prefix } from '../support/where.ts';

/**
 * Where the emulator is not like AWS, so that a green run says nothing about it. Each test here passes as long as the gap is
 * there. One that fails is good news: what the front door or another test does in its stead can go.
 */
const sfn = new SFNClient(aws);
const iam = new IAMClient(aws);
const RoleName = `gaps-${randomUUID().slice(0, 8)}`;
const machines: string[] = [];
let roleArn = '';

beforeAll(async () => {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  roleArn = Role?.Arn ?? '';
});
afterAll(async () => {
  for (const stateMachineArn of machines) await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
});

/** A machine of one state, whose role may do nothing. */
async function machine(state: object) {
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Only',
    States: { Only: { ...state, End: true } },
  });
  const name = `gaps-${randomUUID().slice(0, 8)}`;
  const { stateMachineArn = '' } = await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  machines.push(stateMachineArn);
  return stateMachineArn;
}

const ended = (executionArn: string) =>
  until('the end of the execution', 20, async () => {
    const { status, error } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' ? undefined : { status, error };
  });

const source = (expression: string) =>
  execFileSync(python, ['-c', `import inspect; from ministack.services import cognito; print(${expression})`], {
    encoding: 'utf8',
  });

const sourceOf = (module: string, name?: string) =>
  execFileSync(
    python,
    [
      '-c',
      `import inspect, ministack.services.${module} as it; print(inspect.getsource(${name === undefined ? 'it' : `it.${name}`}))`,
    ],
    { encoding: 'utf8' },
  );

const resourceTypes = () =>
  execFileSync(
    python,
    ['-c', 'from ministack.services.cloudformation import provisioners as it; print([*it._RESOURCE_HANDLERS])'],
    { encoding: 'utf8' },
  );

describe('the emulator, unlike AWS,', () => {
  it("lets a state machine do what its role does not allow (a test compares the shipped machines' roles and tasks)", async () => {
    const stateMachineArn = await machine({
      Type: 'Task',
      Resource: 'arn:aws:states:::dynamodb:getItem',
      Arguments: { TableName: tableName('users'), Key: { pk: { S: 'nobody' }, sk: { S: 'nothing' } } },
    });
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }));
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('refuses to start what runs already under the same name and input (the sweep takes both answers)', async () => {
    const stateMachineArn = await machine({ Type: 'Wait', Seconds: 600 });
    const start = new StartExecutionCommand({ stateMachineArn, input: '{}', name: 'once' });
    const { executionArn = '' } = await sfn.send(start);
    await expect(sfn.send(start)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await sfn.send(new StopExecutionCommand({ executionArn }));
  });

  it('cannot redrive a failed execution (the sweep starts a new one)', async () => {
    const stateMachineArn = await machine({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'nothing' },
    });
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }));
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED' });
    await expect(sfn.send(new RedriveExecutionCommand({ executionArn }))).rejects.toThrow();
  });

  it('has a task wait for its token beyond the time between heartbeats', async () => {
    const stateMachineArn = await machine({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: `${prefix}-sweep`, Payload: { token: '{% $states.context.Task.Token %}' } },
      TimeoutSeconds: 4,
      HeartbeatSeconds: 1,
    });
    const started = Date.now();
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }));
    await ended(executionArn);
    expect(Date.now() - started).toBeGreaterThan(3_000);
  });

  it('shares the names and variables of branches, and has no Output of a Parallel state in JSONata (the front door has)', () => {
    expect(sourceOf('stepfunctions', '_run_parallel_branches')).not.toContain('jsonata');
  });

  it.each(['PostConfirmation', 'PostAuthentication', 'CustomMessage_SignUp'])(
    'does not call %s (the front door does)',
    (trigger) => {
      expect(source('inspect.getsource(cognito)')).not.toContain(`"${trigger}`);
    },
  );

  it('mails the same code to everybody (the front door makes it random)', () => {
    expect(source('inspect.getsource(cognito._sign_up)')).toContain('"_confirmation_code": "123456"');
  });

  it('does not verify the email of a sign-up that is confirmed (the front door does)', () => {
    expect(source('inspect.getsource(cognito._confirm_sign_up)')).not.toContain('email_verified');
  });

  it('publishes no events of configuration sets, and authorizes a mail on none of them (the front door does)', () => {
    const destination = '_ses_configuration_set_event_destination_create';
    expect(sourceOf('cloudformation.provisioners', destination)).toContain('does not deliver SES events');
    expect(sourceOf('ses_v2', 'handle_request')).not.toContain('publish');
  });

  it('calls a function with a topic’s message once, whatever becomes of it (the front door has Lambda try again)', () => {
    expect(sourceOf('sns', '_deliver_to_lambda')).not.toContain('invoke_async_with_retry');
  });

  it.each(['Deployment', 'RouteResponse'])(
    'has no AWS::ApiGatewayV2::%s in CloudFormation (the front door has)',
    (resource) => {
      expect(resourceTypes()).not.toContain(`'AWS::ApiGatewayV2::${resource}'`);
    },
  );

  it('counts no ends of executions, and no throttles of tables (local/emulation/metrics.py does)', () => {
    for (const module of ['stepfunctions', 'dynamodb']) {
      expect(sourceOf(module)).not.toContain('record_metric');
    }
  });

  it('ends no execution by its time (a test counts one that has)', async () => {
    expect(sourceOf('stepfunctions')).not.toMatch(/\["status"\] = "TIMED_OUT"/);
  });

  it('has every alarm go by all metrics of a name, whatever their dimensions (local/emulation/metrics.py mends it)', () => {
    expect(sourceOf('cloudwatch', '_evaluate_alarm')).not.toContain('Dimensions');
  });
});
