import { describe, expect, it } from '@jest/globals';
import { entityTag, isSeen } from '../../src/shared/http/entity-tag.ts';

const tag = entityTag('list', 20, undefined, 3);

describe('an entity tag', () => {
  it('is the same for the same, and another for anything else', () => {
    expect(entityTag('list', 20, undefined, 3)).toBe(tag);
    const others = [
      entityTag('list', 20, undefined, 4),
      entityTag('list', 20, '', 3),
      entityTag('lis', 't', 20, undefined, 3),
    ];
    expect(new Set([tag, ...others]).size).toBe(4);
    expect(tag).toMatch(/^"[\w-]{22}"$/);
  });

  it.each([
    [undefined, false],
    ['', false],
    [tag, true],
    [`W/${tag}`, true],
    [`"other", W/${tag}`, true],
    ['*', true],
    ['"other"', false],
    [tag.slice(1, -1), false],
  ])('is seen by If-None-Match: %s – %s', (header, seen) => {
    expect(isSeen(header, tag)).toBe(seen);
  });
});
