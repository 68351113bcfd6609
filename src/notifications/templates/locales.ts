/** The language that every text exists in. */
const FALLBACK = 'en';

/** Locales to look for, best first: `pl-PL` → `pl-PL`, `pl`, `en`. A tag that is none leads to `en` alone. */
export function locales(tag: string): string[] {
  const parts = canonical(tag).split('-');
  return [...new Set([...parts.map((_, n) => parts.slice(0, parts.length - n).join('-')), FALLBACK])];
}

export const sameLanguage = (a: string, b: string): boolean =>
  canonical(a).split('-')[0] === canonical(b).split('-')[0];

function canonical(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? FALLBACK;
  } catch (error) {
    if (error instanceof RangeError) return FALLBACK;
    throw error;
  }
}
