import * as z from 'zod';
import { address } from './where.ts';

/** What the running stack's feed tells of a coin; see local/emulation/prices.py. */
interface ScriptedCoin {
  readonly symbol?: string;
  /** Without it, it is none of the large ones. */
  readonly market_cap?: number;
  /** By currency, as they stand in the feed's JSON. */
  readonly prices?: Readonly<Record<string, string>>;
  /** Unix seconds, or none; without it, this very moment. */
  readonly at?: number | null;
}

/** An answer in place of the feed's next one, or of the next `times`; what is left out is as it would be. */
interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Seconds. */
  readonly delay?: number;
  readonly times?: number;
}

const Feed = z.object({ answers: z.array(z.unknown()), requests: z.array(z.string()) });

async function feed(method: string, script?: object) {
  const body = script === undefined ? null : JSON.stringify(script);
  const answer = await fetch(`${address}/_carillon/prices`, { method, body });
  if (!answer.ok) throw new Error(`price feed: ${answer.status}`);
  return Feed.parse(await answer.json());
}

/** From now on the feed tells this of these coins (null: nothing), and of the others what it did. */
export const tellPrices = (coins: Readonly<Record<string, ScriptedCoin | null>>) => feed('PATCH', { coins });

/** The feed's next answers, in place of those scripted before. */
export const feedAnswers = (answers: readonly ScriptedAnswer[]) => feed('PATCH', { answers });

/** The paths, with their queries, that the feed was asked for. */
export const feedRequests = async () => (await feed('GET')).requests;

/** The feed is as it was at the start. */
export const resetPrices = () => feed('DELETE');
