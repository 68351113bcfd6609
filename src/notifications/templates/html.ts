import sanitizeHtml from 'sanitize-html';

/** A letter has no address of its own that a part of one could be added to. */
function wholeLink(tagName: string, { href = '', ...attribs }: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const address: sanitizeHtml.Attributes = /^(https?:\/\/|mailto:)/i.test(href) ? { href } : {};
  return { tagName, attribs: { ...address, ...attribs, target: '_blank', rel: 'noopener noreferrer' } };
}

/** Elements and attributes that an email may have: text, lists, tables, links and images; nothing that runs, asks or loads by itself. */
const ALLOWED = {
  allowedTags: [
    ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'div', 'span'],
    ...['a', 'b', 'strong', 'i', 'em', 'u', 's', 'small', 'sub', 'sup', 'code', 'img'],
    ...['ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td', 'caption'],
  ],
  allowedAttributes: {
    a: ['href', 'title', 'target', 'rel'],
    img: ['src', 'alt', 'width', 'height'],
    td: ['colspan', 'rowspan', 'align'],
    th: ['colspan', 'rowspan', 'align'],
    ol: ['start'],
    '*': ['dir', 'lang'],
  },
  allowedSchemes: ['https', 'http', 'mailto'],
  allowedSchemesByTag: { img: ['https'] },
  allowProtocolRelative: false,
  // What stands in these goes with them.
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'noscript',
    'title',
    'iframe',
    'object',
    'template',
    'xmp',
    'svg',
    'math',
  ],
  disallowedTagsMode: 'discard' as const,
  // Deeper than any letter, and the layout of some mail programs ends here as well.
  nestingLimit: 50,
  exclusiveFilter: ({ tag, attribs }: sanitizeHtml.IFrame) => tag === 'img' && !/^https:\/\//i.test(attribs.src ?? ''),
};

const IN_TABLES = ['caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'];

/** Parts of a table without one would end the cell of the layout that the letter stands in (HTML Standard, "in cell"). */
function tablesOnly() {
  let open = 0;
  const part = (tagName: string, attribs: sanitizeHtml.Attributes) =>
    open > 0 ? { tagName, attribs } : { tagName: 'span', attribs: {} };
  return {
    onOpenTag: (name: string) => {
      if (name === 'table') open++;
    },
    onCloseTag: (name: string) => {
      if (name === 'table') open--;
    },
    transformTags: { a: wholeLink, ...Object.fromEntries(IN_TABLES.map((name) => [name, part])) },
  };
}

/** What is harmless of HTML that somebody wrote, well-formed; '' where neither text nor picture is left. */
export function sanitise(html: string): string {
  const safe = sanitizeHtml(html, { ...ALLOWED, ...tablesOnly() }).trim();
  return textOfHtml(safe) === '' && !safe.includes('<img') ? '' : safe;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

const decoded = (text: string) => text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity);

/** Plain text of HTML as `sanitise` leaves it: lines for blocks, dashes for lists, addresses of links in brackets. */
export function textOfHtml(html: string): string {
  const text = html
    .replace(/\s+/g, ' ')
    .replace(/<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)<\/a>/g, (_, href: string, inner: string) => {
      const label = inner.replace(/<[^>]*>/g, '').trim();
      return label === '' || label === href ? href : `${inner} (${href})`;
    })
    .replace(/<img\b[^>]*?\balt="([^"]*)"[^>]*>/g, '$1')
    .replace(/<li\b[^>]*>/g, '\n- ')
    .replace(/<(?:br|hr)\b[^>]*>|<\/(?:tr|div|caption|ul|ol)>/g, '\n')
    .replace(/<\/t[dh]>/g, '\t')
    .replace(/<\/(?:p|h[1-6]|blockquote|pre|table)>/g, '\n\n')
    .replace(/<[^>]*>/g, '');
  return decoded(text)
    .replace(/ ?\n ?/g, '\n')
    .replace(/\t+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
