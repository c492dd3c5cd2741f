import type { Problem } from "@imagespec/registry";

/** A rule for one text: undefined when the text is fine; the path is added by who applies it. Pure. */
export type Rule = (text: string) => Problem | undefined;
