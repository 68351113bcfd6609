import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkSettings } from '../../deployment/settings.ts';
import { root } from '../../deployment/stacks.ts';
import { address } from '../support/where.ts';

let dir: string;

/** A checkout of which the sources are a copy. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'carillon-broken-'));
  cpSync(join(root, 'src'), join(dir, 'src'), { recursive: true });
  for (const name of [
    'deployment',
    'node_modules',
    'package.json',
    'tsconfig.json',
    'serverless-common.yml',
    'serverless-workflows.yml',
  ])
    symlinkSync(join(root, name), join(dir, name));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const LOGIN = 'src/notifications/keys/new_login.yml';
const SUBJECT = 'subject: Nowe logowanie na Twoje konto';

function changeSubject(to: string): void {
  const before = readFileSync(join(dir, LOGIN), 'utf8');
  expect(before).toContain(SUBJECT);
  writeFileSync(join(dir, LOGIN), before.replace(SUBJECT, to));
}

/** Packages the stack that sends, as a deployment does first. */
async function build() {
  const args = ['package', '--config', 'serverless-workflows.yml', '--stage', 'test'];
  const { PATH = '', HOME = '' } = process.env;
  const given = {
    AWS_REGION: 'us-east-1',
    TOKEN_SECRET: 'x'.repeat(32),
    EMAIL_PROVIDER: 'ses',
    EMAIL_FROM: 'a@b.example',
  };
  const checked = checkSettings({ ...given, PUBLIC_URL: 'https://example.com' });
  if ('wrong' in checked) throw new Error(checked.wrong.join('; '));
  const aws = { AWS_ENDPOINT_URL: address, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const env = { PATH, HOME, SLS_NOTIFICATIONS_MODE: 'off', ...aws, ...checked.settings };
  const osls = join(root, 'node_modules/serverless/bin/serverless.js');
  const child = spawn(process.execPath, [osls, ...args], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [code, ...said] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, said: said.join('') };
}

describe('a stack is not built', () => {
  it('with a broken template', async () => {
    changeSubject('subject: "{{ nickname }}"');
    const { code, said } = await build();
    expect(said).toMatch(/keys\/new_login\.yml: pl, email\.subject: unknown variable "nickname"; known are/);
    expect(code).toBe(1);
  });

  it('with a template that was changed and not compiled', async () => {
    changeSubject('subject: Ktoś się zalogował');
    const { code, said } = await build();
    expect(said).toMatch(/templates\/compiled\/email\.ts: is out of date; npm run templates writes it/);
    expect(code).toBe(1);
  });
});
