import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plantedAlarm } from '../support/alarms.ts';
import { aws } from '../support/tables.ts';
import { address } from '../support/where.ts';

/** Where AWS would be, the emulator is; profiles, keys and settings are read as they are for AWS. */
const dir = mkdtempSync(join(tmpdir(), 'carillon-deploy-'));
const envFile = join(dir, 'settings.env');

beforeAll(() => {
  writeFileSync(
    join(dir, 'config'),
    '[profile operator]\nregion = us-east-1\n[profile stranger]\nregion = us-east-1\n',
  );
  const keys = (name: string, id: string) => `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = test\n`;
  writeFileSync(join(dir, 'credentials'), keys('operator', 'test') + keys('stranger', 'AKIAUNKNOWNUNKNOWN00'));
  settings();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Writes the settings: the example's, filled in, with `changes`. */
function settings(changes: Record<string, string> = {}) {
  const all = { AWS_REGION: 'us-east-1', TOKEN_SECRET: 'x'.repeat(40), ...changes };
  const example = readFileSync('.env_example', 'utf8');
  const text = Object.entries(all).reduce(
    (env, [name, value]) => env.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
    example,
  );
  writeFileSync(envFile, text);
}

type Outcome = { code: number; said: string };

function deploySh(
  args: string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['deploy.sh', ...args],
      {
        env: {
          ...process.env,
          AWS_CONFIG_FILE: join(dir, 'config'),
          AWS_SHARED_CREDENTIALS_FILE: join(dir, 'credentials'),
          AWS_ENDPOINT_URL: address,
          CARILLON_ENV_FILE: envFile,
          ...env,
        },
      },
      (error, stdout, stderr) => resolve({ code: error ? 1 : 0, said: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}

const stacks = async () => {
  const { StackSummaries = [] } = await new CloudFormationClient(aws).send(new ListStacksCommand());
  return StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(
    ({ StackName }) => StackName,
  );
};

describe('deploy.sh', () => {
  it.each([
    ['a stage that cannot be one', ['Prod!', 'operator'], '"Prod!" cannot be a stage'],
    ['no profile', ['dev'], 'Usage:'],
    ['an option it does not know', ['dev', 'operator', '--force'], 'Usage:'],
    ['a profile that is not there', ['dev', 'nobody'], 'The profile "nobody" does not open an AWS account'],
    ['keys that AWS does not know', ['dev', 'stranger'], 'The profile "stranger" does not open an AWS account'],
    ['something else than local knows', ['local', 'restart'], 'Usage:'],
  ])('refuses %s', async (_what, args, message) => {
    const { code, said } = await deploySh(args);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(message) });
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('refuses settings that are not there, or not right', async () => {
    expect((await deploySh(['dev', 'operator'], { env: { CARILLON_ENV_FILE: join(dir, 'none') } })).said).toContain(
      'cp .env_example',
    );
    settings({ TOKEN_SECRET: '', EMAIL_FROM: 'nobody' });
    const { code, said } = await deploySh(['dev', 'operator']);
    settings();
    expect(code).toBe(1);
    expect(said).toContain('TOKEN_SECRET: is missing');
    expect(said).toContain('EMAIL_FROM: ');
  });

  it('says in a line that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const bound = other.address();
    const port = String(bound !== null && typeof bound === 'object' ? bound.port : 0);
    const { code, said } = await deploySh(['local'], {
      env: { CARILLON_PORT: port, CARILLON_HOME: join(dir, 'home') },
    });
    other.close();
    expect(code).toBe(1);
    expect(said).toContain(`Port ${port} is in use by another program.`);
  });

  it('plans a stage without making any of it', async () => {
    const before = await stacks();
    const { code, said } = await deploySh(['dev', 'operator', '--plan']);
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContain('stage dev in account 000000000000, region us-east-1, with profile operator');
    expect(said).toContain('+ AWS::Cognito::UserPool UserPool');
    expect(said).toContain('+ AWS::StepFunctions::StateMachine');
    expect(await stacks()).toEqual(before);
  }, 600_000);

  it('tells what is wrong with a stage, with a link to where it is', async () => {
    const alarm = plantedAlarm();
    await alarm.put();
    await alarm.set('ALARM');
    const { code, said } = await deploySh(['test', 'operator', 'doctor']);
    await alarm.remove();
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(alarm.name) });
    expect(said).toContain(`https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#alarmsV2:alarm/`);
  }, 60_000);

  it('says that there is nothing to look at in a stage that is not deployed', async () => {
    const { code, said } = await deploySh(['dev', 'operator', 'doctor']);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('The stage dev is not deployed') });
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('has what failed sent once more, and prints what became of it', async () => {
    const window = ['--from', new Date(Date.now() - 60_000).toISOString(), '--channel', 'discord'];
    const { code, said } = await deploySh([
      'test',
      'operator',
      'redrive',
      '--reason',
      'WEBHOOK_NOT_ALLOWED',
      ...window,
    ]);
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toMatch(/found +0\n +sent +0\n/);
  }, 90_000);

  it.each([
    ['no reason', ['--from', '2026-12-01T00:00:00Z'], '--reason: '],
    [
      'what has not come yet',
      ['--reason', 'RATE_LIMITED', '--from', '2999-01-01T00:00:00Z'],
      'from: has to be in the past',
    ],
  ])('refuses to send once more for %s', async (_what, args, message) => {
    const { code, said } = await deploySh(['test', 'operator', 'redrive', ...args]);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(message) });
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('removes nothing unless the stage is typed', async () => {
    const before = await stacks();
    for (const input of ['', 'tset\n']) {
      const { code, said } = await deploySh(['test', 'operator', '--remove'], { input });
      expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('Not confirmed; nothing was removed.') });
    }
    expect(await stacks()).toEqual(before);
  });
});
