import { cut } from '../channels/text.ts';
import type { Known } from './decide.ts';
import { standsFor } from './finding.ts';

/** Discord's limits (Discord API reference, embed limits): of a message, and of parts of an embed, in characters. */
const EMBEDS_A_MESSAGE = 10;
const CHARACTERS_A_MESSAGE = 6_000;
const TITLE = 256;
/** Two of these fit into a message. */
const DESCRIPTION = 2_800;
const FIELD = 1_024;

const COLOURS = { open: 0xd9_2d_20, recovered: 0x16_a3_4a } as const;

interface Field {
  readonly name: string;
  readonly value: string;
  readonly inline?: boolean;
}
interface Embed {
  readonly title: string;
  readonly color: number;
  readonly url?: string;
  readonly description?: string;
  readonly fields?: readonly Field[];
  readonly footer: { readonly text: string };
}
/** A message as a webhook takes it, and the findings that it tells of. */
export interface Message {
  readonly body: { readonly embeds: readonly Embed[] };
  readonly about: readonly Known[];
}
interface Part {
  readonly embed: Embed;
  readonly about: readonly Known[];
}

const ICONS = { open: '🔴', recovered: '🟢' } as const;
const headline = ({ state, what, told }: Known) => {
  if (state === 'recovered') return `${ICONS.recovered} Recovered: ${what}`;
  return `${ICONS.open} ${told?.state === 'open' ? 'Getting worse: ' : ''}${what}`;
};

/** Shown by Discord in the reader's own zone. */
const moment = (instant: string) => `<t:${Math.floor(Date.parse(instant) / 1000)}:f>`;

function embedOf(known: Known, deployment: string): Embed {
  return {
    title: cut(headline(known), TITLE),
    color: COLOURS[known.state],
    url: known.link,
    fields: [
      { name: 'Where', value: cut(known.where, FIELD) },
      { name: 'Since', value: moment(known.since), inline: true },
      { name: 'How many', value: String(known.count), inline: true },
    ],
    footer: { text: deployment },
  };
}

const total = (group: readonly Known[]) => group.reduce((sum, each) => sum + standsFor(each), 0);

/** All of one source and state, a line each, as many as fit. */
function listOf({ state, source }: Known, group: readonly Known[], deployment: string): Embed {
  const lines = group.map(
    ({ what, where, since, count, link }) =>
      `[${cut(what, 200)}](${link}), ${cut(where, 100)}: ${count}, since ${moment(since)}`,
  );
  const fitting: string[] = [];
  for (const line of lines) {
    if (fitting.join('\n').length + line.length > DESCRIPTION) break;
    fitting.push(line);
  }
  const all = total(group);
  const rest = all - total(group.slice(0, fitting.length));
  return {
    title: `${ICONS[state]} ${state === 'open' ? 'Findings' : 'Recovered'}: ${all} × ${source}`,
    color: COLOURS[state],
    description: [
      ...fitting,
      ...(rest > 0 ? [`and ${rest} more; doctor shows the longest-standing of them`] : []),
    ].join('\n'),
    footer: { text: deployment },
  };
}

const lengthOf = ({ title, description = '', fields = [], footer }: Embed) =>
  [title, description, footer.text, ...fields.flatMap(({ name, value }) => [name, value])].join('').length;

/**
 * What the operators are told, in as many messages as it takes: an embed for each finding, or, when there are more than one message
 * holds, one for each source with a line for each.
 */
export function messagesOf(news: readonly Known[], deployment: string): Message[] {
  const messages: Part[][] = [];
  let used = 0;
  for (const part of partsOf(news, deployment)) {
    const last = messages.at(-1);
    const length = lengthOf(part.embed);
    if (last && last.length < EMBEDS_A_MESSAGE && used + length <= CHARACTERS_A_MESSAGE) {
      last.push(part);
      used += length;
    } else {
      messages.push([part]);
      used = length;
    }
  }
  return messages.map((parts) => ({
    body: { embeds: parts.map(({ embed }) => embed) },
    about: parts.flatMap(({ about }) => about),
  }));
}

function partsOf(news: readonly Known[], deployment: string): Part[] {
  if (news.length <= EMBEDS_A_MESSAGE) return news.map((each) => ({ embed: embedOf(each, deployment), about: [each] }));
  const groups = Map.groupBy(news, ({ state, source }) => `${state} ${source}`);
  return [...groups.values()].flatMap((about) =>
    about.slice(0, 1).map((first) => ({ embed: listOf(first, about, deployment), about })),
  );
}
