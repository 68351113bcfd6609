import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { expect, it } from '@jest/globals';
import { shippedDefinitions } from '../../local/machines.ts';
import { aws } from '../support/tables.ts';
import { prefix } from '../support/where.ts';

it('deploys the machines that the tests without a stack look at', async () => {
  const sfn = new SFNClient(aws);
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand());
  const described = stateMachines.map(async ({ stateMachineArn }) => {
    const { name = '', definition = '' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return [name, JSON.parse(definition)] as const;
  });
  const deployed = new Map((await Promise.all(described)).filter(([name]) => name.startsWith(prefix)));
  const stage = prefix.replace('carillon-', '');
  expect(deployed).toEqual(shippedDefinitions({ stage, region: 'us-east-1', account: '000000000000' }));
});
