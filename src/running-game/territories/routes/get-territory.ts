import * as z from 'zod';
import { pageQuery } from '../../../shared/http/cursor.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { UserId } from '../../../users/user-id.ts';
import { featureOf, Territories } from '../map.ts';
import type { TerritoriesApi } from '../territories-api.ts';

const LIMIT = 'must be a whole number from 1 to 5000';

export default route<TerritoriesApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/users/{id}/territory',
    tag: 'running game',
    summary: 'What somebody holds, as GeoJSON',
    params: z.object({
      id: z.union([z.literal('me'), UserId], 'must be the id of a user, or me').describe('`me` is you'),
    }),
    query: pageQuery.extend({
      limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(5000, LIMIT).default(1000).describe('Cells of a page'),
    }),
    body: nothing,
    replies: {
      200: {
        description: 'A page of their cells, captured last first: one feature, or none of somebody who holds nothing',
        schema: Territories.extend({
          cells_held: z.int().min(0).describe('On all pages'),
          cursor: z.string().optional(),
        }),
        type: 'application/geo+json',
      },
    },
    errors: [],
  },
  async ({ params, query: { limit, cursor }, caller, now }, { territories, cursors }) => {
    const id = params.id === 'me' ? caller.userId : params.id;
    const scope = `territory of ${id}`;
    const [{ items, next }, cells_held] = await Promise.all([
      territories.ofUser(id, now, { limit, after: cursors.open(scope, cursor) }),
      territories.cellsHeld(id, now),
    ]);
    const features = items.length === 0 ? [] : [featureOf(id, items)];
    return {
      status: 200,
      body: { type: 'FeatureCollection', features, cells_held, cursor: cursors.seal(scope, next) },
    };
  },
);
