import { describe, expect, it } from '@jest/globals';
import { report } from '../../deployment/doctor.ts';
import type { Known } from '../../src/operations/decide.ts';

const finding = (more: Partial<Known>): Known => ({
  ...{ source: 'missed', about: 'a', where: 'b'.repeat(61), since: '2026-01-01T00:00:00.000Z', count: 3 },
  ...{ what: 'A reminder went off more than a minute late; it was due at 2026-01-01T00:00:00.000Z' },
  ...{ link: 'https://example.com/', state: 'open', looked_at: '2026-01-01T00:00:00.000Z', missed: 0 },
  ...more,
});

describe('what doctor prints', () => {
  it('fits into 80 columns, and loses nothing', () => {
    const text = report([finding({ what: 'word '.repeat(60).trim() }), finding({ missed: 1 })]);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text.match(/word/g)).toHaveLength(60);
    expect(text).toMatchInlineSnapshot(`
"  1  word word word word word word word word word word word word word word word
     word word word word word word word word word word word word word word word
     word word word word word word word word word word word word word word word
     word word word word word word word word word word word word word word word
     bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
     since 2026-01-01T00:00:00.000Z, how many: 3
     https://example.com/

  2  A reminder went off more than a minute late; it was due at
     2026-01-01T00:00:00.000Z (not any more)
     bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
     since 2026-01-01T00:00:00.000Z, how many: 3
     https://example.com/"
`);
  });

  it('leaves a link whole', () => {
    const link = `https://example.com/${'x'.repeat(200)}`;
    expect(report([finding({ link })])).toContain(link);
  });
});
