import { describe, expect, it } from '@jest/globals';
import type { SendResult } from '../../src/channels/channel.ts';
import type { Known } from '../../src/operations/decide.ts';
import { fingerprintOf, SOURCES } from '../../src/operations/finding.ts';
import { tell } from '../../src/operations/tell.ts';

const known = (about: string): Known => ({
  ...{ source: 'alarms', about, what: 'Alarm', where: about, since: '2026-01-01T00:00:00.000Z', count: 1 },
  ...{ link: 'https://example.com/', state: 'open', looked_at: '2026-01-01T00:00:00.000Z', missed: 0 },
});

/** A table of findings as one run after the other sees it, and a webhook that answers as told. */
function operations(count: number, answers: SendResult['kind'][]) {
  const rows = new Map(
    Array.from({ length: count }, (_, n) => known(String(n))).map((each) => [fingerprintOf(each), each]),
  );
  const claims = new Map<string, string>();
  const posted: string[] = [];
  const free = (each: Known, run: string) => [undefined, run].includes(claims.get(fingerprintOf(each)));
  const deps = {
    findings: {
      known: async () => [...rows.values()],
      claim: async (each: Known, run: string) => free(each, run) && claims.set(fingerprintOf(each), run).size > 0,
      told: async (each: Known) => {
        claims.delete(fingerprintOf(each));
        rows.set(fingerprintOf(each), { ...each, told: { state: each.state, count: each.count } });
      },
      release: async (each: Known, run: string) => {
        if (claims.get(fingerprintOf(each)) === run) claims.delete(fingerprintOf(each));
      },
    },
    post: async (body: object): Promise<SendResult> => {
      const kind = answers.shift() ?? 'accepted';
      if (kind === 'accepted') posted.push(JSON.stringify(body));
      return kind === 'accepted' ? { kind, messageId: null } : { kind, reason: 'PROVIDER_UNAVAILABLE' };
    },
    log: () => undefined,
    deployment: 'carillon-dev',
    now: () => new Date(0),
  };
  return { deps, posted, claims };
}

describe('telling', () => {
  it('happens once', async () => {
    const { deps, posted } = operations(3, []);
    expect(await tell('a', deps)).toEqual({ told: 3 });
    expect(await tell('b', deps)).toEqual({ told: 0 });
    expect(posted).toHaveLength(1);
  });

  it('is left alone by another run while one is at it', async () => {
    const { deps, posted } = operations(3, []);
    await Promise.all([tell('a', deps), tell('b', deps)]);
    expect(posted).toHaveLength(1);
  });

  it.each(['transient', 'unknown', 'permanent'] as const)(
    'fails when the webhook answers %s, and happens in the next run',
    async (kind) => {
      const { deps, posted, claims } = operations(3, [kind]);
      await expect(tell('a', deps)).rejects.toThrow('PROVIDER_UNAVAILABLE');
      expect(claims.size).toBe(0);
      expect(await tell('b', deps)).toEqual({ told: 3 });
      expect(posted).toHaveLength(1);
    },
  );

  it('is not tried again at once when no answer comes, as it may have arrived', async () => {
    const { deps } = operations(1, ['unknown']);
    await expect(tell('a', deps)).rejects.toMatchObject({ name: 'WebhookSilent' });
  });

  it('goes on after the message that was taken', async () => {
    const { deps, posted } = operations(0, ['accepted', 'transient']);
    const rows = SOURCES.flatMap((source) =>
      Array.from({ length: 20 }, (_, n) => ({ ...known(`${'x'.repeat(90)}${n}`), source })),
    );
    for (const each of rows) await deps.findings.told(each);
    const news = (await deps.findings.known()).map(({ told: _, ...each }) => each);
    let seen = [...news];
    const findings = {
      ...deps.findings,
      known: async () => seen,
      told: async (each: Known) => {
        seen = seen.filter((other) => fingerprintOf(other) !== fingerprintOf(each));
      },
    };
    await expect(tell('a', { ...deps, findings })).rejects.toThrow();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.length).toBeLessThan(news.length);
    await tell('b', { ...deps, findings });
    expect(seen).toEqual([]);
    expect(new Set(posted).size).toBe(posted.length);
  });
});
