import * as z from 'zod';

const instant = z.iso.datetime();

/** Everything that is looked at, in the order in which it is told. */
export const SOURCES = [
  'overdue',
  'missed',
  'deliveries',
  'prices',
  'late-orders',
  'game',
  'executions',
  'stuck',
  'functions',
  'dead-letters',
  'tables',
  'alarms',
] as const;
export const SourceName = z.enum(SOURCES);
export type SourceName = z.output<typeof SourceName>;

/** Something that is wrong with the deployment. Ids, names and counts only, nothing of a person. */
export const Finding = z.object({
  source: SourceName,
  /** What it is known by within its source: the same fault has the same one in every look. */
  about: z.string().min(1).max(300),
  what: z.string(),
  /** The resource, as its console calls it. */
  where: z.string(),
  since: instant,
  count: z.number().int().min(1),
  /** Its page in the console. */
  link: z.url(),
});
export type Finding = z.output<typeof Finding>;

/** What it is known by in the whole deployment. */
export const fingerprintOf = ({ source, about }: Pick<Finding, 'source' | 'about'>) => `${source}#${about}`;

/** About a source that could not be read: whatever it would have told is not known. */
export const UNREADABLE = 'unreadable';

/** More of one kind tell nobody more, and hide the others. */
const MOST_OF_A_SOURCE = 20;

const MORE = 'more';

/** How many findings one stands for: those that count others do so for all of them. */
export const standsFor = ({ about, count }: Pick<Finding, 'about' | 'count'>): number =>
  about === MORE || about.endsWith(`#${MORE}`) ? count : 1;

/** The longest-standing findings of a source, and one that counts the others. */
export function bounded(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort((a, b) => a.since.localeCompare(b.since) || a.about.localeCompare(b.about));
  const others = sorted.slice(MOST_OF_A_SOURCE);
  const [first] = others;
  if (!first) return sorted;
  const more = { ...first, about: MORE, what: `${others.length} more like the others`, count: others.length };
  return [...sorted.slice(0, MOST_OF_A_SOURCE), more];
}

/** One kind of thing to look at. `look` makes a bounded number of calls, and throws when it can't tell. */
export interface Source {
  readonly name: SourceName;
  look(now: Date): Promise<Finding[]>;
}
