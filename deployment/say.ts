/** A failure that a person can do something about: its message says what, in a line, and no stack trace follows. */
export class Problem extends Error {}

const terminal = process.stdout.isTTY === true;
const dim = (text: string): string => (terminal ? `\x1b[2m${text}\x1b[0m` : text);
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

export const say = (text: string): void => console.log(text);

/** Does `work` while a line tells that it goes on and for how long; the line stays, with the time that it took. */
export const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  const line = (mark: string) => `${mark} ${title.padEnd(46)} ${dim(seconds(start).padStart(7))}`;
  const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
  let frame = 0;
  const timer = terminal
    ? setInterval(() => process.stdout.write(`\r${line(frames[frame++ % frames.length] ?? '')}`), 100)
    : setInterval(() => console.log(line('…')), 10_000);
  const end = (mark: string) => {
    clearInterval(timer);
    console.log(`${terminal ? '\r' : ''}${line(mark)}`);
  };
  try {
    const result = await work();
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
};

/** A table in columns as wide as their widest cell, under a rule. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = header.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd();
  return [line(header), dim(`  ${widths.map((width) => '─'.repeat(width)).join('   ')}`), ...rows.map(line)].join('\n');
};
