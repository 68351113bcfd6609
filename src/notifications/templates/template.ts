/** Templates as `npm run templates` compiles them: Liquid, by key and locale. */
export type ByLocale<T> = Readonly<Record<string, Readonly<Record<string, T>>>>;

interface EmailTemplate {
  readonly subject: string;
  /** Rows of the layout's table. */
  readonly html: string;
  readonly text: string;
  /** Why somebody gets it, said at the foot. */
  readonly why: string;
}

interface EmailLayout {
  /** A document with `body`, which is HTML. */
  readonly html: string;
  /** Rows with `content`, for an email that a sender wrote. */
  readonly own: string;
  /** What the layout says by itself, by locale. */
  readonly texts: Readonly<Record<string, { readonly unsubscribe: string }>>;
}

export interface EmailTemplates {
  readonly layout: EmailLayout;
  readonly keys: ByLocale<EmailTemplate>;
}
export type SmsTemplates = ByLocale<{
  readonly text: string;
  /** Follows the text and is never cut off: a link. */
  readonly end?: string;
}>;
export type PushTemplates = ByLocale<{ readonly title: string; readonly text: string }>;
/** Of keys whose items don't show their data as it is. */
export type InboxTemplates = ByLocale<{ readonly title: string; readonly message: string }>;
export type DiscordTemplates = ByLocale<{ readonly text: string }>;
