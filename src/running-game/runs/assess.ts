import type { Assessment, Place, Point, Refusal } from './assessment.ts';
import { distance } from './earth.ts';

/** A point that its device believes to be further off is not taken; metres. */
const LEAST_ACCURATE = 20;
/** Metres a second. */
const FASTEST = 10;
/** Points less than so many milliseconds apart say nothing about speed. */
const SOONEST = 500;
/** A point nearer than so many metres to the last place on the track may be the receiver's jitter: it adds nothing until one is further. */
const STEP = 5;
/** Slower than so many metres a second is standing about. */
const SLOWEST = 0.5;
/** Nobody has run a kilometre faster than in 2:11.96 (Noah Ngeny, 1999; World Athletics). */
const LEAP = { longerThan: 1000, fasterThan: 1000 / 131.96 };
/** So many points after each other at a runner's speed are a place to go on from. */
const SETTLED = 3;
const MOST_LEAPS = 20;
/** Metres in motion. */
const SHORTEST_RUN = 100;

export interface Limits {
  /** So many milliseconds after its first point that counts a run counts no more. */
  readonly longest: number;
  /** Points before and after these instants do not belong to it. Milliseconds since 1970 in UTC. */
  readonly window?: { readonly from: number; readonly until: number } | undefined;
}

/**
 * What a track is worth: its points are taken or refused one after the other, each by the last one that was taken.
 *
 * A point too fast for that is refused. After three of them that are at a runner's speed among themselves, the runner is elsewhere: the
 * track leaps there, and goes on without the leap's distance. So it does after a gap that is longer than a kilometre and faster than
 * anybody has run one. The distance adds up over steps of at least five metres; those slower than half a metre a second are standing about, and
 * no part of the pace.
 */
export function assess(points: readonly Point[], limits: Limits): Assessment {
  const track = newTrack();
  const refused = new Map<Refusal, { count: number; first: number }>();
  for (const point of points) {
    const reason = refusal(point, track, limits) ?? (tooFast(point, track) ? 'TOO_FAST' : undefined);
    if (reason === undefined) continue;
    const known = refused.get(reason);
    refused.set(reason, { count: (known?.count ?? 0) + 1, first: known?.first ?? point.t });
  }
  const { leaps, last } = track;
  return {
    refused: [...refused].map(([reason, { count, first }]) => ({ reason, count, first_at: iso(first) })),
    flags: leaps.count === 0 ? [] : [{ flag: 'TELEPORT', ...leaps, distance_m: Math.round(leaps.distance_m) }],
    pieces: track.pieces.filter(({ length }) => length > 1),
    ends: last ? [...track.ends, placeOf(last)] : [],
    verdict: verdictOn(track),
  };
}

interface Track {
  first: Point | undefined;
  /** The last point that was taken. */
  last: Point | undefined;
  /** The last one that the distance goes by. */
  anchor: Point | undefined;
  /** Those refused as too fast since then that are at a runner's speed among themselves. */
  elsewhere: Point[];
  readonly pieces: Place[][];
  /** Where it has begun, and where it has leapt from and to. */
  readonly ends: Place[];
  metres: number;
  /** Of these, and of the time, in milliseconds, what was in motion. */
  readonly motion: { metres: number; time: number };
  readonly leaps: { count: number; first_at: string; distance_m: number };
}

const newTrack = (): Track => ({
  first: undefined,
  last: undefined,
  anchor: undefined,
  elsewhere: [],
  pieces: [],
  ends: [],
  metres: 0,
  motion: { metres: 0, time: 0 },
  leaps: { count: 0, first_at: '', distance_m: 0 },
});

/** Why a point does not come into question. */
function refusal({ t, accuracy = 0 }: Point, { first, last }: Track, { longest, window }: Limits): Refusal | undefined {
  if (window && (t < window.from || t > window.until)) return 'OUTSIDE_EVENT';
  if (last && t < last.t) return 'CLOCK_BACKWARDS';
  if (last && t - last.t < SOONEST) return 'DUPLICATE';
  if (accuracy > LEAST_ACCURATE) return 'ACCURACY';
  if (first && t - first.t > longest) return 'TOO_LONG';
  return undefined;
}

const speed = (from: Point, to: Point) => (distance(from, to) * 1000) / (to.t - from.t);

/** Takes a point onto the track, unless it is too fast for it. */
function tooFast(point: Point, track: Track): boolean {
  const { last } = track;
  if (last === undefined) {
    track.first = point;
    begin(point, track);
    return false;
  }
  if (speed(last, point) > FASTEST) {
    const before = track.elsewhere.at(-1);
    const goesOn = before && point.t - before.t >= SOONEST && speed(before, point) <= FASTEST;
    track.elsewhere = goesOn ? [...track.elsewhere, point] : [point];
    if (track.elsewhere.length < SETTLED) return true;
    leap(last, point, track);
  } else if (distance(last, point) > LEAP.longerThan && speed(last, point) > LEAP.fasterThan) leap(last, point, track);
  else step(point, track);
  return false;
}

function begin(point: Point, track: Track): void {
  track.pieces.push([placeOf(point)]);
  track.ends.push(placeOf(point));
  track.anchor = point;
  track.last = point;
  track.elsewhere = [];
}

function leap(from: Point, to: Point, track: Track): void {
  if (track.leaps.count === 0) track.leaps.first_at = iso(to.t);
  track.leaps.count++;
  track.leaps.distance_m += distance(from, to);
  track.ends.push(placeOf(from));
  begin(to, track);
}

function step(point: Point, track: Track): void {
  track.last = point;
  track.elsewhere = [];
  const { anchor = point } = track;
  const metres = distance(anchor, point);
  if (metres < STEP) return;
  track.metres += metres;
  if (speed(anchor, point) >= SLOWEST) {
    track.motion.metres += metres;
    track.motion.time += point.t - anchor.t;
  }
  track.pieces.at(-1)?.push(placeOf(point));
  track.anchor = point;
}

function verdictOn({ first, last, metres, motion, leaps }: Track): Assessment['verdict'] {
  if (!first || !last || first === last) return { counts: false, reason: 'NO_POINTS_LEFT' };
  if (leaps.count > MOST_LEAPS) return { counts: false, reason: 'TOO_MANY_LEAPS' };
  if (motion.metres < SHORTEST_RUN) return { counts: false, reason: 'TOO_SHORT' };
  return {
    counts: true,
    measures: {
      started_at: iso(first.t),
      distance_m: Math.round(metres),
      duration_s: Math.round((last.t - first.t) / 1000),
      moving_s: Math.round(motion.time / 1000),
      pace_s_per_km: Math.round(motion.time / motion.metres),
    },
  };
}

const placeOf = ({ lat, lon }: Point): Place => ({ lat, lon });

const iso = (instant: number) => new Date(instant).toISOString();
