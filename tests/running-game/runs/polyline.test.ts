import { encode } from '@googlemaps/polyline-codec';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encoded } from '../../../src/running-game/runs/polyline.ts';

it('writes a line as the format’s description has it', () => {
  const line = [
    { lat: 38.5, lon: -120.2 },
    { lat: 40.7, lon: -120.95 },
    { lat: 43.252, lon: -126.453 },
  ];
  expect(encoded(line)).toBe('_p~iF~ps|U_ulLnnqC_mqNvxq`@');
  expect(encoded([])).toBe('');
});

it('writes any line as Google’s own library does', () => {
  // Half a step is rounded by each in its own way.
  const degrees = (most: number) => fc.integer({ min: -most * 100_000, max: most * 100_000 }).map((n) => n / 100_000);
  const place = fc.record({ lat: degrees(90), lon: degrees(180) });
  fc.assert(
    fc.property(fc.array(place), (line) => {
      expect(encoded(line)).toBe(
        encode(
          line.map(({ lat, lon }) => [lat, lon]),
          5,
        ),
      );
    }),
  );
});
