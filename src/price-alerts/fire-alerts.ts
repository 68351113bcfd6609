import * as z from 'zod';
import { type Market, marketOf } from '../prices/market.ts';
import type { MarketStore } from '../prices/market-store.ts';
import { chunks } from '../shared/chunks.ts';
import { type AlertKey, AlertNotFound, observe } from './alert.ts';
import type { AlertStore } from './alert-store.ts';
import type { Place, Reading, Series } from './condition.ts';
import { forgetIdle } from './forget-idle.ts';
import type { PlaceIndex } from './place-index.ts';
import { readingOf } from './reading.ts';
import { type TellDeps, tellFiring } from './tell-firing.ts';

export interface FireDeps extends TellDeps {
  readonly alerts: Pick<AlertStore, 'move' | 'told'>;
  readonly places: PlaceIndex;
  readonly markets: MarketStore;
  readonly now: () => Date;
}

/** How much one call deals with before it hands on what is left: alerts, and markets. */
export interface Portion {
  readonly alerts: number;
  readonly markets: number;
}

/** What is left to do: markets by id, and in the first of them where to go on. */
export const Left = z.object({
  markets: z.array(z.string()),
  from: z
    .object({
      /** Of the observation that is dealt with. */
      observed_at: z.string(),
      /** The first place that is left, `<series>/<side>`. */
      place: z.string(),
      after: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
    })
    .nullable(),
});
export type Left = z.output<typeof Left>;

/** Observations of a market that one call deals with; after more than these, the next one does. */
const OBSERVATIONS = 10;
const PAGE = 100;
/** People whose alerts are moved at the same time; those of one are moved one after the other, as each changes what the person sees. */
const PEOPLE_AT_ONCE = 10;

/**
 * Has the observations of some markets that are not dealt with move the alerts that wait for them, in the order of the observations, and tells
 * of those that fire. Answers what is left. Safe to repeat, to overlap, and to stop anywhere: an alert is moved by each observation once.
 */
export async function fireAlerts(left: Left, portion: Portion, deps: FireDeps): Promise<Left & { looked: number }> {
  let { markets, from } = left;
  let room = portion.alerts;
  let looked = 0;
  for (let n = 0; n < portion.markets; n++) {
    const [id] = markets;
    if (id === undefined) break;
    const result = await treatMarket(marketOf(id), from, room, deps);
    looked += result.looked;
    room -= result.looked;
    if (result.from) return { markets, from: result.from, looked };
    if (!result.more) markets = markets.slice(1);
    from = null;
  }
  return { markets, from, looked };
}

interface Treated {
  readonly looked: number;
  /** Where to go on in the market; null when all observations that were asked for are dealt with. */
  readonly from: Left['from'];
  /** There may be further observations. */
  readonly more: boolean;
}

async function treatMarket(market: Market, from: Left['from'], room: number, deps: FireDeps): Promise<Treated> {
  const { places, markets, now } = deps;
  const observations = await markets.untreated(market, OBSERVATIONS);
  const expected = await places.expected(market);
  const series = expected.map((each) => each.series);
  const readings: Reading[] = [];
  for (const each of observations) readings.push(await readingOf(market, each, series, markets));

  let looked = 0;
  for (const [n, reading] of readings.entries()) {
    const later = readings.slice(n);
    const begin = from?.observed_at === reading.observed_at ? from : null;
    for (const place of placesAt(reading, series)) {
      const name = nameOf(place);
      // Another run may have dealt with the observation meanwhile, and another series may be waited for.
      if (begin && name < begin.place) continue;
      let after = name === begin?.place ? begin.after : null;
      do {
        if (looked >= room)
          return { looked, from: { observed_at: reading.observed_at, place: name, after }, more: true };
        const page = await places.reached(market, place, { limit: PAGE, after: after ?? undefined });
        await moveAll(page.items, later, deps);
        looked += page.items.length;
        after = page.next ?? null;
      } while (after);
    }
    await markets.treated(market, reading.observed_at);
  }
  const more = observations.length === OBSERVATIONS;
  if (!more) await forgetIdle(market, expected, deps, now());
  return { looked, from: null, more };
}

const nameOf = ({ series, side }: Place) => `${series}/${side}`;

/** Where every series of a market stands, approached from either side, by name; time goes one way. */
function placesAt({ values }: Reading, series: readonly Series[]): Place[] {
  const places = series.flatMap((each): Place[] => {
    const bound = values[each];
    if (bound === undefined) return [];
    const rise: Place = { series: each, side: 'rise', bound };
    return each === 'time' ? [rise] : [rise, { series: each, side: 'fall', bound }];
  });
  return places.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

async function moveAll(keys: readonly AlertKey[], readings: readonly Reading[], deps: FireDeps): Promise<void> {
  const people = [...Map.groupBy(keys, ({ userId }) => userId).values()];
  for (const some of chunks(people, PEOPLE_AT_ONCE)) {
    const moved = await Promise.allSettled(some.map((own) => moveInTurn(own, readings, deps)));
    for (const one of moved) if (one.status === 'rejected') throw one.reason;
  }
}

async function moveInTurn(keys: readonly AlertKey[], readings: readonly Reading[], deps: FireDeps): Promise<void> {
  for (const key of keys) await moveOne(key, readings, deps);
}

/**
 * All observations at once: the index may not yet show where the first of them has moved the alert to, when the alerts are asked for that wait for
 * the second.
 */
async function moveOne({ userId, id }: AlertKey, readings: readonly Reading[], deps: FireDeps): Promise<void> {
  try {
    for (const reading of readings) {
      const { alert, firing } = await deps.alerts.move(userId, id, (known) => observe(known, reading, deps.now()));
      if (firing) await tellFiring(alert, firing, deps);
    }
  } catch (error) {
    // Its owner has left.
    if (!(error instanceof AlertNotFound)) throw error;
  }
}
