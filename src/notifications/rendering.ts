import { Liquid } from 'liquidjs';
import type { ChannelName, OutgoingMessage } from '../channels/channel.ts';
import { cut, oneLine, plainText } from '../channels/text.ts';
import { emailHtml } from './templates/email-html.ts';

/** What a person wrote: each part a Liquid template, or, once rendered, the text for one recipient. */
export interface Content {
  readonly title: string;
  readonly message: string;
}

/** A template that could not be filled in; the message says why and quotes no value. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

// Conditions and text are all that a reminder needs. Loops, partials and what evaluates expressions stay out.
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

/** In characters, of a template and of what comes out of it. */
const MAX_TEMPLATE = 10_000;
const MAX_RENDERED = 20_000;

const liquid = restricted(
  new Liquid({
    strictVariables: true,
    strictFilters: true,
    // `{% if name %}` and `{{ name | default: 'you' }}` may ask for a variable without a value.
    lenientIf: true,
    ownPropertyOnly: true,
    // No file system: the only templates are the ones handed in.
    templates: {},
    parseLimit: MAX_TEMPLATE,
    renderLimit: 200,
    memoryLimit: 200_000,
  }),
);

function restricted(engine: Liquid): Liquid {
  for (const name of Object.keys(engine.tags)) if (!TAGS.has(name)) delete engine.tags[name];
  for (const name of Object.keys(engine.filters)) if (!FILTERS.has(name)) engine.unregisterFilter(name);
  return engine;
}

/**
 * Why a template cannot be used, found without rendering it; empty when it can. `availableVariables` are paths such as
 * `first_name` or `event.title`.
 */
export function checkTemplate(text: string, availableVariables: readonly string[]): string[] {
  try {
    const used = liquid.analyzeSync(liquid.parse(text)).globals;
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
export function tryTemplate(text: string, variables: Readonly<Record<string, unknown>>): string[] {
  try {
    render(text, variables);
    return [];
  } catch (error) {
    if (error instanceof TemplateError) return [error.message];
    throw error;
  }
}

/** Fills in both parts for one recipient. A variable that has no value has to be there as null, or this throws a TemplateError. */
export function renderContent(content: Content, variables: Readonly<Record<string, unknown>>): Content {
  return { title: render(content.title, variables), message: render(content.message, variables) };
}

function render(template: string, variables: Readonly<Record<string, unknown>>): string {
  let text: unknown;
  try {
    text = liquid.parseAndRenderSync(template, variables);
  } catch (error) {
    throw new TemplateError(reasonOf(error));
  }
  const rendered = String(text);
  if (rendered.length > MAX_RENDERED) throw new TemplateError(`longer than ${MAX_RENDERED} characters when filled in`);
  return rendered;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return oneLine(error.message);
  throw error;
}

/** In characters; RFC 5322 allows 998 in a line, phones and mail programs show far fewer. */
const MAX_SUBJECT = 200;

/** The rendered content in the form that suits a channel. `footer` is a line below an email, why the recipient gets it. */
export function composeMessage(
  channel: ChannelName,
  content: Content,
  context: { readonly deliveryId: string; readonly footer?: string },
): OutgoingMessage {
  const message = plainText(content.message);
  const title = cut(oneLine(content.title) || oneLine(message) || 'Reminder', MAX_SUBJECT);
  const { deliveryId } = context;
  switch (channel) {
    case 'email': {
      const footer = oneLine(context.footer ?? '');
      const text = [message || title, footer && `-- \n${footer}`].filter(Boolean).join('\n\n');
      return { subject: title, text: `${text}\n`, html: emailHtml(title, message, footer), deliveryId };
    }
    case 'sms':
      return { subject: title, text: message === '' || message === title ? title : `${title}: ${message}`, deliveryId };
    case 'discord':
      return { subject: title, text: `**${discordText(title)}**\n${discordText(message)}`.trimEnd(), deliveryId };
    case 'push':
    case 'inbox':
      return { subject: title, text: message, deliveryId };
  }
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
