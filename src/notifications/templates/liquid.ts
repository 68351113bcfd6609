import { Drop, Liquid, type Template } from 'liquidjs';
import { escapeHtml, oneLine } from '../../channels/text.ts';
import { describeWallTime } from '../../shared/time.ts';
import { Instant } from './key.ts';

/** A template that could not be filled in; the message says why and quotes no value. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** For whom dates are written. */
export interface Reader {
  /** BCP 47 tag. */
  readonly locale: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** What becomes of a template's output: values are escaped for it, the template's own text is not. */
export type Form = 'text' | 'html' | 'discord';

export type Values = Readonly<Record<string, unknown>>;

// Conditions and text are all that a message needs. Loops, partials and what evaluates expressions stay out.
const TAGS = new Set(['assign', 'case', 'comment', '#', 'echo', 'if', 'raw', 'unless']);
const FILTERS = new Set([
  'append',
  'at_least',
  'at_most',
  'capitalize',
  'ceil',
  'default',
  'divided_by',
  'downcase',
  'floor',
  'lstrip',
  'minus',
  'modulo',
  'newline_to_br',
  'plus',
  'prepend',
  'remove',
  'remove_first',
  'replace',
  'replace_first',
  'round',
  'rstrip',
  'size',
  'slice',
  'strip',
  'strip_newlines',
  'times',
  'truncate',
  'truncatewords',
  'upcase',
]);

const DATES: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  date_time: { dateStyle: 'long', timeStyle: 'short' },
  date_only: { dateStyle: 'long' },
  time_only: { timeStyle: 'short' },
};

/** For what a person wrote: milliseconds, and units of liquidjs, about a character each. The templates of keys are ours and end by themselves. */
const LIMITS = { renderLimit: 200, memoryLimit: 200_000 };

/** In characters. */
const MAX_TEMPLATE = 10_000;
/** In bytes of JSON: what comes out of a template that a person wrote has to fit into an inbox as any data has (`data.ts`). */
const MAX_RENDERED = 20_000;

/** HTML that is known to be safe. No template can make one of a value. */
export class SafeHtml extends Drop {
  readonly #html: string;

  constructor(html: string) {
    super();
    this.#html = html;
  }

  override valueOf(): string {
    return this.#html;
  }
}

/** Text with its lines, in HTML. */
export const multiline = (text: string): SafeHtml => new SafeHtml(escapeHtml(text).replaceAll('\n', '<br>'));

/** An instant among the variables of a cause: in words by itself, in the zone it was set in; the date filters take it as well. */
export interface Moment {
  readonly instant: string;
  readonly time_zone: string;
}

class MomentDrop extends Drop {
  readonly #moment: Moment;
  readonly #locale: string;

  constructor(moment: Moment, locale: string) {
    super();
    this.#moment = moment;
    this.#locale = locale;
  }

  instant(): string {
    return this.#moment.instant;
  }

  override valueOf(): string {
    return describeWallTime(this.#moment.instant, this.#moment.time_zone, this.#locale);
  }
}

const isMoment = (value: unknown): value is Moment =>
  typeof value === 'object' &&
  value !== null &&
  'instant' in value &&
  typeof value.instant === 'string' &&
  'time_zone' in value &&
  typeof value.time_zone === 'string';

/** What the context of a rendering is known by: the values that it was given. */
const readers = new WeakMap<object, Reader>();

const textOf = (value: unknown): string => {
  const plain = value instanceof Drop ? value.valueOf() : value;
  return plain === null || plain === undefined ? '' : String(plain);
};

const ESCAPES: Readonly<Record<Form, ((value: unknown) => string) | undefined>> = {
  text: undefined,
  html: (value) => (value instanceof SafeHtml ? value.valueOf() : escapeHtml(textOf(value))),
  discord: (value) => discordText(textOf(value)),
};

function engine(form: Form): Liquid {
  const outputEscape = ESCAPES[form];
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // `{% if name %}` and `{{ name | default: 'you' }}` may ask for a variable without a value.
    lenientIf: true,
    ownPropertyOnly: true,
    // No file system: the only templates are the ones handed in.
    templates: {},
    // The layout of an email is a whole document.
    parseLimit: form === 'html' ? 5 * MAX_TEMPLATE : MAX_TEMPLATE,
    ...(outputEscape && { outputEscape }),
  });
  for (const name of Object.keys(liquid.tags)) if (!TAGS.has(name)) delete liquid.tags[name];
  for (const name of Object.keys(liquid.filters)) if (!FILTERS.has(name)) liquid.unregisterFilter(name);
  for (const [name, style] of Object.entries(DATES)) {
    liquid.registerFilter(name, function (value: unknown) {
      const reader = readers.get(this.context.environments);
      if (!reader) throw new Error('nobody is there to read the date');
      const instant = Instant.safeParse(value instanceof MomentDrop ? value.instant() : value);
      if (!instant.success) throw new Error(`${name} was given something else than an instant`);
      return new Intl.DateTimeFormat(reader.locale, { ...style, timeZone: reader.timeZone }).format(instant.data);
    });
  }
  if (form === 'html') {
    liquid.registerFilter('multiline', (value: unknown) => multiline(textOf(value)));
  }
  return liquid;
}

