import { join } from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod';
import { checkSettings, type Settings } from '../deployment/settings.ts';
import { root } from '../deployment/stacks.ts';
import { resolveFile } from '../local/machines.ts';

/** A function's bundle as it is deployed. */
export interface Bundle {
  readonly name: string;
  /** Bytes, minified. */
  readonly size: number;
  /** Bytes by package; `src` is our own code. */
  readonly parts: ReadonlyMap<string, number>;
  readonly file: string;
}

const Functions = z.object({
  functions: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]),
});
const Deployed = z.record(
  z.string(),
  z.object({ handler: z.string(), environment: z.record(z.string(), z.unknown()).default({}) }),
);
const Options = z.object({
  custom: z.object({
    esbuild: z.object({
      minify: z.boolean(),
      target: z.string(),
      format: z.literal('esm'),
      mainFields: z.array(z.string()),
      exclude: z.array(z.string()),
      banner: z.object({ js: z.string() }),
    }),
  }),
});

/** A function as a stack file describes it. */
export interface DeployedFunction {
  readonly name: string;
  readonly stack: string;
  readonly file: string;
  /** Values that are known before the deployment; placeholders where they are not. */
  readonly environment: Record<string, string>;
}

/** The functions of all stacks. */
export function deployedFunctions(): DeployedFunction[] {
  return ['auth', 'api', 'workflows'].flatMap((stack) => {
    const service = `serverless-${stack}.yml`;
    const groups = Functions.parse(resolveFile(service, service)).functions;
    return groups.flatMap((group) =>
      Object.entries(Deployed.parse(group ?? {})).map(([name, { handler, environment }]) => ({
        name,
        stack,
        file: handler.replace(/\.handler$/, '.ts'),
        environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, known(key, value)])),
      })),
    );
  });
}

/** Any settings that are right. */
const settings = (): Settings => {
  const checked = checkSettings({
    AWS_REGION: 'us-east-1',
    TOKEN_SECRET: 'x'.repeat(32),
    EMAIL_PROVIDER: 'ses',
    EMAIL_FROM: 'me@example.com',
    PUBLIC_URL: 'https://carillon.example.com',
  });
  if ('wrong' in checked) throw new Error(checked.wrong.join('; '));
  return checked.settings;
};

/** Those of which a function checks the form. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  USER_POOL_ID: 'us-east-1_example',
  POOL_KEYS_URL: 'https://keys.example.com',
};

const known = (key: string, value: unknown): string =>
  typeof value === 'string' && !value.includes('${')
    ? value
    : (settings()[key] ?? PLACEHOLDERS[key] ?? 'known-when-deployed');

/** Bundles a file, or a text in its place, with the options of serverless-common.yml. */
export async function bundle(
  name: string,
  source: { file: string } | { text: string },
  outDir: string,
): Promise<Bundle> {
  const { exclude, ...options } = Options.parse(resolveFile('serverless-common.yml', 'serverless-workflows.yml')).custom
    .esbuild;
  const file = join(outDir, `${name}.mjs`);
  const input =
    'file' in source
      ? { entryPoints: [join(root, source.file)] }
      : { stdin: { contents: source.text, resolveDir: root, loader: 'ts' as const } };
  const { metafile } = await build({
    ...options,
    ...input,
    external: exclude,
    bundle: true,
    platform: 'node',
    outfile: file,
    metafile: true,
    logLevel: 'error',
    absWorkingDir: root,
  });
  const [output] = Object.values(metafile.outputs);
  const parts = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    const [, part = 'src'] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
  return { name, size: output?.bytes ?? 0, parts, file };
}
