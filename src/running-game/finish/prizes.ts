/** What is won in an event; coins. */
interface Pot {
  /** Of a ticket. */
  readonly price: number;
  readonly sold: number;
  readonly prize_pool: number;
  /** Percent by place. */
  readonly prize_split: readonly number[];
}

/**
 * The prize of each place, in whole coins: its percent of all that tickets have brought in and of what is won besides, rounded down. What the
 * rounding leaves goes to the first place, so that a split of 100 percent gives out everything, and none gives out more than there is. The
 * prize of a place that nobody takes is not paid.
 */
export function prizesOf({ price, sold, prize_pool, prize_split }: Pot): number[] {
  const pot = BigInt(price) * BigInt(sold) + BigInt(prize_pool);
  const part = (percent: number) => (pot * BigInt(percent)) / 100n;
  const shares = prize_split.map(part);
  const left = shares.reduce((rest, share) => rest - share, part(prize_split.reduce((sum, each) => sum + each, 0)));
  return shares.map((share, n) => Number(n === 0 ? share + left : share));
}
