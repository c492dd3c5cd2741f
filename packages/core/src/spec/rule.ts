/** What a rule has against a value; the path is added by who applies it. */
export interface Breach {
  /** Which rule, for machines. */
  code: string;
  message: string;
  /** What to write instead. */
  hint?: string;
}

/** A rule for one text: undefined when the text is fine. Pure. */
export type Rule = (text: string) => Breach | undefined;

/** The first breach among several rules. */
export function firstBreach(...rules: Rule[]): Rule {
  return (text) => {
    for (const rule of rules) {
      const breach = rule(text);
      if (breach) return breach;
    }
    return undefined;
  };
}
