import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateEmailIdentityCommand, ListEmailIdentitiesCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { CreatePlatformApplicationCommand, SNSClient } from '@aws-sdk/client-sns';
import { Problem, say, step } from '../deployment/say.ts';
import { checkSettings, type Settings } from '../deployment/settings.ts';
import { deployStacks, root, type Target } from '../deployment/stacks.ts';
import type { Where } from '../deployment/where.ts';
import { endedUnsaved, runningEmulator, startEmulator, stateDir, stopEmulator } from './emulator.ts';
import { address, awsEnvironment, type Home, sdkOptions, shared } from './home.ts';
import { installEmulator, isInstalled } from './python.ts';
import { tellStory } from './story.ts';

/** The stack of `./deploy.sh local`, or, with CARILLON_PORT and CARILLON_HOME, another one beside it. */
const localHome = (): Home => {
  const port = Number(process.env.CARILLON_PORT ?? '4566');
  if (!Number.isInteger(port) || port < 1024 || port > 65_535) {
    throw new Problem('CARILLON_PORT has to be a port number from 1024 to 65535.');
  }
  return { dir: process.env.CARILLON_HOME ?? shared, port, stage: 'local' };
};

/** `./deploy.sh local`: brings the stack up, shows what it does, and serves until it is told to stop, unless detached. */
export const serve = async (detach: boolean): Promise<void> => {
  const home = localHome();
  const running = runningEmulator(home);
  const ours = running === undefined;
  if (running && running.port !== home.port) {
    throw new Problem(
      `The local stack runs already, on port ${running.port}. Use that one, or stop it first: ./deploy.sh local stop`,
    );
  }
  const stopSignal = ours && !detach ? stopOnSignal(home) : undefined;
  try {
    await bringUp(home);
    await tellStory(home);
  } catch (error) {
    if (stopSignal?.aborted) return;
    if (ours) await stopEmulator(home);
    throw error;
  }
  if (!stopSignal) return say('It goes on running. ./deploy.sh local stop stops it.');
  say('Serving until Ctrl-C.');
  await new Promise((resolve) => stopSignal.addEventListener('abort', resolve));
};

/**
 * Installs what is missing, starts the emulator unless it runs, and deploys the three stacks unless they are there as they should be.
 * `defaults` are settings for where the stack's own file says nothing.
 */
export const bringUp = async (home: Home, defaults: Settings = {}): Promise<void> => {
  if (!isInstalled()) await step('installing the emulator', installEmulator);
  // A stop that could not save leaves the state of the one before, of which nothing is known here.
  if (endedUnsaved(home)) rmSync(deployedFile(home), { force: true });
  const resumed = runningEmulator(home) === undefined;
  if (resumed) await step('starting the emulator', () => startEmulator(home));
  const settings = localSettings(home, defaults);
  const fingerprint = fingerprintOf(settings);
  const isCurrent = existsSync(deployedFile(home)) && readFileSync(deployedFile(home), 'utf8') === fingerprint;
  if (!isCurrent) {
    rmSync(deployedFile(home), { force: true });
    await prepareProviders(home, settings);
    await deployStacks(targetOf(home, settings), step);
    writeFileSync(deployedFile(home), fingerprint);
  } else if (resumed) {
    await step('catching up on what came due meanwhile', () => sweep(home));
  }
};

