import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

/** After so many executions for one thing that ended without result it is left to the operators. */
export const MOST_RUNS = 9;

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

/** For a sweep's many calls at the same moment: when Step Functions throttles them, the client slows down as a whole. */
export const sweepingClient = () => new SFNClient({ maxAttempts: 8, retryMode: 'adaptive' });
