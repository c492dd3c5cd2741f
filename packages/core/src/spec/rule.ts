/** What a rule has against a value; the path is added by who applies it. */
export interface Breach {
  /** Which rule, for machines. */
  code: string;
  message: string;
  /** What to write instead. */
  hint: string;
}

/** A rule for one text: undefined when the text is fine. Pure. */
export type Rule = (text: string) => Breach | undefined;
