import getTerritory from './get-territory.ts';
import listTerritories from './list-territories.ts';

export const routes = [listTerritories, getTerritory];
