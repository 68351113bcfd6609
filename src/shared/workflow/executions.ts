import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

/** Executions of one state machine, by name. */
export interface Executions {
  /** False when there is, or was, one of that name. */
  start(name: string, input: object): Promise<boolean>;
  /** Undefined when there is none of that name (yet: a fresh one may not be visible at once). */
  status(name: string): Promise<'RUNNING' | 'ENDED' | undefined>;
}

export function stepFunctionsExecutions(client: SFNClient, machineArn: string): Executions {
  const prefix = machineArn.replace(':stateMachine:', ':execution:');
  return {
    async start(name, input) {
      try {
        await client.send(
          new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
        );
        return true;
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return false;
        throw error;
      }
    },
    async status(name) {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn: `${prefix}:${name}` }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'RUNNING' : 'ENDED';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  };
}
