import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { stopEmulator } from '../local/emulator.ts';
import { address, type Home } from '../local/home.ts';
import { bringUp } from '../local/local.ts';
import { Machine } from '../local/machines.ts';

const STAGE = 'bench';

/** The three stacks, deployed for this run alone. */
export interface Stack {
  readonly stage: string;
  readonly documents: DynamoDBDocumentClient;
  /** Another client of the same tables. */
  newDocuments(): DynamoDBDocumentClient;
  readonly lambda: LambdaClient;
  readonly sfn: SFNClient;
  /** As deployed, by name. */
  readonly machines: ReadonlyMap<string, Machine>;
  table(name: string): string;
}

/** Brings a stack up in a directory of its own on a free port, and leaves nothing of it behind. */
export async function withStack<T>(work: (stack: Stack) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  const home: Home = { dir, port: await freePort(), stage: STAGE };
  const interrupted = () => void stopEmulator(home).finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  try {
    await bringUp(home);
    return await work(await connect(home));
  } finally {
    await stopEmulator(home);
    if (readdirSync(dir).length > 0) rmSync(dir, { recursive: true, force: true });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
  }
}

/** The clients of a stack that runs. */
async function connect(home: Home): Promise<Stack> {
  const options = {
    endpoint: address(home),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  // As the functions make theirs.
  const newDocuments = () =>
    DynamoDBDocumentClient.from(new DynamoDBClient(options), { marshallOptions: { removeUndefinedValues: true } });
  const sfn = new SFNClient(options);
  return {
    stage: home.stage,
    documents: newDocuments(),
    newDocuments,
    lambda: new LambdaClient(options),
    sfn,
    machines: await deployedMachines(sfn),
    table: (name) => `carillon-${home.stage}-${name}`,
  };
}

async function deployedMachines(sfn: SFNClient): Promise<Map<string, Machine>> {
  const { stateMachines } = await sfn.send(new ListStateMachinesCommand());
  const described = (stateMachines ?? []).map(async ({ name, stateMachineArn }) => {
    const { definition } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return [name ?? '', Machine.parse(JSON.parse(definition ?? ''))] as const;
  });
  return new Map(await Promise.all(described));
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      server.close(() => (at && typeof at === 'object' ? resolve(at.port) : reject(new Error('no free port'))));
    });
  });
