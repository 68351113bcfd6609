import type { Place, Point } from '../../src/running-game/runs/assessment.ts';
import { METRES_A_DEGREE } from '../../src/running-game/runs/earth.ts';

/** In Warsaw, on the bank of the Vistula. */
export const QUAY: Place = { lat: 52.2405, lon: 21.0335 };

/** The place so many metres east and north of another one. */
export const placeAt = ({ lat, lon }: Place, east: number, north: number): Place => ({
  lat: lat + north / METRES_A_DEGREE,
  lon: lon + east / (METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180)),
});

interface Way {
  readonly from?: Place;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly seconds: number;
  /** Metres a second. */
  readonly speed?: number;
  /** Degrees from north, clockwise. */
  readonly heading?: number;
}

/** A point a second, straight on, the first of them included. */
export function straight({ from = QUAY, at, seconds, speed = 3, heading = 90 }: Way): Point[] {
  const [east, north] = [Math.sin((heading * Math.PI) / 180), Math.cos((heading * Math.PI) / 180)];
  return Array.from({ length: seconds + 1 }, (_, n) => ({
    ...placeAt(from, east * speed * n, north * speed * n),
    t: at + n * 1000,
    accuracy: 5,
  }));
}

/** Once around a circle, a point a second, back to where it began. */
export function lap({ from = QUAY, at, seconds, speed = 3 }: Omit<Way, 'heading'>): Point[] {
  const radius = (seconds * speed) / (2 * Math.PI);
  return Array.from({ length: seconds + 1 }, (_, n) => {
    const angle = (2 * Math.PI * n) / seconds;
    return {
      ...placeAt(from, radius * Math.sin(angle), radius * (1 - Math.cos(angle))),
      t: at + n * 1000,
      accuracy: 5,
    };
  });
}

/** As the API takes them. */
export const uploaded = (points: readonly Point[]) =>
  points.map(({ t, ...rest }) => ({ at: new Date(t).toISOString(), ...rest }));

/** As a device writes it. */
export const gpx = (points: readonly Point[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><metadata><name>Run</name></metadata>
<trk><name>Run</name><trkseg>${points
    .map(
      ({ lat, lon, t, altitude = 100 }) =>
        `<trkpt lat="${lat.toFixed(7)}" lon="${lon.toFixed(7)}"><ele>${altitude}</ele><time>${new Date(t).toISOString()}</time><extensions><x:hr xmlns:x="urn:x">150</x:hr></extensions></trkpt>`,
    )
    .join('\n')}</trkseg></trk></gpx>`;
