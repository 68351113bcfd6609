import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Known } from '../../src/operations/decide.ts';
import { messagesOf } from '../../src/operations/embeds.ts';
import { SOURCES } from '../../src/operations/finding.ts';

const known = (more: Partial<Known> = {}): Known => ({
  source: 'functions',
  about: 'send-email#Errors',
  what: 'Invocations failed',
  where: 'carillon-dev-send-email',
  since: '2026-01-01T00:00:00.000Z',
  count: 7,
  link: 'https://eu-central-1.console.aws.amazon.com/lambda/home',
  state: 'open',
  looked_at: '2026-01-01T00:05:00.000Z',
  missed: 0,
  ...more,
});

describe('a message to the operators', () => {
  it('says what, where, since when and how many, with a link', () => {
    const [message] = messagesOf([known()], 'carillon-dev');
    expect(message?.body.embeds).toEqual([
      {
        title: '🔴 Invocations failed',
        color: 0xd92d20,
        url: known().link,
        fields: [
          { name: 'Where', value: 'carillon-dev-send-email' },
          { name: 'Since', value: '<t:1767225600:f>', inline: true },
          { name: 'How many', value: '7', inline: true },
        ],
        footer: { text: 'carillon-dev' },
      },
    ]);
  });

  it('tells what gets worse, and what has recovered', () => {
    const news = [
      known({ told: { state: 'open', count: 3 } }),
      known({ state: 'recovered', told: { state: 'open', count: 7 } }),
    ];
    const titles = messagesOf(news, 'carillon-dev').flatMap(({ body }) => body.embeds.map(({ title }) => title));
    expect(titles).toEqual(['🔴 Getting worse: Invocations failed', '🟢 Recovered: Invocations failed']);
  });

  it('becomes a few messages when there are hundreds of findings, which say how many are not shown', () => {
    const news = SOURCES.flatMap((source) => Array.from({ length: 100 }, (_, n) => known({ source, about: `${n}` })));
    const messages = messagesOf(news, 'carillon-dev');
    // Two embeds fit into one.
    expect(messages.length).toBeLessThanOrEqual(Math.ceil(SOURCES.length / 2));
    expect(JSON.stringify(messages[0]?.body)).toMatch(/and \d+ more; doctor shows/);
  });

  it('counts those, too, of which a source tells only how many there are', () => {
    const some = Array.from({ length: 20 }, (_, n) => known({ about: `${n}`, what: 'x'.repeat(200) }));
    const [message] = messagesOf([...some, known({ about: 'more', count: 180 })], 'carillon-dev');
    const [embed] = message?.body.embeds ?? [];
    expect(embed?.title).toBe('🔴 Findings: 200 × functions');
    const lines = embed?.description?.split('\n') ?? [];
    expect(lines.at(-1)).toMatch(new RegExp(`^and ${200 - (lines.length - 1)} more`));
  });

  it("keeps to Discord's limits and leaves nothing out, whatever is found", () => {
    const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ minLength: 500, maxLength: 5_000 }));
    const any = fc
      .record({ source: fc.constantFrom(...SOURCES), about: text, what: text, where: text })
      .chain((parts) =>
        fc.constantFrom<Known['state']>('open', 'recovered').map((state) => known({ ...parts, state })),
      );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (news) => {
        const messages = messagesOf(news, 'carillon-dev');
        expect(messages.flatMap(({ about }) => about).length).toBe(news.length);
        for (const { body } of messages) {
          expect(body.embeds.length).toBeLessThanOrEqual(10);
          const lengths = body.embeds.map(({ title, description = '', fields = [], footer }) => {
            expect(title.length).toBeLessThanOrEqual(256);
            expect(description.length).toBeLessThanOrEqual(4_096);
            for (const { value } of fields) expect(value.length).toBeLessThanOrEqual(1_024);
            return [title, description, footer.text, ...fields.map(({ name, value }) => name + value)].join('').length;
          });
          expect(lengths.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(6_000);
        }
      }),
    );
  });
});
