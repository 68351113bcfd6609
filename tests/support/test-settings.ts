/** Ports that nothing listens at until a suite starts a server there: what the stacks take for Strava, and for a chain's RPC endpoint. */
export interface TestPorts {
  readonly strava: number;
  readonly chain: number;
}

/** Where coins are paid for, on the chain of `chain.ts`: an account of its own, and its first contract. */
export const PAID_TO = '0xa0ee7a142d267c1f36714e4a8f75612f20a79720';
export const TOKEN_TAKEN = '0x5fbdb2315678afecb367f032d93f642f64180aa3';
export const CHAIN_ID = 31337;

/** What the stacks of the acceptance tests are deployed with: what takes longer than a test should, goes by chance, or is elsewhere. */
export const testSettings = (ports: TestPorts): Record<string, string> => ({
  PIZZA_DOUGH_TIME: 'PT1S',
  PIZZA_WASHING_TIME: 'PT1S',
  PIZZA_SLICING_TIME: 'PT1S',
  PIZZA_BAKING_TIME: 'PT1S',
  PIZZA_RECEIPT_TIME: 'PT15S',
  PIZZA_BAD_ONE_IN: '0',
  // Tests mine at moments of their own.
  GAME_MINING_ROUND: 'cron(0 0 1 1 ? 2099)',
  GAME_UPLOAD_GRACE: 'PT15S',
  STRAVA_URL: `http://127.0.0.1:${ports.strava}`,
  STRAVA_CLIENT_ID: '4711',
  STRAVA_CLIENT_SECRET: 'client-secret-of-the-tests',
  STRAVA_WEBHOOK_TOKEN: 'webhook-token-of-the-tests',
  STRAVA_SHARING: 'on',
  TOP_UP_RPC_URL: `http://127.0.0.1:${ports.chain}`,
  TOP_UP_CHAIN_ID: String(CHAIN_ID),
  TOP_UP_RECIPIENT: PAID_TO,
  TOP_UP_NATIVE_COINS: '1000',
  TOP_UP_TOKEN: TOKEN_TAKEN,
  TOP_UP_TOKEN_COINS: '10',
  TOP_UP_TOKEN_DECIMALS: '6',
  TOP_UP_CONFIRMATIONS: '3',
  TOP_UP_POLL: 'PT1S',
});
