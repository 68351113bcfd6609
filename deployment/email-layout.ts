import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mjml2html from 'mjml';
import { parse } from 'yaml';
import * as z from 'zod';
import { checkTemplate, fill, SafeHtml } from '../src/notifications/templates/liquid.ts';
import { FALLBACK, line, locale, messageOf } from './key-file.ts';

/** Under `src/notifications/`. */
const LAYOUT = 'templates/layout.mjml';
const LAYOUT_TEXTS = 'templates/layout.yml';

/** The one layout of all emails, cut open where their bodies go. */
export interface Layout {
  readonly mjml: string;
  readonly outside: string;
  readonly own: string;
  readonly texts: Record<string, { unsubscribe: string }>;
}

const SLOT = '<mj-raw><!-- body --></mj-raw>';
const BEGIN = '<!-- body begins -->';
const END = '<!-- body ends -->';
const BODY = '{{ body }}';

/** Compiles and checks the layout under `dir`. */
export async function compileLayout(dir: string, faults: string[]): Promise<Layout> {
  const file = join(dir, LAYOUT);
  const mjml = readFileSync(file, 'utf8');
  const fault = (reason: string) => faults.push(`${file}: ${reason}`);
  if (mjml.split(SLOT).length !== 2) fault(`must have ${SLOT} once`);
  const outside = `${(await compileMjml(mjml.replace(SLOT, `<mj-raw>${BODY}</mj-raw>`), fault)) ?? ''}\n`;
  const parsedTexts = z
    .record(locale, z.strictObject({ unsubscribe: line }))
    .safeParse(parse(readFileSync(join(dir, LAYOUT_TEXTS), 'utf8')));
  for (const { path, message } of parsedTexts.error?.issues ?? [])
    faults.push(`${join(dir, LAYOUT_TEXTS)}: ${path.join('.')}: ${message}`);
  const texts = parsedTexts.data ?? {};
  if (!texts[FALLBACK]) faults.push(`${join(dir, LAYOUT_TEXTS)}: ${FALLBACK} is missing`);

  const values = {
    locale: 'en',
    subject: 'Subject',
    body: new SafeHtml('<tr><td>Body</td></tr>'),
    why: 'Why',
    unsubscribe: 'Unsubscribe',
    unsubscribe_url: 'https://example.com/',
  };
  for (const reason of checkTemplate(outside, Object.keys(values), 'html')) fault(reason);
  try {
    fill('html', outside, values, { locale: 'en', timeZone: 'UTC' });
  } catch (error) {
    fault(messageOf(error));
  }
  const layout = { mjml, outside, own: '', texts };
  const own = await compileBody('<mj-text>{{ content }}</mj-text>', layout, fault);
  return { ...layout, own: own ?? '' };
}

/** The rows that a body becomes in the layout. It may be of what stands in a column only, and changes nothing around it. */
export async function compileBody(
  body: string,
  { mjml, outside }: Pick<Layout, 'mjml' | 'outside'>,
  fault: (reason: string) => void,
): Promise<string | undefined> {
  const compiled = await compileMjml(
    mjml.replace(SLOT, () => `<mj-raw>${BEGIN}</mj-raw>\n${body}\n<mj-raw>${END}</mj-raw>`),
    fault,
  );
  if (compiled === undefined) return undefined;
  const begin = compiled.indexOf(BEGIN);
  const end = compiled.lastIndexOf(END);
  const around =
    begin < 0 || end < begin ? undefined : compiled.slice(0, begin) + BODY + compiled.slice(end + END.length);
  if (around === undefined || `${around}\n`.replace(/\s+/g, ' ') !== outside.replace(/\s+/g, ' ')) {
    fault(
      'is not closed, or changes the layout around it: use mj-text, mj-button, mj-image, mj-divider, mj-spacer, mj-table and mj-raw',
    );
    return undefined;
  }
  const rows = compact(compiled.slice(begin + BEGIN.length, end));
  for (const reason of unbalanced(rows)) fault(reason);
  return rows;
}

const VOID = new Set(['br', 'hr', 'img']);

/** Elements that are opened and not closed, or the other way round, in what a body has become. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = '', rest = ''] of html
    .replace(/<!--[\s\S]*?-->/g, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)\b([^>]*)>/gi)) {
    const tag = name.toLowerCase();
    if (VOID.has(tag) || rest.endsWith('/')) continue;
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag) return [`</${tag}> closes nothing that is open`];
  }
  return open.length > 0 ? [`<${open.at(-1)}> is not closed`] : [];
}

const compact = (html: string) =>
  html
    .trim()
    .replace(/\n\s*/g, '\n')
    .replace(/\n{2,}/g, '\n');

async function compileMjml(mjml: string, fault: (reason: string) => void): Promise<string | undefined> {
  try {
    const { html, errors } = await mjml2html(mjml, {
      validationLevel: 'strict',
      keepComments: true,
      fonts: {},
      ignoreIncludes: true,
    });
    for (const { message } of errors) fault(message);
    return compact(html);
  } catch (error) {
    fault(messageOf(error));
    return undefined;
  }
}