/** From now on Ctrl-C, a termination, and the end of the terminal stop the emulator in order before this process ends. */
const stopOnSignal = (home: Home): AbortSignal => {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      stopEmulator(home).then(
        () => process.exit(0),
        (error) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
  return stopping.signal;
};

/** Stops the local stack; what is in it stays. */
export const stop = async (): Promise<void> => {
  const home = localHome();
  const stopped = await step('stopping', () => stopEmulator(home));
  say(stopped ? 'Stopped. ./deploy.sh local starts it again, with everything that was in it.' : 'It was not running.');
};

/** Stops the local stack and forgets what was in it; what was downloaded stays. */
export const reset = async (): Promise<void> => {
  const home = localHome();
  await stopEmulator(home);
  for (const name of ['state', 'stacks', 'settings.env', 'emulator.log']) {
    rmSync(join(home.dir, name), { recursive: true, force: true });
  }
  say('Reset. ./deploy.sh local starts with an empty stack.');
};

/** How the local stack is reached. */
export const whereItRuns = (): Where => {
  const home = localHome();
  if (runningEmulator(home)?.port !== home.port)
    throw new Problem('The local stack does not run. ./deploy.sh local starts it.');
  return { stage: home.stage, account: '000000000000', region: 'us-east-1', options: sdkOptions(home) };
};

/** Settings of its own, made once: a secret that no other stack has, and everything at its default. */
const localSettings = (home: Home, defaults: Settings): Settings => {
  const file = join(home.dir, 'settings.env');
  if (!existsSync(file)) {
    mkdirSync(home.dir, { recursive: true });
    writeFileSync(
      file,
      [
        '# The settings of the local stack, as .env holds those of a stage on AWS: see .env_example.',
        'EMAIL_PROVIDER=ses',
        'EMAIL_FROM=carillon@example.com',
        'DISCORD_ORIGINS=https://discord.com,https://discordapp.com,http://127.0.0.1:4580',
        'PUSH_APNS_APPLICATION_ARN=arn:aws:sns:us-east-1:000000000000:app/APNS/carillon',
        'PUSH_FCM_APPLICATION_ARN=arn:aws:sns:us-east-1:000000000000:app/GCM/carillon',
        `TOKEN_SECRET=${randomBytes(32).toString('hex')}`,
        '',
      ].join('\n'),
    );
  }
  const checked = checkSettings({
    AWS_REGION: awsEnvironment(home).AWS_REGION,
    PUBLIC_URL: awsEnvironment(home).AWS_ENDPOINT_URL,
    CORS_ORIGINS: '*',
    PRICE_FEED_URL: `${address(home)}/_carillon/prices`,
    // That feed can be asked as often as one likes.
    PRICE_REQUESTS_PER_MINUTE: '1000',
    ...defaults,
    ...parseEnv(readFileSync(file, 'utf8')),
  });
  if ('wrong' in checked) throw new Problem(`${file} is not right:\n  ${checked.wrong.join('\n  ')}`);
  return checked.settings;
};

const targetOf = (home: Home, settings: Settings): Target => ({
  stage: home.stage,
  workDir: join(home.dir, 'stacks'),
  environment: {
    PATH: process.env.PATH ?? '',
    HOME: home.dir,
    NODE_COMPILE_CACHE: join(shared, 'compiled'),
    SLS_AWS_MONITORING_FREQUENCY: '200',
    ...settings,
    ...awsEnvironment(home),
  },
  timeLimit: 600_000,
});

/** What an operator does by hand on AWS, once: verifies the sender in SES, and makes the applications for push. */
const prepareProviders = async (home: Home, settings: Settings): Promise<void> => {
  if (settings.EMAIL_FROM) {
    const ses = new SESv2Client(sdkOptions(home));
    const verified = await ses.send(new ListEmailIdentitiesCommand());
    if (!verified.EmailIdentities?.some(({ IdentityName }) => IdentityName === settings.EMAIL_FROM)) {
      await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: settings.EMAIL_FROM }));
    }
  }
  const sns = new SNSClient(sdkOptions(home));
  for (const arn of [settings.PUSH_APNS_APPLICATION_ARN, settings.PUSH_FCM_APPLICATION_ARN]) {
    const [, Platform, Name] = arn?.split('/') ?? [];
    await sns.send(
      new CreatePlatformApplicationCommand({ Platform, Name, Attributes: { PlatformCredential: 'none' } }),
    );
  }
};

/** Runs the sweep at once instead of within a minute. */
const sweep = async (home: Home): Promise<void> => {
  const name = `carillon-${home.stage}-sweep`;
  await new LambdaClient(sdkOptions(home)).send(new InvokeCommand({ FunctionName: name, Payload: '{}' }));
};

const deployedFile = (home: Home): string => join(stateDir(home), 'deployed');

/** Stands for everything that the deployed stacks are made of. */
const fingerprintOf = (settings: Settings): string => {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  const files = ['src', 'deployment']
    .flatMap((dir) => readdirSync(join(root, dir), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const stackFiles = readdirSync(root).filter((name) => /^serverless-.*\.yml$|^package-lock\.json$/.test(name));
  for (const file of [...files, ...stackFiles.map((name) => join(root, name))].sort()) {
    hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
};
