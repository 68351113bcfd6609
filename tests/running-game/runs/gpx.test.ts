import { describe, expect, it } from '@jest/globals';
import { pointsOfGpx } from '../../../src/running-game/runs/gpx.ts';
import { InvalidRequest } from '../../../src/shared/errors.ts';
import { gpx, straight } from '../../support/tracks.ts';

const at = Date.parse('2026-12-01T17:00:00.000Z');
const document = (trk: string, more = '') => `<?xml version="1.0"?>${more}<gpx version="1.1">${trk}</gpx>`;
const track = (points: string) => `<trk><trkseg>${points}</trkseg></trk>`;
const point = '<trkpt lat="52.1" lon="21.1"><time>2026-12-01T17:00:00Z</time></trkpt>';

const reasonOf = (text: string) => {
  try {
    pointsOfGpx(text);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidRequest) return error.errors[0]?.reason;
    throw error;
  }
};

describe('a GPX document', () => {
  it('has the points of its tracks', () => {
    const points = straight({ at, seconds: 100 });
    expect(pointsOfGpx(gpx(points))).toEqual(
      points.map(({ t, lat, lon }) => ({
        t,
        lat: Number(lat.toFixed(7)),
        lon: Number(lon.toFixed(7)),
        altitude: 100,
      })),
    );
  });

  it('may have several tracks and segments, empty ones, one point, prefixes, and times that do not say that they are in UTC', () => {
    const prefixed = `<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1"><g:wpt lat="1" lon="2"/><g:trk/><g:trk><g:trkseg/><g:trkseg>
      <g:trkpt lat=" -33.5 " lon="+.25"><g:ele>12.5</g:ele><g:time>2026-12-01T17:00:00</g:time></g:trkpt></g:trkseg></g:trk>
      <g:trk><g:trkseg><g:trkpt lon="180" lat="90"><g:time> 2026-12-01T19:00:01.250+02:00 </g:time></g:trkpt></g:trkseg></g:trk></g:gpx>`;
    expect(pointsOfGpx(prefixed)).toEqual([
      { t: at, lat: -33.5, lon: 0.25, altitude: 12.5 },
      { t: at + 1250, lat: 90, lon: 180, altitude: undefined },
    ]);
  });

  it.each([
    ['nothing', '', /no GPX|no well-formed/],
    ['JSON', '{"gpx":1}', /no GPX|no well-formed/],
    ['XML that ends too early', '<gpx><trk>', /no well-formed/],
    ['another document', '<html><body/></html>', /no GPX/],
    ['a route', document('<rte><rtept lat="1" lon="2"/></rte>'), /no GPX/],
    ['no points', document('<trk><trkseg/></trk>'), /no track with points/],
    ['a point without its time', document(track('<trkpt lat="1" lon="2"/>')), /trk\.0\.trkseg\.0\.trkpt\.0\.time/],
    ['a place that is none', document(track(point + point.replace('52.1', '91'))), /trkpt\.1\.lat/],
    ['a place in hexadecimal', document(track(point.replace('52.1', '0x10'))), /trkpt\.0\.lat/],
    [
      'a time in no year that is written with four digits',
      document(track(point.replace('2026', '0000').replace('Z', '+10:00'))),
      /trkpt\.0\.time/,
    ],
    ['a time that is none', document(track(point.replace('17:00', '27:00'))), /trkpt\.0\.time/],
  ])('that is %s is refused', (_, text, reason) => {
    expect(reasonOf(text)).toMatch(reason);
  });

  it.each([
    [
      'expands to gigabytes',
      `<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, n) => `<!ENTITY ${'bcdefghij'[n]} "${`&${'abcdefghi'[n]};`.repeat(10)}">`).join('')}]>`,
      '&j;',
    ],
    ['reads a file', '<!DOCTYPE gpx [<!ENTITY file SYSTEM "file:///etc/passwd">]>', '&file;'],
    ['reads an address', '<!doctype gpx SYSTEM "http://127.0.0.1/gpx.dtd">', ''],
  ])('that %s is refused unread', (_, doctype, entity) => {
    const text = document(`<trk><name>${entity}</name><trkseg>${point}</trkseg></trk>`, doctype);
    expect(reasonOf(text)).toMatch(/document type/);
  });

  it('that is nested without end is refused, not read until the stack is full', () => {
    const deep = `${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}`;
    expect(reasonOf(document(`<trk>${deep}<trkseg>${point}</trkseg></trk>`))).toMatch(/no well-formed/);
  });

  it('with a hundred thousand points that have nothing is refused for the first one of them', () => {
    expect(reasonOf(document(track('<trkpt lat="1" lon="1"/>'.repeat(100_000))))).toMatch(/trkpt\.0\.time$/);
    expect(reasonOf(document('<trk>?</trk>'.repeat(150_000)))).toMatch(/gpx\.trk\.0$/);
  });

  it('with a number of a million digits is refused as fast as it is read', () => {
    const long = point.replace(/lat="[^"]*"/, `lat="${'1'.repeat(1_000_000)}x"`);
    expect(reasonOf(document(track(long)))).toMatch(/trkpt\.0\.lat$/);
  });

  it('with names that programs take for something else is refused', () => {
    const traps = '<__proto__><lat>1</lat></__proto__><constructor><prototype><lat>1</lat></prototype></constructor>';
    expect(reasonOf(document(track(point.replace('<time>', `${traps}<time>`))))).toMatch(/no well-formed/);
  });

  it('keeps what has the form of an entity as it stands', () => {
    expect(pointsOfGpx(document(`<trk><name>&amp;&x;</name><trkseg>${point}</trkseg></trk>`)).length).toBe(1);
  });
});
