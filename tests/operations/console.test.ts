import { expect, it } from '@jest/globals';
import { consoleOf } from '../../src/operations/console.ts';

it('leads to a log group by the name that its page reads', () => {
  expect(consoleOf('us-east-1').logs('/aws/lambda/carillon-dev-look-at-source')).toBe(
    'https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fcarillon-dev-look-at-source',
  );
});
