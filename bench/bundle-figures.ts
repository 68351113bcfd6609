import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say, table } from '../deployment/say.ts';
import { type Bundle, bundle, deployedFunctions } from './bundles.ts';
import { type Figure, print } from './figure.ts';
import { importTimes } from './import-time.ts';

/** Nothing but what it takes to read one item. */
const BARE = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
export const handler = (Key) => client.send(new GetCommand({ TableName: 'table', Key }));
`;
const ROUNDS = 15;
/** Bytes. */
const KB = 1_000;

/** Sizes of all functions as they are deployed, and how long those of the API take to load. */
export async function printBundles(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'carillon-bundles-'));
  try {
    const bare = await bundle('bare', { text: BARE }, dir);
    const functions = deployedFunctions();
    const bundles = await Promise.all(functions.map(({ name, file }) => bundle(name, { file }, dir)));
    showParts([bare, ...bundles]);
    const sizes = sizeFigures(bundles);
    print('Minified bundles', sizes);

    const apis = functions.flatMap((each, n) =>
      each.stack === 'api' ? [{ ...each, file: bundles[n]?.file ?? '' }] : [],
    );
    const [base = 0, ...times] = importTimes([{ file: bare.file, environment: {} }, ...apis], ROUNDS);
    const imports = importFigures(
      base,
      apis.map(({ name }, n) => ({ name, time: times[n] ?? 0 })),
    );
    print(`Import times, medians of ${ROUNDS} processes each, in turn`, imports);
    return [...sizes, ...imports];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const isSdk = (part: string) => /^(@aws-sdk|@aws-crypto|@aws|@smithy)\/|^(mnemonist|obliterator|tslib)$/.test(part);
/** sanitize-html and what only it brings along. */
const isSanitizer = (part: string) =>
  /^(sanitize-html|postcss|source-map-js|nanoid|picocolors|dayjs|launder|htmlparser2|entities|parse-srcset|dom(elementtype|handler|utils|-serializer)|escape-string-regexp|is-plain-object)$/.test(
    part,
  );
const sum = (bundle: Bundle, wanted: (part: string) => boolean) =>
  [...bundle.parts].reduce((total, [part, bytes]) => total + (wanted(part) ? bytes : 0), 0) / KB;
const own = (part: string) => isSdk(part) || part === 'src';

function showParts(bundles: readonly Bundle[]): void {
  const columns: [string, (part: string) => boolean][] = [
    ['AWS SDK', isSdk],
    ['own code', (part) => part === 'src'],
    ['zod', (part) => part === 'zod'],
    ['logger', (part) => part.startsWith('@aws-lambda-powertools/')],
    ['liquidjs', (part) => part === 'liquidjs'],
    ['nodemailer', (part) => part === 'nodemailer'],
    ['sanitize-html', isSanitizer],
    ['middy', (part) => part.startsWith('@middy/')],
  ];
  say('\nWhat the bundles consist of, KB');
  const rows = bundles.map((each) => [
    each.name,
    Math.round(each.size / KB),
    ...columns.map(([, wanted]) => Math.round(sum(each, wanted)) || ''),
  ]);
  say(
    table(
      ['function', 'whole', ...columns.map(([name]) => name)],
      rows.map((row) => row.map(String)),
    ),
  );
}

function sizeFigures(bundles: readonly Bundle[]): Figure[] {
  const withDynamo = bundles.filter(({ parts }) => parts.has('@aws-sdk/client-dynamodb'));
  const smallest = withDynamo.toSorted((a, b) => a.size - b.size)[0];
  const without = bundles.filter(({ parts }) => ![...parts.keys()].some(isSdk));
  if (!smallest) throw new Error('No function has DynamoDB');
  return [
    {
      what: `smallest with DynamoDB (${smallest.name})`,
      measured: smallest.size / KB,
      unit: 'KB',
      budget: 225,
      accepted: 345,
    },
    { what: '  of which AWS SDK and own code', measured: sum(smallest, own), unit: 'KB', budget: 225 },
    ...without.map(({ name, size }) => ({
      what: `without an SDK (${name})`,
      measured: size / KB,
      unit: 'KB',
      budget: 15,
    })),
  ];
}

function importFigures(base: number, apis: readonly { name: string; time: number }[]): Figure[] {
  return [
    { what: 'a bare DynamoDB client', measured: Math.round(base), unit: 'ms' },
    ...apis.map(({ name, time }) => ({ what: `${name} ÷ that`, measured: time / base, budget: 1.5, accepted: 2.5 })),
  ];
}
