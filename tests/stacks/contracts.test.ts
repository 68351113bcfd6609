import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { parse } from 'yaml';
import * as z from 'zod';
import { loadRoutes } from '../../local/routes.ts';
import { OPENAPI_FILE, openApiText } from '../../local/write-openapi.ts';
import type { ProblemClass } from '../../src/shared/errors.ts';

const root = join(import.meta.dirname, '../..');

const httpApi = z.object({
  method: z.string(),
  path: z.string(),
  authorizer: z.object({ name: z.literal('cognito') }).optional(),
});
const functions = z.record(
  z.string(),
  z.object({
    handler: z.string(),
    events: z.array(z.object({ httpApi: httpApi.optional() })).default([]),
  }),
);
const functionsFile = z.object({ api: functions.default({}) });

interface ServedRoute {
  readonly route: string;
  readonly domain: string;
  readonly authenticated: boolean;
  readonly handlerIn: string;
  /** That says so. */
  readonly file: string;
}

/** What the gateway is told to pass on, and to which function. */
function servedRoutes(): ServedRoute[] {
  return globSync('src/*/{,*/}functions.yml', { cwd: root }).flatMap((file) => {
    const { api } = functionsFile.parse(parse(readFileSync(join(root, file), 'utf8')));
    return Object.values(api).flatMap(({ handler, events }) =>
      events.flatMap((event) =>
        event.httpApi
          ? [
              {
                route: `${event.httpApi.method} ${event.httpApi.path}`,
                domain: file.split('/')[1] ?? '',
                authenticated: event.httpApi.authorizer !== undefined,
                handlerIn: handler.split('/')[1] ?? '',
                file,
              },
            ]
          : [],
      ),
    );
  });
}

const promised = await loadRoutes();
const name = ({ contract }: (typeof promised)[number]) => `${contract.method} ${contract.path}`;

describe('the routes of the contracts', () => {
  it('are the ones that the gateway serves: the same domain, and a token where the contract asks for one', () => {
    const byRoute = (a: { route: string }, b: { route: string }) => a.route.localeCompare(b.route);
    const inContracts = promised.map((each) => {
      const { domain, authenticated } = each;
      return { route: name(each), domain, authenticated, handlerIn: domain };
    });
    const served = servedRoutes().map(({ file: _, ...each }) => each);
    expect(served.sort(byRoute)).toEqual(inContracts.sort(byRoute));
  });

  it('are deployed with the api stack', () => {
    const stack = readFileSync(join(root, 'serverless-api.yml'), 'utf8');
    for (const file of new Set(servedRoutes().map((each) => each.file))) {
      expect(stack).toContain(`file(${file}):api`);
    }
  });

  it.each(promised.map((each) => [name(each), each.contract] as const))(
    '%s names its path parameters',
    (_, contract) => {
      const inPath = [...contract.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const { properties = {} } = z.toJSONSchema(contract.params, { io: 'input' });
      expect(Object.keys(properties).sort()).toEqual(inPath.sort());
      expect(contract.path).toMatch(/^\/api\/v1(\/([a-z0-9_-]+|\{\w+\}))+$/);
    },
  );

  it('say the same with the same problem type everywhere', () => {
    const titles = new Map<string, Set<string>>();
    const problemOf = ({ problem }: ProblemClass) => problem;
    for (const { slug, status, title } of promised.flatMap(({ contract }) => contract.errors.map(problemOf))) {
      expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
      titles.set(slug, (titles.get(slug) ?? new Set()).add(`${status} ${title}`));
    }
    expect([...titles].filter(([, said]) => said.size > 1)).toEqual([]);
  });
});

describe('docs/openapi.json', () => {
  const text = readFileSync(OPENAPI_FILE, 'utf8');

  it('is what the contracts say (npm run openapi writes it)', async () => {
    expect(text).toBe(await openApiText());
  });

  it('is a valid OpenAPI 3.1 document', async () => {
    const document = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    const validator = new Validator();
    expect(await validator.validate(document)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every reference that it makes, and an id of its own for every operation', () => {
    const document: unknown = JSON.parse(text);
    const at = (pointer: string) =>
      pointer
        .split('/')
        .slice(1)
        .reduce<unknown>((part, key) => z.record(z.string(), z.unknown()).parse(part)[key], document);
    for (const [, reference = ''] of text.matchAll(/"\$ref": "([^"]+)"/g)) expect(at(reference)).toBeDefined();
    const ids = [...text.matchAll(/"operationId": "([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(promised.length);
  });
});
