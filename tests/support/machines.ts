import { GetExecutionHistoryCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { stepFunctionsExecutions } from '../../src/shared/workflow/executions.ts';
import { aws } from './tables.ts';
import { prefix } from './where.ts';

const sfn = new SFNClient(aws);

export const machineArn = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${prefix}-${name}`;

const executionArn = (machine: string, name: string) =>
  `${machineArn(machine).replace(':stateMachine:', ':execution:')}:${name}`;

export const executionsOf = (machine: string) => stepFunctionsExecutions(sfn, machineArn(machine));

export const stopExecution = (machine: string, name: string) =>
  sfn.send(new StopExecutionCommand({ executionArn: executionArn(machine, name) }));

/** The state that an execution is in, or has ended in. */
export async function stateOf(machine: string, name: string): Promise<string | undefined> {
  const history = new GetExecutionHistoryCommand({ executionArn: executionArn(machine, name) });
  const { events = [] } = await sfn.send(history);
  return events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []).at(-1);
}
