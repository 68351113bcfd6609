/**
 * When a reminder is due. What is stored is what the person said: a wall time, a zone, a rule; instants are derived from it here and
 * nowhere else, see docs/decisions/0003-wall-time-and-recurrence.md. Pure: the clock is handed in.
 */

import {
  formatWall,
  formatZoned,
  isTimeZone,
  parseDuration,
  parseWall,
  resolveWall,
  wallBefore,
} from '../shared/time.ts';
import { LAST_YEAR } from './schedule/expand.ts';
import { occurrences, type Recurrence } from './schedule/occurrences.ts';
import { parseRule } from './schedule/rule.ts';
import { MOST_EXDATES, type Schedule } from './schedule/schema.ts';

export { type Schedule, type ScheduleInput, schedule, scheduleInput, withZone } from './schedule/schema.ts';

const FIRST_YEAR = 1970;
const MOST_RULE = 1000;

/** Where an event takes place in time: a wall time (`2026-12-01T09:00:00`) and its zone. */
export interface EventTime {
  readonly at: string;
  readonly timeZone: string;
}

/** The zone that a reminder's moments are told in: its schedule's, or that of the event it goes by, `UTC` once that is gone. */
export const zoneOf = (schedule: Schedule, event: EventTime | undefined): string =>
  'eventId' in schedule ? (event?.timeZone ?? 'UTC') : schedule.timeZone;

/** One moment at which a reminder goes off. */
export interface Upcoming {
  /** What the clocks there show, with the zone's offset: `2026-12-01T09:00:00+01:00`. */
  readonly at: string;
  /** The same in UTC: `2026-12-01T08:00:00.000Z`. */
  readonly instant: string;
  readonly timeZone: string;
}

interface Problem {
  readonly field: string;
  readonly reason: string;
}

function recurrenceOf(given: Extract<Schedule, { rrule: string }>): Recurrence {
  const parsed = parseRule(given.rrule);
  const start = parseWall(given.at);
  if (!('rule' in parsed) || start === undefined) throw new Error('this schedule did not pass checkSchedule');
  const { timeZone, dstPolicy, exdates = [] } = given;
  return { rule: parsed.rule, start, timeZone, skipGaps: dstPolicy === 'skip', exdates };
}

function once(given: Extract<Schedule, { at: string }>): number | undefined {
  const wall = parseWall(given.at);
  if (wall === undefined) throw new Error('this schedule did not pass checkSchedule');
  const { instant, gap } = resolveWall(wall, given.timeZone);
  return gap && given.dstPolicy === 'skip' ? undefined : instant;
}

function beforeEvent(before: string, event: EventTime): number {
  const length = parseDuration(before);
  const wall = parseWall(event.at);
  if (length === undefined || wall === undefined) throw new Error('this schedule did not pass checkSchedule');
  return resolveWall(wallBefore(wall, length), event.timeZone).instant - length.exact;
}

/** All instants of a schedule in order (milliseconds); of an endless one those from some days before `from` on. */
function* instants(given: Schedule, from: number, event: EventTime | undefined): Generator<number, void> {
  if ('rrule' in given) yield* occurrences(recurrenceOf(given), from);
  else {
    const instant = 'eventId' in given ? event && beforeEvent(given.before, event) : once(given);
    if (instant !== undefined) yield instant;
  }
}

function first(given: Schedule, from: number, event: EventTime | undefined): number | undefined {
  for (const instant of instants(given, from, event)) if (instant >= from) return instant;
  return undefined;
}

/**
 * The first instant at or after `from` at which a checked schedule is due; undefined when there is none any more, and for a
 * schedule relative to an event that is not there.
 */
export function firstDue(given: Schedule, from: Date, event?: EventTime): Date | undefined {
  const instant = first(given, from.getTime(), event);
  return instant === undefined ? undefined : new Date(instant);
}

/** The same, strictly after `after`: what comes next once the occurrence of `after` has had its turn. */
export function nextDue(given: Schedule, after: Date, event?: EventTime): Date | undefined {
  return firstDue(given, new Date(after.getTime() + 1), event);
}

