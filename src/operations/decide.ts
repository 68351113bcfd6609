import { type Finding, fingerprintOf, type SourceName, UNREADABLE } from './finding.ts';

/** What the operators are told of: that something is wrong, and that it is no more. */
export type State = 'open' | 'recovered';

/** A finding as it is remembered. */
export interface Known extends Finding {
  readonly state: State;
  /** When the look was that it was last decided by; instant, ISO 8601 UTC. */
  readonly looked_at: string;
  /** How many looks in a row have not found it. */
  readonly missed: number;
  /** What the operators were told last; absent: nothing. */
  readonly told?: { readonly state: State; readonly count: number } | undefined;
}

/** One look that does not find it may be chance, or the edge of a window. */
const MISSED_UNTIL_RECOVERED = 2;

/**
 * What changes in what is remembered of a source by one complete look at it: what is found is open, what two looks in a row have not
 * found has recovered. A look that comes late changes nothing of what a later one has decided.
 */
export function afterLook(known: readonly Known[], found: readonly Finding[], now: Date): Known[] {
  const here = new Set(found.map(fingerprintOf));
  const gone = known.filter((each) => each.state === 'open' && !here.has(fingerprintOf(each)) && isEarlier(each, now));
  return [...seen(known, found, now), ...gone.map((each) => notSeen(each, now))];
}

/** The same where the source could not be read: that is a finding itself, and nothing is known of the others. */
export function afterFailedLook(known: readonly Known[], source: SourceName, error: string, link: string, now: Date) {
  const what = `It could not be looked at: ${error}`;
  const finding = { source, about: UNREADABLE, what, where: source, since: now.toISOString(), count: 1, link };
  return seen(known, [finding], now);
}

function seen(known: readonly Known[], found: readonly Finding[], now: Date): Known[] {
  const before = new Map(known.map((each) => [fingerprintOf(each), each]));
  return found.flatMap((finding) => {
    const old = before.get(fingerprintOf(finding));
    if (old && !isEarlier(old, now)) return [];
    const since = old && old.since < finding.since ? old.since : finding.since;
    const told = old?.told === undefined ? {} : { told: old.told };
    return [{ ...finding, ...told, since, state: 'open' as const, looked_at: now.toISOString(), missed: 0 }];
  });
}

function notSeen(known: Known, now: Date): Known {
  const missed = known.missed + 1;
  const state = missed < MISSED_UNTIL_RECOVERED ? 'open' : 'recovered';
  return { ...known, state, missed, looked_at: now.toISOString() };
}

const isEarlier = ({ looked_at }: Known, now: Date) => looked_at < now.toISOString();

/** Whether the operators are to be told: of what is new, has doubled since, or has recovered. */
export function isNews({ state, count, told }: Pick<Known, 'state' | 'count' | 'told'>): boolean {
  if (told?.state !== state) return true;
  return state === 'open' && count >= 2 * told.count;
}
