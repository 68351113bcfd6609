import { XMLParser } from 'fast-xml-parser';
import * as z from 'zod';
import { InvalidRequest } from '../../shared/errors.ts';
import { isInstant, type Point } from './assessment.ts';

export const GPX_TYPES = ['application/gpx+xml', 'application/xml'] as const;

/** Bytes. In base64, as a function may get it, with everything around it, it has to fit into 6 MB (Lambda quotas). */
export const LARGEST_GPX = 4 * 1024 * 1024;

const LISTS = new Set(['trk', 'trkseg', 'trkpt']);

/** An element with nothing in it is read as an empty text. */
const element = <S extends z.ZodType>(schema: S) => z.preprocess((read) => (read === '' ? {} : read), schema);

const decimal = (least: number, most: number) =>
  z
    .string()
    .trim()
    .regex(/^[+-]?(\d+(\.\d*)?|\.\d+)$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));

/** Times are in UTC, whether they say so or not (GPX 1.1, element `time`). */
const time = z
  .string()
  .trim()
  .transform((text) => (/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`))
  .pipe(z.iso.datetime({ offset: true }))
  .transform((text) => Date.parse(text))
  .refine(isInstant);

/** As an array, but of what is wrong in it only the first is told: a whole track without times is as many faults as points. */
const list = <S extends z.ZodType>(schema: S) =>
  z.array(z.unknown()).transform((items, { addIssue }) => {
    const all: z.output<S>[] = [];
    for (const [n, item] of items.entries()) {
      const { data, error } = schema.safeParse(item);
      if (error) {
        addIssue({ code: 'custom', path: [n, ...(error.issues[0]?.path ?? [])] });
        return z.NEVER;
      }
      all.push(data);
    }
    return all;
  });

const TrackPoint = z.object({
  lat: decimal(-90, 90),
  lon: decimal(-180, 180),
  time,
  ele: decimal(-20_000, 100_000).optional(),
});
const Segment = element(z.object({ trkpt: list(TrackPoint).default([]) }));
const Track = element(z.object({ trkseg: list(Segment).default([]) }));
const Gpx = z.object({ gpx: z.object({ trk: list(Track) }) });

/**
 * The points of all tracks of a GPX document (1.0 or 1.1), in its order. Throws InvalidRequest for what is no GPX, has a document type, or a
 * point without its time. Nothing that the text refers to is read, and no entity is replaced.
 */
export function pointsOfGpx(text: string): Point[] {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw wrong('has a document type, which GPX has no use for');
  const { data, error } = Gpx.safeParse(read(text));
  if (error) throw wrong(`is no GPX with a track: ${placeIn(error.issues[0])}`);
  const points = data.gpx.trk.flatMap(({ trkseg }) => trkseg.flatMap(({ trkpt }) => trkpt));
  if (points.length === 0) throw wrong('has no track with points');
  return points.map(({ lat, lon, time: t, ele }) => ({ t, lat, lon, altitude: ele }));
}

function read(text: string): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    removeNSPrefix: true,
    // Whatever devices add is not read.
    stopNodes: ['*.extensions'],
    isArray: (name) => LISTS.has(name),
  });
  try {
    return parser.parse(text, true);
  } catch {
    throw wrong('is no well-formed XML');
  }
}

/** Of a document only where it is wrong is told: `gpx.trk.0.trkseg.0.trkpt.17.time`. */
const placeIn = (issue: z.core.$ZodIssue | undefined) => issue?.path.join('.') || 'it has none';

const wrong = (reason: string) => new InvalidRequest([{ field: 'body', reason }]);
