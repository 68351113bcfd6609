import { paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';

/** The names of a machine's executions that were started from an instant on, the newest first; read as they are taken. */
export const armedExecutions = (client: SFNClient, stateMachineArn: string) =>
  async function* armed(from: Date): AsyncGenerator<string> {
    for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn, maxResults: 1000 })) {
      for (const { name = '', startDate = from } of executions) {
        if (startDate < from) return;
        yield name;
      }
    }
  };
