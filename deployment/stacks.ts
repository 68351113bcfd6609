import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** In the order in which they are deployed: each may import what an earlier one exports. */
export const stacks = ['auth', 'api', 'workflows'] as const;
export type Stack = (typeof stacks)[number];

export const root = join(import.meta.dirname, '..');

/** Where stacks go: a stage of an account, reached with the credentials and the endpoint in `environment`. */
export type Target = {
  stage: string;
  /** A directory for builds and logs. Two targets that are deployed at the same time need two. */
  workDir: string;
  /** All of the environment in which osls runs: PATH, AWS_…, and the settings of `.env`. */
  environment: Record<string, string>;
  /** Milliseconds that one osls command may take. */
  timeLimit: number;
};

/** What osls said, and where all of it is, when a command failed. */
export class StackFailed extends Error {
  readonly log: string;
  constructor(stack: Stack, command: string, reason: string, log: string) {
    super(`${command} of the ${stack} stack failed (${reason}); the end of ${log}:\n${tail(log)}`);
    this.log = log;
  }
}

export const stackName = (stack: Stack, stage: string): string => `carillon-${stack}-${stage}`;

/** Builds the stack's functions and template. Stacks may be packaged at the same time. */
export const packageStack = (stack: Stack, target: Target): Promise<void> =>
  osls(stack, 'package', ['package', '--package', packageDir(stack, target)], target);

/** Deploys what `packageStack` built, and returns when CloudFormation is done. */
const deployStack = (stack: Stack, target: Target): Promise<void> =>
  osls(stack, 'deploy', ['deploy', '--package', packageDir(stack, target)], target);

export const removeStack = (stack: Stack, target: Target): Promise<void> => osls(stack, 'remove', ['remove'], target);

/** What `packageStack` left: the template and the functions' archives. */
export const packageDir = (stack: Stack, target: Target): string => join(target.workDir, stack, 'package');

/**
 * osls and its plugins write into the directory that they run in. So every stack is built in one of its own, which shows the
 * repository through links.
 */
const serviceDir = (stack: Stack, target: Target): string => join(target.workDir, stack, 'service');
const sources = [
  'src',
  'deployment',
  'node_modules',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'serverless-common.yml',
  ...stacks.map((stack) => `serverless-${stack}.yml`),
];

const prepare = (service: string): void => {
  rmSync(service, { recursive: true, force: true });
  mkdirSync(service, { recursive: true });
  for (const name of sources) symlinkSync(join(root, name), join(service, name));
};

const osls = (stack: Stack, command: string, args: string[], target: Target): Promise<void> => {
  prepare(serviceDir(stack, target));
  const log = join(target.workDir, stack, `${command}.log`);
  const output = openSync(log, 'w');
  const osls = join(root, 'node_modules/serverless/bin/serverless.js');
  const child = spawn(
    process.execPath,
    [osls, ...args, '--config', `serverless-${stack}.yml`, '--stage', target.stage, '--verbose'],
    {
      cwd: serviceDir(stack, target),
      env: { SLS_AWS_MONITORING_FREQUENCY: '5000', SLS_NOTIFICATIONS_MODE: 'off', ...target.environment },
      stdio: ['ignore', output, output],
      timeout: target.timeLimit,
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const reason = signal ? `stopped after ${target.timeLimit / 1000} s` : `exit code ${code}`;
      if (code === 0) resolve();
      else reject(new StackFailed(stack, command, reason, log));
    });
  });
};

const tail = (file: string): string => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-25).join('\n');

/** Builds all three at once, and deploys each as soon as it is built and the ones before it are there. Stops at the first failure. */
export const deployStacks = async (target: Target, step: Step): Promise<void> => {
  const built = stacks.map((stack) => packageStack(stack, target));
  // Each is awaited in turn below; the one that fails first must not count as unhandled until then.
  await step('building the functions and templates', async () => {
    await Promise.allSettled(built);
    await Promise.all(built);
  });
  for (const stack of stacks)
    await step(`deploying ${stackName(stack, target.stage)}`, () => deployStack(stack, target));
};

type Step = <T>(title: string, work: () => Promise<T>) => Promise<T>;
