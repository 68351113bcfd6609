import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { DomainError, InvalidRequest } from '../errors.ts';
import { logger } from '../logger.ts';
import type { Contract } from './route.ts';

/** RFC 9457. `instance` is the request's id, which the operator finds in the log. */
export const problemDocument = z.object({
  /** Only where the route's contract has a `successFlag`. */
  success: z.literal(false).optional(),
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
  instance: z.string(),
});

export const problemType = (slug: string) => `urn:carillon:problem:${slug}`;

/** What the JSON body parser throws: always 415; for malformed JSON its cause carries the parser's message. */
const bodyError = z.object({
  statusCode: z.literal(415),
  cause: z.object({ package: z.string(), message: z.string().optional() }),
});

/**
 * Turns any error into an answer: named errors as they are, everything else as a 500 that tells nothing but the request's id. The
 * document begins with `success: false` where the contract asks for it.
 */
export function problemReply(
  error: unknown,
  requestId: string,
  contract?: Pick<Contract, 'successFlag'>,
): APIGatewayProxyStructuredResultV2 {
  const instance = `urn:carillon:request:${requestId}`;
  const reply = (document: z.input<typeof problemDocument>) =>
    answer(contract?.successFlag ? { success: false, ...document } : document);
  if (error instanceof DomainError) {
    const { slug, status, title } = error.problem;
    const errors = error instanceof InvalidRequest ? error.errors : undefined;
    const told = reply({ type: problemType(slug), title, status, detail: error.detail, errors, instance });
    return withRetryAfter(told, error.retryAfterSeconds);
  }
  const parsed = bodyError.safeParse(error);
  if (parsed.success && parsed.data.cause.message === undefined) {
    const title = 'The content type must be application/json';
    return reply({ type: problemType('unsupported-media-type'), title, status: 415, instance });
  }
  if (parsed.success) {
    const title = 'The body is not valid JSON';
    const errors = [{ field: 'body', reason: title }];
    return reply({ type: problemType('malformed-json'), title, status: 400, errors, instance });
  }
  logger.error('unexpected', { requestId, error: error instanceof Error ? error : new Error(String(error)) });
  return reply({ type: problemType('internal-error'), title: 'Something went wrong here', status: 500, instance });
}

/** Seconds; RFC 9110, section 10.2.3. */
function withRetryAfter(reply: APIGatewayProxyStructuredResultV2, seconds: number | undefined) {
  if (seconds === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(seconds) } };
}

function answer(document: z.input<typeof problemDocument>): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: document.status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(document),
  };
}
