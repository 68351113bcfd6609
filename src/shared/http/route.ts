import * as z from 'zod';
import { type FieldError, InvalidRequest, type ProblemClass } from '../errors.ts';
import type { Caller } from './caller.ts';
import type { Creation } from './creation.ts';

export interface Reply {
  readonly description: string;
  readonly schema: z.ZodType;
  /** `application/json` unless it says otherwise. A body of `text/html` is the text itself. */
  readonly type?: 'text/html' | 'application/geo+json' | undefined;
}

/** What a route promises: the one source of validation, types, response filtering and OpenAPI. */
export interface Contract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Full path with `{name}` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  /** A request without a body is given as undefined. */
  readonly body: z.ZodType;
  readonly replies: Readonly<Record<number, Reply>>;
  readonly errors: readonly ProblemClass[];
  /** A field that an existing service's clients look at in every problem: `success`, which is false, or `message`, which says what is wrong. */
  readonly clientsLookAt?: 'success' | 'message' | undefined;
  /** The body may be what a web page's form posts, too. */
  readonly takesForms?: true | undefined;
  /** The body is not JSON, but a text of one of these media types: its schema is a string's. */
  readonly takes?: readonly string[] | undefined;
  /** Bytes of a body, where that is not 128 KB. */
  readonly mostBytes?: number | undefined;
}

/** Bytes; the largest body that most routes have use for is a list of a thousand members. */
const MOST_BYTES = 128 * 1024;

/** How many bytes a body may have, of a route or of none. */
export const mostBytes = (contract: Contract | undefined): number => contract?.mostBytes ?? MOST_BYTES;

export const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data'] as const;

/** For `params`, `query` or `body` where a route takes none. */
export const nothing = z.object({}).prefault({});

/** For a reply without a body (204). */
export const empty = z.undefined();

export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Undefined on an open route. */
  readonly caller: Caller | undefined;
  readonly creation: (body: unknown) => Creation;
  /** From `If-Match: "<revision>"`. */
  readonly expectedRevision: number | undefined;
  /** `If-None-Match` as it was sent. */
  readonly seen: string | undefined;
  readonly now: Date;
}

export interface RawReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type?: Reply['type'];
}

export interface Route<Deps> {
  readonly contract: Contract;
  /** False where anybody may call without a token. */
  readonly authenticated: boolean;
  run(request: RawRequest, deps: Deps): Promise<RawReply>;
}

interface OpenRequest<C extends Contract> {
  readonly params: z.output<C['params']>;
  readonly query: z.output<C['query']>;
  readonly body: z.output<C['body']>;
  readonly creation: Creation;
  readonly now: Date;
}

interface CallerRequest<C extends Contract> extends OpenRequest<C> {
  readonly caller: Caller;
  readonly expectedRevision: number | undefined;
  /** `If-None-Match` as it was sent. */
  readonly seen: string | undefined;
}

type ReplyOf<C extends Contract> = {
  [S in keyof C['replies'] & number]: {
    readonly status: S;
    readonly body: C['replies'][S] extends { schema: infer B extends z.ZodType } ? z.input<B> : never;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof C['replies'] & number];

function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  errors: FieldError[],
): { value: z.output<S> } | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  for (const each of fieldErrors(parsed.error)) errors.push(each);
  return undefined;
}

/** One entry per field; for a union the branch that came closest speaks. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => issueErrors(issue, []));
}

function issueErrors(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): FieldError[] {
  const path = [...base, ...issue.path];
  const field = path.map(String).join('.') || 'body';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...path.map(String), key].join('.'),
      reason: 'is not a field of this request',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = issue.errors.reduce((best, branch) => (branch.length < best.length ? branch : best));
    return closest.flatMap((inner) => issueErrors(inner, path));
  }
  return [{ field, reason: issue.message }];
}

function parseRequest<C extends Contract>(contract: C, raw: RawRequest): OpenRequest<C> {
  const errors: FieldError[] = [];
  const params = check<C['params']>(contract.params, raw.params, errors);
  const query = check<C['query']>(contract.query, raw.query, errors);
  const body = check<C['body']>(contract.body, raw.body, errors);
  if (!params || !query || !body) throw new InvalidRequest(errors);
  return {
    params: params.value,
    query: query.value,
    body: body.value,
    creation: raw.creation(raw.body),
    now: raw.now,
  };
}

/** A reply leaves only with the fields that its contract declares; one that does not fit is our fault, hence a 500. */
function filterReply(contract: Contract, reply: RawReply): RawReply {
  const declared = contract.replies[reply.status];
  if (!declared) throw new Error(`${contract.method} ${contract.path} answers an undeclared ${reply.status}`);
  return { ...reply, type: declared.type, body: declared.schema.parse(reply.body) };
}

/** A route that anybody may call. */
export function openRoute<Deps>() {
  return <const C extends Contract, const R extends RawReply>(
    contract: C,
    handle: (request: OpenRequest<C>, deps: Deps) => Promise<R & ReplyOf<C>>,
  ): Route<Deps> => ({
    contract,
    authenticated: false,
    run: async (raw, deps) => filterReply(contract, toRaw(await handle(parseRequest(contract, raw), deps))),
  });
}

/** A route for a signed-in caller. */
export function route<Deps>() {
  return <const C extends Contract, const R extends RawReply>(
    contract: C,
    handle: (request: CallerRequest<C>, deps: Deps) => Promise<R & ReplyOf<C>>,
  ): Route<Deps> => ({
    contract,
    authenticated: true,
    run: async (raw, deps) => {
      const { caller, expectedRevision, seen } = raw;
      if (!caller) throw new Error(`${contract.method} ${contract.path} was reached without an authorizer`);
      const request = { ...parseRequest(contract, raw), caller, expectedRevision, seen };
      return filterReply(contract, toRaw(await handle(request, deps)));
    },
  });
}

const rawReply = z.object({
  status: z.number(),
  body: z.unknown(),
  headers: z.record(z.string(), z.string()).optional(),
});

function toRaw(reply: unknown): RawReply {
  const { headers, ...rest } = rawReply.parse(reply);
  return headers ? { ...rest, headers } : rest;
}
