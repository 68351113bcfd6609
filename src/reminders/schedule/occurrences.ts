/** From a recurring schedule to its instants: zone, `dstPolicy`, COUNT, UNTIL and excluded times, in that order. */

import { DAY, parseWall, resolveWall, wallAt } from '../../shared/time.ts';
import { wallTimes } from './expand.ts';
import type { Rule } from './rule.ts';

export interface Recurrence {
  readonly rule: Rule;
  /** Wall time. */
  readonly start: number;
  readonly timeZone: string;
  readonly skipGaps: boolean;
  /** `2026-12-24T09:00:00`, or `2026-12-24` for all of that day. */
  readonly exdates: readonly string[];
}

interface Moment {
  readonly instant: number;
  /** What the rule says, which the clocks do not show where `gap`. */
  readonly wall: number;
  readonly gap: boolean;
}

/** More than any offset, and than any change of one (a whole day, Pacific/Apia in December 2011). */
const MARGIN = 2 * DAY;

interface Excluded {
  readonly instants: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
}

/** A time excludes the moment that it stands for; a date what the rule puts on that day and what the clocks show on it. */
function excludedBy({ exdates, timeZone }: Recurrence): Excluded {
  const instants = new Set<number>();
  const days = new Set<number>();
  for (const text of exdates) {
    const day = parseWall(`${text}T00:00`);
    const wall = parseWall(text);
    if (day !== undefined) days.add(day / DAY);
    else if (wall !== undefined) instants.add(resolveWall(wall, timeZone).instant);
  }
  return { instants, days };
}

function* resolved(
  { rule, start, timeZone, skipGaps }: Recurrence,
  from: number,
  without: ReadonlySet<number>,
): Generator<Moment, void> {
  const { until } = rule;
  const to = until === undefined ? Number.POSITIVE_INFINITY : until.at + (until.kind === 'instant' ? MARGIN : 0);
  for (const wall of wallTimes(rule, start, { from, to, without })) {
    const { instant, gap } = resolveWall(wall, timeZone);
    const over = until?.kind === 'instant' && instant > until.at;
    if (!over && !(gap && skipGaps)) yield { instant, wall, gap };
  }
}

/** Times moved out of a gap land among those that follow it: put in order, and one of each. */
function* ordered(moments: Iterable<Moment>): Generator<Moment, void> {
  let moved: Moment[] = [];
  for (const moment of moments) {
    if (moment.gap) {
      moved.push(moment);
      continue;
    }
    if (moved.length > 0) {
      yield* moved.filter(({ instant }) => instant < moment.instant);
      moved = moved.filter(({ instant }) => instant > moment.instant);
    }
    yield moment;
  }
  yield* moved;
}

/**
 * The instants (milliseconds) of a recurrence in strictly increasing order. It begins with the first one, or, where that changes
 * nothing (no COUNT), some days before `from`: the caller leaves out what is too early.
 */
export function* occurrences(recurrence: Recurrence, from: number): Generator<number, void> {
  const { rule, timeZone, start } = recurrence;
  const { instants, days } = excludedBy(recurrence);
  const counted = rule.count !== undefined;
  const begin = counted ? start : wallAt(from, timeZone) - MARGIN;
  const shownOn = (instant: number) => Math.floor(wallAt(instant, timeZone) / DAY);
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  // COUNT counts what is excluded too; without it whole days need not be looked at.
  for (const { instant, wall, gap } of ordered(resolved(recurrence, begin, counted ? new Set() : days))) {
    if (left-- <= 0) return;
    const offDay = days.size > 0 && (days.has(Math.floor(wall / DAY)) || (gap && days.has(shownOn(instant))));
    if (!offDay && !instants.has(instant)) yield instant;
  }
}
