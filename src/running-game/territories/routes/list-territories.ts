import * as z from 'zod';
import { chunks } from '../../../shared/chunks.ts';
import { InvalidRequest } from '../../../shared/errors.ts';
import { nothing, route } from '../../../shared/http/route.ts';
import { type View, viewOfBox, viewOfCell } from '../areas.ts';
import { featureOf, Territories } from '../map.ts';
import type { TerritoriesApi } from '../territories-api.ts';
import type { Held } from '../territory.ts';

const CORNERS = 'must be west,south,east,north in degrees, such as 20.95,52.18,21.05,52.24';
const TOO_LARGE = 'is too large to be looked at at once';

const degrees = (most: number) =>
  z
    .string()
    .regex(/^-?\d{1,3}(\.\d{1,20})?$/)
    .transform(Number)
    .pipe(z.number().min(-most).max(most));
const Box = z
  .preprocess(
    (text) => (typeof text === 'string' ? text.split(',') : text),
    z.tuple([degrees(180), degrees(90), degrees(180), degrees(90)]),
  )
  .refine(([, south, , north]) => south <= north);

/** Areas that are read at the same moment. */
const AT_ONCE = 16;

export default route<TerritoriesApi>()(
  {
    method: 'GET',
    path: '/api/v1/game/territories',
    tag: 'running game',
    summary: 'Who holds the cells of a part of the map, as GeoJSON',
    params: nothing,
    query: z.object({
      bbox: z
        .string()
        .max(100)
        .optional()
        .describe(
          'west,south,east,north in degrees, some 14 km from corner to corner at most; an east that is less than the west is beyond the 180th meridian. A cell belongs to it by its middle',
        ),
      cell: z
        .string()
        .max(16)
        .optional()
        .describe('In place of `bbox`: an H3 index of a captured cell, or of one up to five resolutions above it'),
    }),
    body: nothing,
    replies: {
      200: {
        description: 'A feature for each person who holds some of it',
        schema: Territories,
        type: 'application/geo+json',
      },
    },
    errors: [],
  },
  async ({ query, now }, { territories, resolution }) => {
    const view = viewOf(query, resolution);
    const held: Held[] = [];
    for (const some of chunks(view.areas, AT_ONCE)) {
      held.push(...(await Promise.all(some.map((area) => territories.inArea(area, now)))).flat());
    }
    const byOwner = Map.groupBy(
      held.filter(({ cell }) => view.isIn(cell)),
      ({ user_id }) => user_id,
    );
    const features = [...byOwner].map(([userId, its]) =>
      featureOf(
        userId,
        its.map(({ cell }) => cell),
      ),
    );
    return { status: 200, body: { type: 'FeatureCollection', features } };
  },
);

/** Throws InvalidRequest unless it is either a box or a cell, and one that can be looked at. */
function viewOf({ bbox, cell }: { bbox?: string | undefined; cell?: string | undefined }, resolution: number): View {
  const wrong = (field: string, reason: string) => new InvalidRequest([{ field, reason }]);
  if (cell !== undefined) {
    if (bbox !== undefined) throw wrong('cell', 'is in place of a bbox, not besides it');
    const view = viewOfCell(cell, resolution);
    if (!view) throw wrong('cell', `must be an H3 index of resolution ${resolution - 5} to ${resolution}`);
    return view;
  }
  const box = Box.safeParse(bbox);
  if (!box.success) throw wrong('bbox', CORNERS);
  const view = viewOfBox(box.data, resolution);
  if (!view) throw wrong('bbox', TOO_LARGE);
  return view;
}
