/**
 * From a rule to its wall times, in order, without looking at any zone.
 *
 * The work is bounded by the number of days up to `LAST_DAY`: a day is looked at once, and the times within it are computed, not
 * searched. So a rule that never matches costs a few milliseconds, whatever it says.
 */

import { DAY } from '../../shared/time.ts';
import type { Rule } from './rule.ts';

const DAY_SECONDS = 86_400;
const noTimes: readonly number[] = [];

/** Nothing is due after this day (days since 1970-01-01). */
export const LAST_YEAR = 2199;
const LAST_DAY = Date.UTC(LAST_YEAR, 11, 31) / DAY;

interface Calendar {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The Gregorian date of a day number; the arithmetic of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
function calendarOf(dayNumber: number): Calendar {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY;
}

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}

/** Monday is 0. */
function weekdayOf(day: number): number {
  return modulo(day + 3, 7);
}

/** The first day of a year's week 1: the first week with at least four days of that year (RFC 5545, ISO 8601). */
function firstWeek(year: number, weekStart: number): number {
  const january4 = dayNumber(year, 1, 4);
  return january4 - modulo(weekdayOf(january4) - weekStart, 7);
}

/** What the rule leaves open is taken from its start (RFC 5545). */
function completed(rule: Rule, start: number): Rule {
  const time = new Date(start);
  const startDay = Math.floor(start / DAY);
  const { month, day } = calendarOf(startDay);
  const weekdays = [{ weekday: weekdayOf(startDay), nth: 0 }];
  const { frequency } = rule;
  const days: { months?: readonly number[]; monthDays?: readonly number[]; weekdays?: Rule['weekdays'] } = {};
  const noDays = rule.monthDays.length + rule.yearDays.length + rule.weekdays.length === 0;
  if (frequency === 'YEARLY' && noDays) {
    if (rule.weekNumbers.length > 0) days.weekdays = weekdays;
    else {
      days.monthDays = [day];
      if (rule.months.length === 0) days.months = [month];
    }
  }
  if (frequency === 'MONTHLY' && noDays) days.monthDays = [day];
  if (frequency === 'WEEKLY' && noDays) days.weekdays = weekdays;
  const subDaily = frequency === 'HOURLY' || frequency === 'MINUTELY';
  return {
    ...rule,
    ...days,
    hours: rule.hours.length === 0 && !subDaily ? [time.getUTCHours()] : rule.hours,
    minutes: rule.minutes.length === 0 && frequency !== 'MINUTELY' ? [time.getUTCMinutes()] : rule.minutes,
    seconds: rule.seconds.length === 0 ? [time.getUTCSeconds()] : rule.seconds,
  };
}

