import {
  InvalidToken,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';

/** Machines that wait for an answer (`.waitForTaskToken`). A token is kept where nobody outside sees it. */
export interface TaskTokens {
  /** Ends a wait. False when it had ended before: the machine timed out, was stopped, or has its answer. */
  answer(token: string, output: object): Promise<boolean>;
}

/**
 * What decides is written before, under a condition; the answer merely wakes the machine, which then looks at what was decided. IAM asks for
 * `states:SendTaskSuccess` on the machine's ARN (as aws-cdk's `grantTaskResponse` has it; the Service Authorization Reference names none).
 */
export function stepFunctionsTokens(client: SFNClient): TaskTokens {
  return {
    async answer(taskToken, output) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
        return true;
      } catch (error) {
        if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken)
          return false;
        throw error;
      }
    },
  };
}
