import { spawnSync } from 'node:child_process';

const MEASURE = `const before = performance.now(); await import(process.argv[1]); console.log(performance.now() - before)`;

/** A bundle, and what it reads from its environment when it is loaded. */
interface Loadable {
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Milliseconds to load each file, medians over fresh processes that take turns, so that a busy moment hits all alike. */
export function importTimes(files: readonly Loadable[], rounds: number): number[] {
  const times = files.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [n, file] of files.entries()) times[n]?.push(importTime(file));
  }
  return times.map(median);
}

function importTime({ file, environment }: Loadable): number {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', MEASURE, file], {
    encoding: 'utf8',
    env: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', ...environment },
  });
  if (status !== 0) throw new Error(`${file} can't be loaded: ${/^\w*Error\b.*/m.exec(stderr)?.[0]}`);
  return Number(stdout);
}

function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank; NaN of none. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? Number.NaN;
}
