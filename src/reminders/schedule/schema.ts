/** What a schedule looks like, as sent and as stored, and how the one becomes the other. */

import * as z from 'zod';
import { formatWall, isTimeZone, parseWall, wallAt } from '../../shared/time.ts';
import { parseBasic } from './rule.ts';

const WALL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;
const WALL_OR_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/;
const DURATION = /^P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/;
export const MOST_EXDATES = 200;

const notWall = ({ input }: { input?: unknown }): string =>
  typeof input === 'string' && /T.*(Z|[+-]\d\d(:?\d\d)?)$/i.test(input)
    ? 'a wall time without an offset or Z; put the zone in timeZone'
    : 'a wall time such as 2026-12-01T09:00:00';

const at = z
  .string()
  .regex(WALL, { error: notWall })
  .describe('Wall time in timeZone, without an offset; seconds may be left out');
const timeZone = z.string().min(1).max(64).describe('IANA time zone, such as Europe/Warsaw');
const dstPolicy = z
  .enum(['shift', 'skip'], { error: 'shift or skip' })
  .describe('For a time that clocks jump over: shift (the default) moves it on by the jump, skip leaves it out');
const rrule = z
  .string()
  .min(1)
  .max(10_000)
  .describe('RFC 5545 recurrence rule; an RRULE: prefix and EXDATE lines are understood');
const exdates = z
  .array(
    z.string().regex(WALL_OR_DATE, { error: 'a wall time such as 2026-12-24T09:00:00, or a date for the whole day' }),
  )
  .max(MOST_EXDATES)
  .describe('Times to leave out, as wall times in timeZone, or dates for whole days');

const relative = z.strictObject({
  eventId: z.uuid({ error: 'the id of an event' }),
  before: z
    .string()
    .max(60)
    .regex(DURATION, {
      error: ({ input }) =>
        typeof input === 'string' && input.includes('-')
          ? 'not negative: a reminder goes off before the event'
          : 'an ISO 8601 duration of whole units, such as PT30M or P1D',
    })
    .describe(
      'How long before the event, as an ISO 8601 duration; years to days are counted on the calendar, in the zone of the event',
    ),
});

/** A schedule as it is stored and answered. */
export const schedule = z.union([
  z.strictObject({ at, timeZone, dstPolicy: dstPolicy.optional(), rrule, exdates: exdates.optional() }),
  relative,
  z.strictObject({ at, timeZone, dstPolicy: dstPolicy.optional() }),
]);
export type Schedule = z.infer<typeof schedule>;

/** A schedule as somebody sends it: without `timeZone` it is meant in their own zone. */
export const scheduleInput = z.union([
  z.strictObject({
    at,
    timeZone: timeZone.optional(),
    dstPolicy: dstPolicy.optional(),
    rrule,
    exdates: exdates.optional(),
  }),
  relative,
  z.strictObject({ at, timeZone: timeZone.optional(), dstPolicy: dstPolicy.optional() }),
]);
export type ScheduleInput = z.infer<typeof scheduleInput>;

/** A text that is no time stays as it is: `checkSchedule` then says so. */
function normalWall(text: string): string {
  const wall = parseWall(text);
  return wall === undefined ? text : formatWall(wall);
}

/** The times of an EXDATE line in the form of `exdates`; undefined where it is malformed or in another zone. */
function exdatesOf(line: string, zone: string): string[] | undefined {
  const [, parameters = '', values = ''] = /^EXDATE((?:;[^:]*)?):(.+)$/.exec(line) ?? [];
  for (const parameter of parameters.split(';').slice(1)) {
    if (!['VALUE=DATE', 'VALUE=DATE-TIME', `TZID=${zone.toUpperCase()}`].includes(parameter)) return undefined;
  }
  const times: string[] = [];
  for (const value of values.split(',')) {
    const read = parseBasic(value);
    if (read === undefined || (read.kind === 'instant' && !isTimeZone(zone))) return undefined;
    const text = formatWall(read.kind === 'instant' ? wallAt(read.at, zone) : read.at);
    times.push(read.kind === 'day' ? text.slice(0, 10) : text);
  }
  return times;
}

/**
 * The schedule to store: `zone` filled in where none was given, times with seconds, the rule in capitals without its prefix, EXDATE
 * lines moved to `exdates`. What is malformed is kept, for `checkSchedule` to name.
 */
export function withZone(input: ScheduleInput, zone: string): Schedule {
  if ('eventId' in input) return input;
  const own = { ...input, at: normalWall(input.at), timeZone: input.timeZone ?? zone };
  if (!('rrule' in own)) return own;

  const lines = own.rrule
    .toUpperCase()
    .replace(/\r?\n[ \t]/g, '')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\s+/g, ''))
    .filter((line) => line !== '');
  const rules: string[] = [];
  const excluded = (own.exdates ?? []).map(normalWall);
  for (const line of lines) {
    const times = line.startsWith('EXDATE') ? exdatesOf(line, own.timeZone) : undefined;
    if (times !== undefined) excluded.push(...times);
    else rules.push(line.replace(/^RRULE:/, '').replace(/;$/, ''));
  }
  const { exdates: _given, ...rest } = own;
  const kept = [...new Set(excluded)].sort();
  return { ...rest, rrule: rules.join('\n'), ...(kept.length > 0 && { exdates: kept }) };
}
