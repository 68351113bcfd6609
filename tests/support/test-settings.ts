/** Ports that nothing listens at until a suite starts a server there: what the stacks take for Strava, and for a chain's RPC endpoint. */
export interface TestPorts {
  readonly strava: number;
  readonly chain: number;
}

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
  GAME_UPLOAD_GRACE: 'PT10S',
  STRAVA_URL: `http://127.0.0.1:${ports.strava}`,
  STRAVA_CLIENT_ID: '4711',
  STRAVA_CLIENT_SECRET: 'client-secret-of-the-tests',
  STRAVA_WEBHOOK_TOKEN: 'webhook-token-of-the-tests',
  STRAVA_SHARING: 'on',
});
