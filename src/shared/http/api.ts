import middy from '@middy/core';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import { InvalidRequest, NotFound, problem } from '../errors.ts';
import { logger } from '../logger.ts';
import { callerFrom } from './caller.ts';
import { creationFor } from './creation.ts';
import { problemReply } from './problem-reply.ts';
import { type Contract, FORM_TYPES, mostBytes, type Route } from './route.ts';

class BodyTooLarge extends problem('body-too-large', 413, 'The body is too large') {}
class OtherMediaType extends problem('unsupported-media-type', 415, 'The content type is not one that is taken here') {}

/** Case does not matter in it, nor space before its parameters (RFC 9110, section 8.3.1). */
const JSON_TYPE = /^application\/json\s*(;|$)/i;

const authorized = z.object({ authorizer: z.object({ jwt: z.object({ claims: z.unknown() }) }) });

const optionalRevision = z.union([z.undefined(), z.string().regex(/^"?\d+"?$/)]);

function expectedRevision(header: string | undefined): number | undefined {
  const parsed = optionalRevision.safeParse(header);
  if (!parsed.success) throw new InvalidRequest([{ field: 'If-Match', reason: 'must be a revision, e.g. "3"' }]);
  return parsed.data === undefined ? undefined : Number(parsed.data.replaceAll('"', ''));
}

/**
 * One Lambda handler for a domain's routes behind an HTTP API (payload 2.0): finds the route, parses, calls it, filters the reply,
 * turns named errors into problem documents and logs one line without personal data.
 */
export function api<Deps>(routes: readonly Route<Deps>[], deps: Deps, now: Clock = systemClock) {
  const byKey = new Map(routes.map((each) => [`${each.contract.method} ${each.contract.path}`, each]));

  const handle = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const found = byKey.get(event.routeKey);
    if (!found) throw new NotFound();
    const auth = authorized.safeParse(event.requestContext);
    const caller = found.authenticated && auth.success ? callerFrom(auth.data.authorizer.jwt.claims) : undefined;
    const scope = `${caller?.userId ?? ''} ${event.routeKey} ${event.rawPath}`;
    const reply = await found.run(
      {
        params: event.pathParameters ?? {},
        query: event.queryStringParameters ?? {},
        body: event.body,
        caller,
        // Nobody's key is another's: on an open route the request itself tells callers apart.
        creation: (body) =>
          creationFor(event.headers['idempotency-key'], caller ? scope : `${scope} ${JSON.stringify(body)}`, body),
        expectedRevision: expectedRevision(event.headers['if-match']),
        seen: event.headers['if-none-match'],
        now: now(),
      },
      deps,
    );
    const headers = { ...reply.headers };
    if (reply.body === undefined) return { statusCode: reply.status, headers };
    const body = reply.type === 'text/html' ? String(reply.body) : JSON.stringify(reply.body);
    return {
      statusCode: reply.status,
      headers: { 'content-type': reply.type ?? 'application/json', ...headers },
      body,
    };
  };

  const startedAt = new WeakMap<object, number>();

  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use({
      before: ({ event }) => {
        startedAt.set(event, performance.now());
        const most = mostBytes(byKey.get(event.routeKey)?.contract);
        const size = Buffer.byteLength(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
        if (size > most) throw new BodyTooLarge(`It may have at most ${most} bytes`);
      },
      after: ({ event, response }) => logRequest(event, response?.statusCode, startedAt.get(event)),
      onError: (request) => {
        request.response = problemReply(
          request.error,
          request.event.requestContext.requestId,
          byKey.get(request.event.routeKey)?.contract,
        );
        logRequest(request.event, request.response.statusCode, startedAt.get(request.event));
      },
    })
    .use(parsedBody((event) => byKey.get(event.routeKey)?.contract))
    .handler(handle);
}

/** A GET or DELETE, or a POST without a body, needs no content type. */
function parsedBody(
  contractOf: (event: APIGatewayProxyEventV2) => Contract | undefined,
): middy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  const parser = httpJsonBodyParser();
  return {
    before: async (request) => {
      if (!request.event.body) {
        delete request.event.body;
        return;
      }
      const type = request.event.headers['content-type'] ?? '';
      const { takes, takesForms } = contractOf(request.event) ?? {};
      if (takes) Object.assign(request.event, { body: textOf(request.event, type, takes) });
      else if (takesForms && FORM_TYPES.some((each) => type.toLowerCase().startsWith(each)))
        Object.assign(request.event, { body: await formFields(request.event, type) });
      else {
        // The parser knows one spelling.
        if (JSON_TYPE.test(type)) request.event.headers['content-type'] = 'application/json';
        await parser.before?.(request);
      }
      if (request.event.body === null) throw new InvalidRequest([{ field: 'body', reason: 'must be a JSON object' }]);
      const broken = brokenAt(request.event.body, []);
      if (broken) throw new InvalidRequest([{ field: broken.path.join('.') || 'body', reason: broken.reason }]);
    },
  };
}

function textOf(
  { body = '', isBase64Encoded }: APIGatewayProxyEventV2,
  type: string,
  takes: readonly string[],
): string {
  const [mediaType = ''] = type.toLowerCase().split(';');
  if (!takes.includes(mediaType.trim())) throw new OtherMediaType(`It must be ${takes.join(' or ')}`);
  return isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
}

/** The fields of a form, as a browser or a mail program posts it. */
async function formFields({ body = '', isBase64Encoded }: APIGatewayProxyEventV2, type: string) {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  try {
    return Object.fromEntries(await new Response(bytes, { headers: { 'content-type': type } }).formData());
  } catch {
    throw new InvalidRequest([{ field: 'body', reason: 'must be a form' }]);
  }
}

/** Deeper than any body that a route has a use for, and flat enough to walk through. */
const MAX_DEPTH = 64;

/** Names that programs take for something else: the client of DynamoDB, for one, asks `constructor` what a value is. */
const TRAPS = new Set(['__proto__', 'constructor']);

interface Broken {
  readonly path: readonly string[];
  readonly reason: string;
}

/** What no route takes, wherever it stands: half a surrogate pair, which neither the tables nor the providers take, or a trap for programs. */
function brokenAt(value: unknown, path: readonly string[]): Broken | undefined {
  if (typeof value === 'string')
    return value.isWellFormed() ? undefined : { path, reason: 'is not well-formed Unicode' };
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length === MAX_DEPTH) return { path, reason: 'is nested too deeply' };
  for (const [name, inner] of Object.entries(value)) {
    const at = [...path, name.toWellFormed()];
    if (TRAPS.has(name)) return { path: at, reason: 'is not a name that a field may have' };
    const found = brokenAt(inner, at) ?? brokenAt(name, at);
    if (found) return found;
  }
  return undefined;
}

function logRequest(event: APIGatewayProxyEventV2, status: number | undefined, since: number | undefined): void {
  const ms = since === undefined ? undefined : Math.round(performance.now() - since);
  logger.info('request', { requestId: event.requestContext.requestId, route: event.routeKey, status, ms });
}
