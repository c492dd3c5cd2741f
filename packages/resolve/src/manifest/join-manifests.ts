/**
 * One stream of YAML documents from several texts, each as it is; a single text stays as it is altogether. Pure.
 */
export function joinManifests(texts: readonly string[]): string {
  const [first, ...others] = texts.length > 1 ? texts.filter((text) => text.trim() !== "") : texts;
  let joined = first ?? "";
  for (const text of others) {
    if (!joined.endsWith("\n")) joined += "\n";
    joined += separator(text) + text;
  }
  return joined;
}

/**
 * A text whose first line, comments left aside, is `---` begins a document by itself; directives need an end before
 * them.
 */
function separator(text: string): string {
  const first = /^(?:[ \t]*(?:#.*)?\r?\n)*/.exec(text)?.[0].length ?? 0;
  if (text[first] === "%") return "...\n";
  return /^---(?:\s|$)/.test(text.slice(first)) ? "" : "---\n";
}
