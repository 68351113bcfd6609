import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { DomainError, type FieldError, InvalidRequest } from '../errors.ts';
import { logger } from '../logger.ts';
import type { Contract } from './route.ts';

/** RFC 9457. `instance` is the request's id, which the operator finds in the log. */
export const problemDocument = z.object({
  /** These two only where the route's contract says that clients look at them. */
  success: z.literal(false).optional(),
  message: z.string().optional(),
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
  instance: z.string(),
});

type ProblemDocument = z.input<typeof problemDocument>;

export const problemType = (slug: string) => `urn:carillon:problem:${slug}`;

/** What the JSON body parser throws: always 415; for malformed JSON its cause carries the parser's message. */
const bodyError = z.object({
  statusCode: z.literal(415),
  cause: z.object({ package: z.string(), message: z.string().optional() }),
});

/**
 * Turns any error into an answer: named errors as they are, everything else as a 500 that tells nothing but the request's id. The
 * document begins with the field that the contract says clients look at.
 */
export function problemReply(
  error: unknown,
  requestId: string,
  contract?: Pick<Contract, 'clientsLookAt'>,
): APIGatewayProxyStructuredResultV2 {
  const instance = `urn:carillon:request:${requestId}`;
  const reply = (document: ProblemDocument, message = document.detail ?? document.title) =>
    answer({ ...FIELDS[contract?.clientsLookAt ?? 'none'](message), ...document });
  if (error instanceof DomainError) {
    const { slug, status, title } = error.problem;
    const errors = error instanceof InvalidRequest ? error.errors : undefined;
    const document = { type: problemType(slug), title, status, detail: error.detail, errors, instance };
    const told = reply(document, errors?.map(sentence).join('; '));
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

/** What clients look at, by its name in a contract. */
const FIELDS = {
  none: () => ({}),
  success: () => ({ success: false }) as const,
  message: (message: string) => ({ message }),
};

/** `additional_phone` and `must be a text` as a sentence: Additional phone must be a text. */
function sentence({ field, reason }: FieldError): string {
  const words = `${field.replaceAll('_', ' ')} ${reason}`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Seconds; RFC 9110, section 10.2.3. */
function withRetryAfter(reply: APIGatewayProxyStructuredResultV2, seconds: number | undefined) {
  if (seconds === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(seconds) } };
}

function answer(document: ProblemDocument): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: document.status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(document),
  };
}
