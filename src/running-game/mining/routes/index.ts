import claimTokens from './claim-tokens.ts';
import getMining from './get-mining.ts';

export const routes = [getMining, claimTokens];