const engines: Readonly<Record<Form, Liquid>> = {
  text: engine('text'),
  html: engine('html'),
  discord: engine('discord'),
};

/** The same few templates are filled in for many people. */
const KEPT = 100;
const parsed = new Map<string, Template[]>();

function parse(form: Form, template: string): Template[] {
  const id = `${form} ${template}`;
  const known = parsed.get(id);
  if (known) return known;
  const [oldest] = parsed.keys();
  if (parsed.size >= KEPT && oldest !== undefined) parsed.delete(oldest);
  const made = engines[form].parse(template);
  parsed.set(id, made);
  return made;
}

/**
 * Why a template cannot be used, found without rendering it; empty when it can. `availableVariables` are paths such as
 * `first_name` or `event.title`.
 */
export function checkTemplate(text: string, availableVariables: readonly string[], form: Form = 'text'): string[] {
  try {
    const used = engines[form].analyzeSync(parse(form, text)).globals;
    const paths = new Set(Object.values(used).flatMap((uses) => uses.map(({ segments }) => pathOf(segments))));
    const known = new Set(availableVariables.flatMap((path) => [path, `${path}.size`]));
    return [...paths].filter((path) => !known.has(path)).map((path) => unknownVariable(path, availableVariables));
  } catch (error) {
    return [reasonOf(error)];
  }
}

/** `event.title` for a fixed path; a part that another variable decides (`event[name]`) stays in brackets and so is never known. */
const pathOf = (segments: readonly unknown[]) =>
  segments.map((segment) => (typeof segment === 'object' ? `[${segment}]` : segment)).join('.');

const unknownVariable = (path: string, available: readonly string[]) =>
  `unknown variable "${path}"; ${available.length === 0 ? 'there are none here' : `known are ${available.join(', ')}`}`;

/** Why a checked template cannot be filled in with these values; empty when it can. */
export function tryTemplate(text: string, values: Values): string[] {
  try {
    fillWritten(text, values, { locale: 'en', timeZone: 'UTC' });
    return [];
  } catch (error) {
    if (error instanceof TemplateError) return [error.message];
    throw error;
  }
}

/** Fills in a template. A variable that has no value has to be there as null, or this throws a TemplateError. */
export function fill(form: Form, template: string, values: Values, reader: Reader, limits = {}): string {
  try {
    const scope = withMoments(values, reader.locale);
    readers.set(scope, reader);
    return String(engines[form].renderSync(parse(form, template), scope, limits));
  } catch (error) {
    throw new TemplateError(reasonOf(error));
  }
}

/** The same for a template that a person wrote, whose result has a limit. */
export function fillWritten(template: string, values: Values, reader: Reader): string {
  const rendered = fill('text', template, values, reader, LIMITS);
  if (Buffer.byteLength(JSON.stringify(rendered)) > MAX_RENDERED)
    throw new TemplateError(`longer than ${MAX_RENDERED} bytes when filled in`);
  return rendered;
}

function withMoments(values: Values, locale: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (isMoment(value)) return [name, new MomentDrop(value, locale)];
      const isGroup = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
      return [name, isGroup ? withMoments({ ...value }, locale) : value];
    }),
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return oneLine(error.message);
  throw error;
}

/** Text as it stands, links aside: no markup, no masked links, and no mention even where `allowed_mentions` is not looked at. */
function discordText(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>]+)/)
    .map((part, index) => (index % 2 === 1 ? part : withoutMarkdown(part)))
    .join('');
}

const withoutMarkdown = (text: string) =>
  text
    .replace(/[\\*_~`|[\]<]/g, '\\$&')
    .replace(/^(\s*)([>#-])/gm, '$1\\$2')
    .replace(/@(?=everyone|here)/g, '@\u200b');
