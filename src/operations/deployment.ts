import { type CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';

/** What the stacks consist of, by CloudFormation's own account: nothing has to be listed by hand, and nothing of others is looked at. */
export interface Deployment {
  /** Physical ids of one type: names of functions and tables, ARNs of machines, URLs of queues. */
  all(type: ResourceType): Promise<string[]>;
}
export type ResourceType =
  | 'AWS::Lambda::Function'
  | 'AWS::StepFunctions::StateMachine'
  | 'AWS::SQS::Queue'
  | 'AWS::DynamoDB::Table';

/** While it is deployed: what is not there yet, or is no more. */
const IN_BETWEEN = new Set(['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);

export function deployment(client: CloudFormationClient, stacks: readonly string[]): Deployment {
  async function resourcesOf(StackName: string, type: ResourceType): Promise<string[]> {
    const found: string[] = [];
    for await (const page of paginateListStackResources({ client }, { StackName })) {
      for (const { ResourceType, PhysicalResourceId, ResourceStatus = '' } of page.StackResourceSummaries ?? []) {
        if (ResourceType === type && PhysicalResourceId && !IN_BETWEEN.has(ResourceStatus))
          found.push(PhysicalResourceId);
      }
    }
    return found;
  }
  return { all: async (type) => (await Promise.all(stacks.map((stack) => resourcesOf(stack, type)))).flat() };
}

/** The last part of an ARN or a queue's URL. */
export const nameOf = (id: string): string => id.split(/[:/]/).at(-1) ?? id;
