import { globSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { ProblemClass } from '../src/shared/errors.ts';
import type { DescribedRoute } from '../src/shared/http/openapi.ts';

const root = join(import.meta.dirname, '..');

const schema = z.custom<z.ZodType>((value) => value instanceof z.ZodType);
const problemClass = z.custom<ProblemClass>((value) => typeof value === 'function' && 'problem' in value);

const routesModule = z.object({
  routes: z.array(
    z.object({
      contract: z.object({
        method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
        path: z.string(),
        tag: z.string(),
        summary: z.string(),
        params: schema,
        query: schema,
        body: schema,
        replies: z.record(
          z.string(),
          z.object({ description: z.string(), schema, type: z.enum(['text/html', 'application/geo+json']).optional() }),
        ),
        errors: z.array(problemClass),
        clientsLookAt: z.enum(['success', 'message']).optional(),
        takesForms: z.literal(true).optional(),
        takes: z.array(z.string()).optional(),
        mostBytes: z.number().optional(),
      }),
      authenticated: z.boolean(),
    }),
  ),
});

export interface DomainRoute extends DescribedRoute {
  /** The directory under `src/` that has it. */
  readonly domain: string;
}

/** Every route of every domain: whatever `routes/index.ts` of the domain, or of one of its rooms, exports as `routes`. */
export async function loadRoutes(): Promise<DomainRoute[]> {
  const files = globSync('src/*/{,*/}routes/index.ts', { cwd: root }).sort();
  const domains = files.map(async (file) => {
    const { routes } = routesModule.parse(await import(join(root, file)));
    return routes.map((each) => ({ ...each, domain: file.split('/')[1] ?? '' }));
  });
  return (await Promise.all(domains)).flat();
}
