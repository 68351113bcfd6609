import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseEnv } from 'node:util';
import {
  CloudFormationClient,
  type Stack as DeployedStack,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Problem, say, step, table } from './say.ts';
import { checkSettings } from './settings.ts';
import {
  deployStacks,
  packageDir,
  packageStack,
  removeStack,
  root,
  type Stack,
  stackName,
  stacks,
  type Target,
} from './stacks.ts';
import { changesBetween } from './template.ts';

/** A stage of the operator's account that may be changed: arguments, settings, profile and account are checked. */
export type Stage = { target: Target; account: string; region: string; profile: string };

/** Checks everything that can be wrong before anything is changed. */
export const openStage = async (name: string, profile: string): Promise<Stage> => {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(name) || name.endsWith('-')) {
    throw new Problem(`"${name}" cannot be a stage: up to 20 lower-case letters, digits and hyphens, a letter first.`);
  }
  const settings = readSettings();
  const environment = {
    ...inherited(),
    ...settings,
    AWS_PROFILE: profile,
  };
  // The profile decides, whatever keys the shell has.
  for (const variable of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    delete process.env[variable];
  Object.assign(process.env, environment);
  const account = await accountOf(profile);
  const target = { stage: name, workDir: join(root, '.serverless', name), environment, timeLimit: 45 * 60_000 };
  return { target, account, region: settings.AWS_REGION ?? '', profile };
};

/** Deploys auth, api and workflows, in this order, and tells how the stage is reached. */
export const deploy = async (stage: Stage): Promise<void> => {
  say(await describe(stage, 'This deploys'));
  await deployStacks(stage.target, step);
  for (const stack of stacks) {
    const deployed = await find(stack, stage);
    const outputs = (deployed?.Outputs ?? []).filter(({ OutputKey }) => shownOutputs.includes(OutputKey ?? ''));
    if (outputs.length > 0)
      say(
        `\n${table(
          [stackName(stack, stage.target.stage), ''],
          outputs.map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
        )}`,
      );
  }
};

/** Builds everything and shows in what it differs from what is deployed, which stays as it is. */
export const plan = async (stage: Stage): Promise<void> => {
  say(await describe(stage, 'This compares, and changes nothing:'));
  await step('building the functions and templates', async () => {
    await Promise.all(stacks.map((stack) => packageStack(stack, stage.target)));
  });
  const cloudFormation = new CloudFormationClient();
  for (const stack of stacks) {
    const deployed = await find(stack, stage);
    const template = deployed
      ? (await cloudFormation.send(new GetTemplateCommand({ StackName: stackName(stack, stage.target.stage) })))
          .TemplateBody
      : '{}';
    const built = readFileSync(
      join(packageDir(stack, stage.target), 'cloudformation-template-update-stack.json'),
      'utf8',
    );
    const changes = changesBetween(template ?? '{}', built);
    say(`\n${stackName(stack, stage.target.stage)}${deployed ? '' : ' (new)'}`);
    say(changes.length === 0 ? '  no change' : changes.map((change) => `  ${change}`).join('\n'));
  }
};

/** Takes the stacks down in reverse order, after the operator has typed the stage's name. */
export const remove = async (stage: Stage): Promise<void> => {
  const { target } = stage;
  say(await describe(stage, 'This removes'));
  say(
    target.stage.startsWith('prod')
      ? 'Its tables and its user pool stay, with everything in them; delete them by hand if you must.'
      : 'Its tables and its user pool go with it, and everything in them.',
  );
  if ((await ask(`Type ${target.stage} to go on: `)) !== target.stage)
    throw new Problem('Not confirmed; nothing was removed.');
  for (const stack of stacks.toReversed()) {
    if (await find(stack, stage))
      await step(`removing ${stackName(stack, target.stage)}`, () => removeStack(stack, target));
    else say(`- ${stackName(stack, target.stage)} is not there`);
  }
};

const shownOutputs = ['HttpApiUrl', 'SocketUrl', 'UserPoolId', 'UserPoolClientId'];

const readSettings = () => {
  const file = process.env.CARILLON_ENV_FILE ?? join(root, '.env');
  if (!existsSync(file)) {
    throw new Problem(`There is no ${file}. Make it from .env_example: cp .env_example ${file}, then fill it in.`);
  }
  const checked = checkSettings(parseEnv(readFileSync(file, 'utf8')));
  if ('wrong' in checked) {
    throw new Problem(`${file} is not right (.env_example explains each variable):\n  ${checked.wrong.join('\n  ')}`);
  }
  return checked.settings;
};

/** What osls needs of the shell: where things are, the proxy, and AWS's own variables, but no keys. */
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined &&
      /^(PATH|HOME|TMPDIR|LANG|.*_proxy|NODE_EXTRA_CA_CERTS|AWS_(CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE|ENDPOINT_URL))$/i.test(
        name,
      )
        ? [[name, value]]
        : [],
    ),
  );

const accountOf = async (profile: string): Promise<string> => {
  try {
    const { Account } = await new STSClient().send(new GetCallerIdentityCommand());
    return Account ?? 'unknown';
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(
      `The profile "${profile}" does not open an AWS account: ${reason}\nCheck it with: aws sts get-caller-identity --profile ${profile}`,
    );
  }
};

const describe = async (stage: Stage, what: string): Promise<string> => {
  const rows = await Promise.all(
    stacks.map(async (stack) => {
      const deployed = await find(stack, stage);
      return [stackName(stack, stage.target.stage), deployed?.StackStatus ?? 'not there'];
    }),
  );
  return `${what} stage ${stage.target.stage} in account ${stage.account}, region ${stage.region}, with profile ${stage.profile}\n\n${table(['stack', 'now'], rows)}\n`;
};

const find = async (stack: Stack, { target }: Stage): Promise<DeployedStack | undefined> => {
  try {
    const { Stacks } = await new CloudFormationClient().send(
      new DescribeStacksCommand({ StackName: stackName(stack, target.stage) }),
    );
    return Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist'))
      return undefined;
    throw error;
  }
};

const ask = async (question: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // An input that ends without a line answers nothing.
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return (await Promise.race([lines.question(question), ended])).trim();
  } finally {
    lines.close();
  }
};
