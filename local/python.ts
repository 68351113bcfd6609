import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../deployment/say.ts';
import { shared } from './home.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');
const environment = join(shared, 'venv');
const oldest = [3, 10];

/** The emulator's Python: of an environment of its own, in which the pinned packages are. */
export const python = join(environment, 'bin/python');

const wanted = (): string => createHash('sha256').update(readFileSync(requirements)).digest('hex');
const installedMark = (dir: string): string => join(dir, 'carillon-requirements');

export const isInstalled = (): boolean =>
  existsSync(python) &&
  existsSync(installedMark(environment)) &&
  readFileSync(installedMark(environment), 'utf8') === wanted();

/** Makes the environment under a name of its own and moves it into place when it is whole: a broken download leaves nothing. */
export const installEmulator = async (): Promise<void> => {
  const base = findPython();
  const dir = `${environment}-${process.pid}`;
  mkdirSync(shared, { recursive: true });
  try {
    const made = await run(base, ['-m', 'venv', dir]);
    if (made.code !== 0) {
      throw new Problem(
        `Python at ${base} cannot make virtual environments. Install its venv module (Debian, Ubuntu: apt install python3-venv), then run this again.`,
      );
    }
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', requirements];
    const installed = await run(join(dir, 'bin/python'), pip);
    if (installed.code !== 0) {
      const reason =
        installed.output
          .trim()
          .split('\n')
          .findLast((line) => line.startsWith('ERROR')) ?? 'pip failed';
      throw new Problem(
        `The emulator could not be downloaded from PyPI (${reason}). Check the network or proxy, then run this again.`,
      );
    }
    writeFileSync(installedMark(dir), wanted());
    if (isInstalled()) return;
    rmSync(environment, { recursive: true, force: true });
    renameSync(dir, environment);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const findPython = (): string => {
  const names = process.env.PYTHON
    ? [process.env.PYTHON]
    : ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
  const found = names.flatMap((name) => {
    const version = versionOf(
      spawnSync(name, ['-c', 'import sys; print(*sys.version_info[:2])'], { encoding: 'utf8' }),
    );
    return version ? [{ name, version }] : [];
  });
  const fitting = found.find(({ version: [major = 0, minor = 0] }) => major === oldest[0] && minor >= (oldest[1] ?? 0));
  if (fitting) return fitting.name;
  const there = found.map(({ name, version }) => `${name} is ${version.join('.')}`).join(', ');
  throw new Problem(
    `The local stack needs Python ${oldest.join('.')} or newer (${there || 'there is none'}). Install it, or name one: PYTHON=/path/to/python3 ./deploy.sh local`,
  );
};

const versionOf = (result: SpawnSyncReturns<string>): number[] | undefined =>
  result.status === 0 ? result.stdout.trim().split(' ').map(Number) : undefined;

const run = (command: string, args: string[]): Promise<{ code: number | null; output: string }> => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
};
