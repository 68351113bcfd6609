import * as z from 'zod';
import type { Problem } from '../errors.ts';
import { InvalidRequest, PreconditionFailed } from '../errors.ts';
import { problemDocument, problemType } from './problem-reply.ts';
import { type Contract, FORM_TYPES } from './route.ts';

/** What a description needs of a route. */
export interface DescribedRoute {
  readonly contract: Contract;
  readonly authenticated: boolean;
}

export interface About {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

type Json = Record<string, unknown>;

const PROBLEM = 'application/problem+json';

/** Answers to a body that are the kernel's, not a route's. */
const bodyProblems = ({ takes }: Contract): readonly Problem[] => [
  ...(takes ? [] : [{ slug: 'malformed-json', status: 400, title: 'The body is not valid JSON' }]),
  { slug: 'body-too-large', status: 413, title: 'The body is too large' },
  {
    slug: 'unsupported-media-type',
    status: 415,
    title: `The content type must be ${takes?.join(' or ') ?? 'application/json'}`,
  },
];

/** An OpenAPI 3.1 document of the routes, in the order given; the same routes always make the same document. */
export function openApi(about: About, routes: readonly DescribedRoute[]) {
  const paths: Record<string, Json> = {};
  for (const each of routes) {
    const { path, method } = each.contract;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(each) };
  }
  const tags = [...new Set(routes.map(({ contract }) => contract.tag))];
  return {
    openapi: '3.1.1',
    info: { ...about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The id or access token of the user pool; `Bearer` may be left out.',
        },
      },
      schemas: { Problem: schemaOf(problemDocument, 'output') },
      responses: {
        Unauthorized: {
          description: 'No token, or one that is malformed, expired or of another user pool',
          content: { 'application/json': { schema: schemaOf(z.object({ message: z.string() }), 'output') } },
        },
      },
    },
  };
}

function operation({ contract, authenticated }: DescribedRoute): Json {
  const { method, path, tag, summary } = contract;
  const parameters = [
    ...parametersOf('path', contract.params),
    ...parametersOf('query', contract.query),
    ...headerParameters(contract),
  ];
  const body = schemaOf(contract.body, 'input');
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(takesBody(contract)
      ? { requestBody: { required: isRequired(contract.body), content: bodyTypes(contract, body) } }
      : {}),
    security: authenticated ? [{ token: [] }] : [],
    responses: { ...replies(contract), ...problems(contract, authenticated) },
  };
}

/** Whether the route has a use for a body: `nothing` has no fields. */
export function takesBody(contract: Contract): boolean {
  if (contract.takes) return true;
  const { properties, anyOf, oneOf } = schemaOf(contract.body, 'input');
  return [properties, anyOf, oneOf].some((part) => part !== undefined && Object.keys(Object(part)).length > 0);
}

function bodyTypes({ takes, takesForms }: Contract, schema: Json): Json {
  const types = takes ?? ['application/json', ...(takesForms ? FORM_TYPES : [])];
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

const isRequired = (body: z.ZodType) => !body.safeParse(undefined).success;

/** `getEventsByIdMembers` for `GET /api/v1/events/{id}/members`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api\/v1\//, '')
    .replace(/\{(\w+)\}/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType): Json[] {
  const { properties, required } = z
    .object({ properties: z.record(z.string(), z.unknown()).default({}), required: z.array(z.string()).default([]) })
    .parse(schemaOf(schema, 'input'));
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
  }));
}

function headerParameters({ method, replies, errors }: Contract): Json[] {
  const headers: Json[] = [];
  if (method === 'POST' && replies[201]) {
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      description: 'The same key with the same request creates once, however often it is sent',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    });
  }
  if (replies[304]) {
    headers.push({
      name: 'If-None-Match',
      in: 'header',
      description: 'The `ETag` of the answer that you have; 304 where it would be the same',
      schema: { type: 'string' },
    });
  }
  if (errors.some(({ problem }) => problem.slug === PreconditionFailed.problem.slug)) {
    headers.push({
      name: 'If-Match',
      in: 'header',
      description: 'The revision that you have seen, e.g. `"3"`; nothing changes when it is another by now',
      schema: { type: 'string', pattern: '^"?\\d+"?$' },
    });
  }
  return headers;
}

function replies(contract: Contract): Json {
  const described = Object.entries(contract.replies).map(
    ([status, { description, schema, type = 'application/json' }]) => {
      const content = isEmpty(schema) ? {} : { content: { [type]: { schema: schemaOf(schema, 'output') } } };
      const location = { Location: { description: 'Path of what was created', schema: { type: 'string' } } };
      return [status, { description, ...(status === '201' ? { headers: location } : {}), ...content }];
    },
  );
  return Object.fromEntries(described);
}

const isEmpty = (schema: z.ZodType) => schema instanceof z.ZodUndefined;

/** One response per status, with every problem that it can stand for. */
function problems(contract: Contract, authenticated: boolean): Json {
  const all = [
    InvalidRequest.problem,
    ...(takesBody(contract) ? bodyProblems(contract) : []),
    ...contract.errors.map(({ problem }) => problem),
  ];
  const byStatus = new Map<number, Map<string, Problem>>();
  for (const each of all) {
    byStatus.set(each.status, (byStatus.get(each.status) ?? new Map()).set(each.slug, each));
  }
  const responses: Json = authenticated ? { 401: { $ref: '#/components/responses/Unauthorized' } } : {};
  for (const [status, together] of [...byStatus].sort(([a], [b]) => a - b)) {
    responses[status] = problemResponse([...together.values()], contract);
  }
  return responses;
}

function problemResponse(together: readonly Problem[], { clientsLookAt }: Contract): Json {
  const type = { enum: together.map(({ slug }) => problemType(slug)) };
  const field = clientsLookAt === 'success' ? { success: { const: false } } : {};
  const narrowed = {
    properties: { ...field, type },
    ...(clientsLookAt ? { required: [clientsLookAt] } : {}),
  };
  return {
    description: together.map(({ title }) => title).join('; or: '),
    content: {
      [PROBLEM]: { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, narrowed] } },
    },
  };
}

/** What a reader of a reply may rely on; more fields may come later, so none are excluded. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      // Says the same as the format, in several hundred characters.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return rest;
}
