import type * as z from 'zod';

/** Reads the function's configuration once, at cold start; throws with the names of what is missing or malformed, never with values. */
export function readEnv<S extends z.ZodType>(schema: S): z.output<S> {
  const parsed = schema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => `${issue.path.join('.')} (${issue.message})`);
  throw new Error(`Environment: ${names.join(', ')}`);
}
