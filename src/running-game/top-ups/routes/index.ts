import buyCoins from './buy-coins.ts';
import getTopUp from './get-top-up.ts';
import listTopUps from './list-top-ups.ts';
import nameTransaction from './name-transaction.ts';

export const routes = [buyCoins, listTopUps, getTopUp, nameTransaction];