/** Up to `count` moments strictly after `after`, in order. */
export function upcoming(given: Schedule, after: Date, count: number, event?: EventTime): Upcoming[] {
  const timeZone = 'eventId' in given ? event?.timeZone : given.timeZone;
  const found: Upcoming[] = [];
  if (timeZone === undefined || count < 1) return found;
  for (const instant of instants(given, after.getTime(), event)) {
    if (instant <= after.getTime()) continue;
    found.push({ at: formatZoned(instant, timeZone), instant: new Date(instant).toISOString(), timeZone });
    if (found.length >= count) break;
  }
  return found;
}

function checkMoment(field: string, text: string): Problem[] {
  const wall = parseWall(text);
  if (wall === undefined) return [{ field, reason: `there is no ${text}` }];
  const year = new Date(wall).getUTCFullYear();
  if (year >= FIRST_YEAR && year <= LAST_YEAR) return [];
  return [{ field, reason: `the year is from ${FIRST_YEAR} to ${LAST_YEAR}` }];
}

function checkForm(given: Exclude<Schedule, { eventId: string }>): Problem[] {
  const problems = checkMoment('at', given.at);
  if (!isTimeZone(given.timeZone)) {
    problems.push({
      field: 'timeZone',
      reason: `${given.timeZone} is not a time zone; use an IANA name such as Europe/Warsaw`,
    });
  }
  if (!('rrule' in given)) return problems;
  if (given.rrule.length > MOST_RULE)
    return [...problems, { field: 'rrule', reason: `longer than ${MOST_RULE} characters` }];
  const parsed = parseRule(given.rrule);
  if ('reasons' in parsed) problems.push(...parsed.reasons.map((reason) => ({ field: 'rrule', reason })));
  const { exdates = [] } = given;
  if (exdates.length > MOST_EXDATES) problems.push({ field: 'exdates', reason: `more than ${MOST_EXDATES}` });
  else
    problems.push(
      ...exdates.flatMap((text, index) => checkMoment(`exdates.${index}`, text.includes('T') ? text : `${text}T00:00`)),
    );
  return problems;
}

function neverDue(given: Extract<Schedule, { rrule: string }>, now: Date): Problem {
  const recurrence = recurrenceOf(given);
  const { until } = recurrence.rule;
  const start = resolveWall(recurrence.start, given.timeZone).instant;
  if (until !== undefined && until.at < (until.kind === 'instant' ? start : recurrence.start)) {
    return { field: 'rrule', reason: `UNTIL is before ${given.at}: it never goes off` };
  }
  const [any] = occurrences({ ...recurrence, exdates: [] }, start);
  if (any !== undefined) {
    const [kept] = occurrences(recurrence, start);
    if (kept === undefined) return { field: 'exdates', reason: 'nothing is left: all of its moments are excluded' };
    return { field: 'rrule', reason: `it is over: its last moment was before ${now.toISOString()}` };
  }
  const [moved] = occurrences({ ...recurrence, exdates: [], skipGaps: false }, start);
  if (moved !== undefined) {
    return {
      field: 'dstPolicy',
      reason: 'it never goes off: the clocks jump over all of its moments, and skip leaves them out',
    };
  }
  return { field: 'rrule', reason: `it never goes off: no date up to ${LAST_YEAR} fits ${given.rrule}` };
}

/**
 * What is wrong with a schedule that somebody sets at `now`, by field; nothing when it goes off at least once after that. `event` is
 * the one that a relative schedule names.
 */
export function checkSchedule(given: Schedule, now: Date, event?: EventTime): Problem[] {
  if ('eventId' in given) {
    if (parseDuration(given.before) === undefined) return [{ field: 'before', reason: `${given.before} is too long` }];
    if (event === undefined) return [{ field: 'eventId', reason: 'there is no such event' }];
    const due = new Date(beforeEvent(given.before, event));
    if (due > now) return [];
    return [
      {
        field: 'before',
        reason: `that is ${due.toISOString()}, which is past: the event is at ${event.at} ${event.timeZone}`,
      },
    ];
  }
  const problems = checkForm(given);
  if (problems.length > 0) return problems;
  if (nextDue(given, now) !== undefined) return [];
  if ('rrule' in given) return [neverDue(given, now)];
  const instant = once(given);
  if (instant === undefined) {
    const reason = `the clocks in ${given.timeZone} jump over ${given.at}, and dstPolicy skip leaves it out`;
    return [{ field: 'at', reason }];
  }
  return [
    { field: 'at', reason: `${formatZoned(instant, given.timeZone)} is past: it is ${formatWall(now.getTime())}Z now` },
  ];
}
