import type { Problem } from "@imagespec/registry";

/** A rule for one text: undefined when the text is fine; the caller adds the path. Pure. */
export type Rule = (text: string) => Problem | undefined;
