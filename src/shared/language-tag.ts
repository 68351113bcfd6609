import * as z from 'zod';

/** A BCP 47 tag, as `Intl` reads it. */
export const languageTag = z.string().refine(isLanguageTag, 'must be a language tag (BCP 47), e.g. pl or en-GB');

function isLanguageTag(text: string): boolean {
  if (text.length > 35) return false;
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
