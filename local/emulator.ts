import { spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../deployment/say.ts';
import { address, type Home } from './home.ts';
import { python } from './python.ts';

const frontDoor = join(import.meta.dirname, 'front_door.py');

/** The directory of everything that survives a restart. */
export const stateDir = (home: Home): string => join(home.dir, 'state');
const emulatorLog = (home: Home): string => join(home.dir, 'emulator.log');

const pidFile = (home: Home): string => join(home.dir, 'emulator.pid');

const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .once('listening', () => server.close(() => resolve(true)));
    server.listen(port, '127.0.0.1');
  });

/** The process of the home's emulator, if it runs. */
export const runningEmulator = (home: Home): { pid: number; port: number } | undefined => {
  if (!existsSync(pidFile(home))) return undefined;
  const [pid = 0, port = 0] = readFileSync(pidFile(home), 'utf8').split(' ').map(Number);
  return isFrontDoor(pid) ? { pid, port } : undefined;
};

/** Whether the emulator did not get to save its state when it ended last: what is known of its contents is then wrong. */
export const endedUnsaved = (home: Home): boolean => existsSync(pidFile(home)) && runningEmulator(home) === undefined;

/** Starts the emulator behind its front door; returns when it answers. It outlives this process until `stopEmulator`. */
export const startEmulator = async (home: Home): Promise<void> => {
  if (!(await isPortFree(home.port))) {
    throw new Problem(
      `Port ${home.port} is in use by another program. Stop that one, or choose another port: CARILLON_PORT=${home.port + 1} ./deploy.sh local`,
    );
  }
  const temporary = join(home.dir, 'tmp');
  rmSync(temporary, { recursive: true, force: true });
  for (const dir of [stateDir(home), temporary]) mkdirSync(dir, { recursive: true });
  // Functions run from here, and must not take this repository's package.json for theirs.
  writeFileSync(join(temporary, 'package.json'), '{}');
  const log = openSync(emulatorLog(home), 'w');
  const child = spawn(python, [frontDoor], {
    cwd: home.dir,
    detached: true,
    stdio: ['ignore', log, log],
    // Functions inherit this environment, so it holds nothing of the person's who started it.
    env: {
      PATH: `${nodeDirectory(home)}${delimiter}/usr/bin${delimiter}/bin`,
      HOME: home.dir,
      TMPDIR: temporary,
      LANG: 'C.UTF-8',
      FRONT_DOOR_API: `carillon-${home.stage}`,
      GATEWAY_PORT: String(home.port),
      AUTH: 'true',
      PERSIST_STATE: '1',
      STATE_DIR: stateDir(home),
      S3_PERSIST: '1',
      S3_DATA_DIR: join(stateDir(home), 's3'),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      LOG_LEVEL: 'INFO',
      // A request holds one thread, and its function's own calls need others: with the default of 64, as many requests stop it.
      MINISTACK_WORKER_THREADS: '512',
    },
  });
  child.unref();
  if (child.pid === undefined)
    throw new Problem(`The emulator could not be started with ${python}. Delete .local/venv and run this again.`);
  writeFileSync(pidFile(home), `${child.pid} ${home.port}`);
  const deadline = Date.now() + 30_000;
  while (!(await answers(home))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const end = readFileSync(emulatorLog(home), 'utf8').trimEnd().split('\n').slice(-15).join('\n');
      await stopEmulator(home);
      throw new Problem(`The emulator did not start; the end of ${emulatorLog(home)}:\n${end}`);
    }
    await sleep(50);
  }
};

/** Ends the emulator and the functions' processes; returns when its state is saved. False when none was running. */
export const stopEmulator = async (home: Home): Promise<boolean> => {
  const running = runningEmulator(home);
  if (running) {
    process.kill(running.pid, 'SIGTERM');
    const deadline = Date.now() + 20_000;
    while (isFrontDoor(running.pid) && Date.now() < deadline) await sleep(50);
    // It leads a process group, in which the functions are.
    const unsaved = isFrontDoor(running.pid);
    killGroup(running.pid);
    if (unsaved) return true;
  }
  rmSync(pidFile(home), { force: true });
  rmSync(join(home.dir, 'tmp'), { recursive: true, force: true });
  return running !== undefined;
};

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

const isFrontDoor = (pid: number): boolean => pid > 0 && commandOf(pid).includes('front_door.py');

const commandOf = (pid: number): string => {
  if (!existsSync('/proc/self'))
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  return existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
};

const answers = async (home: Home): Promise<boolean> => {
  try {
    return (await fetch(`${address(home)}/_carillon/permissions`)).ok;
  } catch {
    return false;
  }
};

/**
 * Where the functions' Node.js is: this process's, through a second link in the home, because `npm ci` takes the one in
 * node_modules away for a while. A home on another disk does without.
 */
const nodeDirectory = (home: Home): string => {
  const link = join(home.dir, 'bin/node');
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  try {
    linkSync(process.execPath, link);
    return dirname(link);
  } catch {
    return dirname(process.execPath);
  }
};
