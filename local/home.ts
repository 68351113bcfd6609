import { join } from 'node:path';
import { root } from '../deployment/stacks.ts';

/** One local stack: everything that it keeps is in one directory, and it is reached at one port. */
export type Home = {
  dir: string;
  port: number;
  /** The stage that is deployed to it. */
  stage: string;
};

/** What all local stacks of this repository share: the emulator's Python environment. */
export const shared = join(root, '.local');

export const address = (home: Home): string => `http://127.0.0.1:${home.port}`;

/** Any keys do for the emulator's root user; the functions get keys of their own, with the rights of their roles. */
export const awsEnvironment = (home: Home): Record<string, string> => ({
  AWS_ENDPOINT_URL: address(home),
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});

/** The same for SDK clients in this process. */
export const sdkOptions = (home: Home) => ({
  endpoint: address(home),
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