/** Which days of its period the rule takes. */
function dayFilter(rule: Rule): (day: number) => boolean {
  const { months, monthDays, yearDays, weekNumbers, weekdays, weekStart } = rule;
  const nthOfYear = rule.frequency === 'YEARLY' && months.length === 0;
  return (number) => {
    const { year, month, day } = calendarOf(number);
    if (months.length > 0 && !months.includes(month)) return false;
    const firstOfMonth = number - day + 1;
    if (monthDays.length > 0 && !monthDays.includes(day)) {
      const length = dayNumber(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - firstOfMonth;
      if (!monthDays.includes(day - length - 1)) return false;
    }
    if (yearDays.length > 0) {
      const first = dayNumber(year, 1, 1);
      const length = dayNumber(year + 1, 1, 1) - first;
      if (!yearDays.includes(number - first + 1) && !yearDays.includes(number - first - length)) return false;
    }
    if (weekdays.length > 0) {
      const weekday = weekdayOf(number);
      const taken = weekdays.some((wanted) => {
        if (wanted.weekday !== weekday) return false;
        if (wanted.nth === 0) return true;
        const first = nthOfYear ? dayNumber(year, 1, 1) : firstOfMonth;
        if (wanted.nth > 0) return Math.floor((number - first) / 7) + 1 === wanted.nth;
        const end = nthOfYear ? dayNumber(year + 1, 1, 1) : Date.UTC(year, month, 1) / DAY;
        return Math.floor((end - 1 - number) / 7) + 1 === -wanted.nth;
      });
      if (!taken) return false;
    }
    if (weekNumbers.length > 0) {
      let first = firstWeek(year, weekStart);
      let next = firstWeek(year + 1, weekStart);
      if (number < first) {
        next = first;
        first = firstWeek(year - 1, weekStart);
      } else if (number >= next) {
        first = next;
        next = firstWeek(year + 2, weekStart);
      }
      const week = Math.floor((number - first) / 7) + 1;
      if (!weekNumbers.includes(week) && !weekNumbers.includes(week - (next - first) / 7 - 1)) return false;
    }
    return true;
  };
}

/** The positions of BYSETPOS in a set of this size, as indices from 0, in order. */
function chosen(positions: readonly number[], size: number): number[] {
  const indices = new Set<number>();
  for (const position of positions) {
    const index = position > 0 ? position - 1 : size + position;
    if (index >= 0 && index < size) indices.add(index);
  }
  return [...indices].sort((a, b) => a - b);
}

/** The rule's times on a day, in seconds since midnight, in order. */
function timesOn(rule: Rule, start: number): (day: number) => readonly number[] {
  const second = rule.seconds[0] ?? 0;
  const { frequency, interval, hours, minutes, positions } = rule;
  if (frequency !== 'HOURLY' && frequency !== 'MINUTELY') {
    const times = hours.flatMap((hour) => minutes.map((minute) => hour * 3600 + minute * 60 + second));
    return () => times;
  }

  const unit = frequency === 'HOURLY' ? 3600 : 60;
  const units = DAY_SECONDS / unit;
  const anchor = Math.floor(start / 1000 / unit);
  const minutesOfHour =
    positions.length === 0
      ? minutes
      : chosen(positions, minutes.length).flatMap((index) => minutes.slice(index, index + 1));
  const none = frequency === 'MINUTELY' && positions.length > 0 && chosen(positions, 1).length === 0;
  const known = new Map<number, readonly number[]>();
  return (day) => {
    // Steps are counted from the start, so a day's first step is the remainder that midnight leaves.
    const first = modulo(anchor - day * units, interval);
    if (none || first >= units) return noTimes;
    let times = known.get(first);
    if (times === undefined) {
      const found: number[] = [];
      for (let step = first; step < units; step += interval) {
        const at = step * unit;
        if (hours.length > 0 && !hours.includes(Math.floor(at / 3600))) continue;
        if (frequency === 'HOURLY') found.push(...minutesOfHour.map((minute) => at + minute * 60 + second));
        else if (minutes.length === 0 || minutes.includes(step % 60)) found.push(at + second);
      }
      times = found;
      known.set(first, times);
    }
    return times;
  };
}

/** The first and last day of a rule's k-th period, counted in steps of INTERVAL; and the last k that begins no later than a day. */
interface Periods {
  days(k: number): readonly [number, number];
  before(day: number): number;
}

function periodsOf(rule: Rule, start: number): Periods {
  const { frequency, interval } = rule;
  const startDay = Math.floor(start / DAY);
  const { year, month } = calendarOf(startDay);
  switch (frequency) {
    case 'YEARLY':
      return {
        days: (k) => [dayNumber(year + k * interval, 1, 1), dayNumber(year + k * interval + 1, 1, 1) - 1],
        before: (day) => Math.floor((calendarOf(day).year - year) / interval),
      };
    case 'MONTHLY':
      return {
        days: (k) => [dayNumber(year, month + k * interval, 1), dayNumber(year, month + k * interval + 1, 1) - 1],
        before: (day) => {
          const to = calendarOf(day);
          return Math.floor(((to.year - year) * 12 + to.month - month) / interval);
        },
      };
    case 'WEEKLY': {
      const firstDay = startDay - modulo(weekdayOf(startDay) - rule.weekStart, 7);
      return {
        days: (k) => [firstDay + k * interval * 7, firstDay + k * interval * 7 + 6],
        before: (day) => Math.floor((day - firstDay) / 7 / interval),
      };
    }
    default: {
      const step = frequency === 'DAILY' ? interval : 1;
      return {
        days: (k) => [startDay + k * step, startDay + k * step],
        before: (day) => Math.floor((day - startDay) / step),
      };
    }
  }
}

/**
 * The wall times of a rule that starts at the wall time `start`, in order, from `from` on, up to `to` or the end of `LAST_YEAR`.
 * COUNT and UNTIL are not looked at. The start itself is one of them only if it matches. Days in `without` are passed over.
 */
export function* wallTimes(
  given: Rule,
  start: number,
  { from, to, without }: { readonly from: number; readonly to: number; readonly without: ReadonlySet<number> },
): Generator<number, void> {
  const rule = completed(given, start);
  const takes = dayFilter(rule);
  const times = timesOn(rule, start);
  const periods = periodsOf(rule, start);
  const least = Math.max(start, from);
  const lastDay = Math.min(LAST_DAY, Math.floor(to / DAY));
  const positions = rule.frequency === 'HOURLY' || rule.frequency === 'MINUTELY' ? [] : rule.positions;

  for (let k = Math.max(0, periods.before(Math.floor(least / DAY))); ; k++) {
    const [first, last] = periods.days(k);
    if (!(first <= lastDay)) return;
    if (positions.length === 0) {
      for (let day = first; day <= last; day++) {
        const ofDay = takes(day) && !without.has(day) ? times(day) : noTimes;
        for (const time of ofDay) {
          const wall = day * DAY + time * 1000;
          if (wall > to || day > LAST_DAY) return;
          if (wall >= least) yield wall;
        }
      }
    } else {
      const days: number[] = [];
      for (let day = first; day <= last; day++) if (takes(day)) days.push(day);
      const ofDay = times(first);
      for (const index of chosen(positions, days.length * ofDay.length)) {
        const day = days[Math.floor(index / ofDay.length)];
        const time = ofDay[index % ofDay.length];
        if (day === undefined || time === undefined) continue;
        const wall = day * DAY + time * 1000;
        if (wall > to || day > LAST_DAY) return;
        if (wall >= least && !without.has(day)) yield wall;
      }
    }
  }
}
