import { createServer } from 'node:http';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as z from 'zod';
import { deployment } from '../../src/operations/deployment.ts';

const member = (name: string, status: string) => `<member>
  <LogicalResourceId>${name}</LogicalResourceId><PhysicalResourceId>${name}</PhysicalResourceId>
  <ResourceType>AWS::SQS::Queue</ResourceType><ResourceStatus>${status}</ResourceStatus>
  <LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`;

const server = createServer((_, response) => {
  const members = [
    member('old', 'UPDATE_COMPLETE'),
    member('kept', 'UPDATE_IN_PROGRESS'),
    member('coming', 'CREATE_IN_PROGRESS'),
    member('going', 'DELETE_IN_PROGRESS'),
    member('gone', 'DELETE_COMPLETE'),
  ].join('');
  const result = `<ListStackResourcesResult><StackResourceSummaries>${members}</StackResourceSummaries></ListStackResourcesResult>`;
  response
    .writeHead(200, { 'content-type': 'text/xml' })
    .end(`<ListStackResourcesResponse>${result}</ListStackResourcesResponse>`);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
});

it('looks at what there is while it is being deployed, and not at what is not there yet, or is no more', async () => {
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const client = new CloudFormationClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  expect(await deployment(client, ['carillon-dev']).all('AWS::SQS::Queue')).toEqual(['old', 'kept']);
  expect(await deployment(client, ['carillon-dev']).all('AWS::DynamoDB::Table')).toEqual([]);
  client.destroy();
});
