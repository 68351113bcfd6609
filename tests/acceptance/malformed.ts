import * as z from 'zod';
import type { DescribedRoute } from '../../src/shared/http/openapi.ts';
import { takesBody } from '../../src/shared/http/openapi.ts';
import { type Contract, mostBytes } from '../../src/shared/http/route.ts';
import type { Ask } from './person.ts';

type Json = Readonly<Record<string, unknown>>;

interface BadBody {
  readonly what: string;
  readonly more: Partial<Ask>;
  readonly status: number;
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

/** Values of every type, and the ones that programs stumble over. */
const JUNK: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  'junk',
  '\u0000',
  '💥'.repeat(5000),
  [],
  [null],
  [[]],
  {},
  { $ne: null },
  { constructor: 1 },
  nested(200),
];

const Container = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]);

/** The value with each of its parts, at every depth, put in the place of a `put(part)` in turn. */
function* variations(value: unknown, put: (part: unknown) => unknown[], path = ''): Generator<[string, unknown]> {
  for (const other of put(value)) yield [path, other];
  const container = Container.safeParse(value);
  if (!container.success) return;
  for (const [key, part] of Object.entries(container.data)) {
    for (const [where, other] of variations(part, put, `${path}.${key}`)) {
      yield [
        where,
        Array.isArray(value)
          ? value.map((old, n) => (String(n) === key ? other : old))
          : { ...Object(value), [key]: other },
      ];
    }
  }
}

const shown = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 40);

/** What others push to us, who may say more one day. */
const TAKE_MORE = ['/api/v1/game/strava/webhook'];

/** Bodies that the contract does not accept, made from one that it does, and texts that are no JSON at all. */
export function badBodies({ contract }: DescribedRoute, valid: Json | undefined): BadBody[] {
  if (contract.takes) return badTexts(contract, contract.takes);
  const texts: BadBody[] = [
    { what: 'malformed JSON', more: { text: '{"a":' }, status: 400 },
    { what: 'too much', more: { text: JSON.stringify({ a: 'x'.repeat(mostBytes(contract)) }) }, status: 413 },
    { what: 'another content type', more: { text: 'a=1', headers: { 'content-type': 'text/plain' } }, status: 415 },
  ];
  if (!takesBody(contract) || valid === undefined) return texts;
  const none = contract.body.safeParse(undefined).success
    ? []
    : [{ what: 'nothing', more: { body: undefined }, status: 400 }];
  const unknownField = TAKE_MORE.includes(contract.path)
    ? []
    : [{ what: 'a field that is none', more: { body: { ...valid, surprise: 1 } }, status: 400 }];
  const wrong = [...variations(valid, () => [...JUNK, undefined])]
    .filter(([, body]) => body !== undefined && !contract.body.safeParse(body).success)
    .map(([path, body]) => ({ what: `${path || 'body'} in ${shown(body)}`, more: { body }, status: 400 }));
  return [...texts, ...none, ...unknownField, ...sample(wrong)];
}

/** Of a body that is no JSON. */
function badTexts(contract: Contract, [type = '']: readonly string[]): BadBody[] {
  const headers = { 'content-type': type };
  return [
    { what: 'nothing', more: { text: '', headers }, status: 400 },
    {
      what: 'another content type',
      more: { text: '{}', headers: { 'content-type': 'application/json' } },
      status: 415,
    },
    { what: 'junk', more: { text: 'junk', headers }, status: 400 },
    { what: 'too much', more: { text: 'x'.repeat(mostBytes(contract) + 1), headers }, status: 413 },
  ];
}

const AT_MOST = 60;

/** Evenly spread over all of them: the whole of it would take minutes for a large body. */
function sample<T>(all: readonly T[]): T[] {
  const step = Math.max(1, all.length / AT_MOST);
  return Array.from({ length: Math.min(all.length, AT_MOST) }, (_, n) => all[Math.floor(n * step)]).flatMap(
    (one) => one ?? [],
  );
}

const BAD_SEGMENTS = [
  'junk',
  '%00',
  '%F0%9F%92%A5',
  '..%2F..%2Fusers',
  "'%20OR%201=1",
  'x'.repeat(1500),
  '%7B%7D',
  '-',
  '0',
];

/** Path parameters that name nothing, each in turn in the place of one that does. */
export function badParams(valid: Readonly<Record<string, string>>) {
  return Object.keys(valid).flatMap((name) =>
    BAD_SEGMENTS.map((segment) => ({
      what: `${name} = ${segment.slice(0, 20)}`,
      params: { ...valid, [name]: segment },
    })),
  );
}

const BAD_VALUES = ['', 'junk', '-1', '0', '1.5', '101', '1e99', '%00', 'x'.repeat(3000)];

/** Query parameters that the contract does not accept, and cursors that no list has handed out. */
export function badQueries(contract: Contract): { what: string; query: string }[] {
  const { properties = {} } = z.toJSONSchema(contract.query, { io: 'input' });
  return Object.keys(properties).flatMap((name) => {
    if (name === 'user_id') return [];
    const values = name === 'cursor' ? ['junk', 'YWJj.YWJj', '.', 'x'.repeat(3000)] : BAD_VALUES;
    const shape = z.object({ [name]: z.unknown() });
    return values
      .filter(
        (value) =>
          name === 'cursor' || !acceptsAlone(contract, shape.parse({ [name]: decodeURIComponent(value) }), name),
      )
      .map((value) => ({ what: `${name}=${value.slice(0, 20)}`, query: `${name}=${value}` }));
  });
}

function acceptsAlone(contract: Contract, query: Json, name: string): boolean {
  const parsed = contract.query.safeParse(query);
  return parsed.success || !parsed.error.issues.some(({ path }) => path[0] === name);
}
