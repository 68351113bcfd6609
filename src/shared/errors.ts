/** What a caller may be told about a failure: the stable part of an RFC 9457 problem document. */
export interface Problem {
  /** Last part of the problem's `type`, e.g. `reminder-not-found`. */
  readonly slug: string;
  readonly status: number;
  readonly title: string;
}

/** An error that is an answer: its texts reach the caller, so they hold nothing internal and nobody's data. */
export abstract class DomainError extends Error {
  readonly problem: Problem;
  readonly detail: string | undefined;
  /** Answered as `Retry-After` where it is set. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, detail?: string) {
    super(detail ?? problem.title);
    this.name = problem.slug;
    this.problem = problem;
    this.detail = detail;
  }
}

export interface ProblemClass {
  readonly problem: Problem;
  new (detail?: string): DomainError;
}

/** Makes the base of a named error: `class ReminderNotFound extends problem('reminder-not-found', 404, 'No such reminder') {}`. */
export function problem(slug: string, status: number, title: string): ProblemClass {
  return class extends DomainError {
    static readonly problem = { slug, status, title };
    constructor(detail?: string) {
      super({ slug, status, title }, detail);
    }
  };
}

export interface FieldError {
  /** Path of the field in the request, e.g. `schedule.at`. */
  readonly field: string;
  readonly reason: string;
}

/** More would tell nobody more, and an answer has its limit (6 MB; Lambda quotas). */
const MOST_ERRORS = 100;

/** 400: something that the caller sent is not acceptable; one entry per field, and a hundred at most. */
export class InvalidRequest extends DomainError {
  static readonly problem = { slug: 'invalid-request', status: 400, title: 'The request is not valid' };
  readonly errors: FieldError[];

  constructor(errors: FieldError[]) {
    const told = errors.slice(0, MOST_ERRORS);
    super(InvalidRequest.problem, told.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
    this.errors = told;
  }
}

export class Forbidden extends problem('forbidden', 403, 'This is not yours') {}
export class NotFound extends problem('not-found', 404, 'There is nothing here') {}
export class PreconditionFailed extends problem('revision-mismatch', 412, 'It has changed since you read it') {}
/** Nothing is wrong with the request: others were faster, several times. */
export class ChangedMeanwhile extends problem('changed-meanwhile', 409, 'It is being changed by others; try again') {}
/** A table did not serve a request in a bounded number of tries. */
export class Overloaded extends problem('overloaded', 503, 'There is too much going on; try again in a while') {}
export class IdempotencyKeyReused extends problem(
  'idempotency-key-reused',
  422,
  'This Idempotency-Key was used for another request',
) {}

/** What may be logged of an error: its name, as its text may hold somebody's data. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
