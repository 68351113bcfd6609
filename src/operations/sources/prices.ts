import type { PriceTrouble } from '../../prices/troubles.ts';
import { bounded, type Finding, type Source } from '../finding.ts';

const REASONS: Record<Extract<PriceTrouble, { kind: 'NO_QUOTE' }>['reason'], string> = {
  MISSING: 'the feed says nothing of them',
  NOT_A_PRICE: 'what the feed says is no price',
  NO_TIME: 'the feed does not say of when they are',
  FROM_THE_FUTURE: 'the feed says that they are of the future',
  STALE: 'they are too old',
  SUSPECT: 'they jump, and no two looks agree',
  UNSEEN: 'nobody looks at them',
};
/** Enough to begin with. */
const MOST_NAMED = 5;

interface Deps {
  troubles(now: Date): Promise<PriceTrouble[]>;
  /** Of the table's rows. */
  readonly link: string;
}

/** The price feed, what it says of the coins that have alerts, and whether alerts are judged by it. */
export const prices = ({ troubles, link }: Deps): Source => ({
  name: 'prices',
  async look(now) {
    const found = (await troubles(now)).map((trouble) => ({ source: 'prices' as const, link, ...told(trouble) }));
    return bounded(found);
  },
});

function told(trouble: PriceTrouble): Omit<Finding, 'source' | 'link'> {
  const { since } = trouble;
  if (trouble.kind === 'FEED') {
    const what = `The price feed can't be asked: ${trouble.fault}, and ${trouble.failures} in a row`;
    // That it has failed twice as often is no news.
    return { about: 'feed', what, where: 'price feed', since, count: 1 };
  }
  if (trouble.kind === 'UNTREATED') {
    const { market } = trouble;
    return {
      about: `untreated#${market}`,
      what: 'A price has not been compared with alerts',
      where: market,
      since,
      count: 1,
    };
  }
  const { reason, markets } = trouble;
  const others = markets.length > MOST_NAMED ? ` and ${markets.length - MOST_NAMED} more` : '';
  const where = `${markets.slice(0, MOST_NAMED).join(', ')}${others}`;
  return {
    about: `quotes#${reason}`,
    what: `Prices are not taken: ${REASONS[reason]}`,
    where,
    since,
    count: markets.length,
  };
}
