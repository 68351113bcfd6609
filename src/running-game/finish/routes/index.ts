import { listStandingsRoute } from './list-standings.ts';

export const routes = [listStandingsRoute];
