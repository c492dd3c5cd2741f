import { readdirSync, readFileSync } from "node:fs";

/**
 * The entries of the sidebar for the pages in docs/builders, named by their headings: a new page needs no line
 * elsewhere.
 */
export function builderPages(): { text: string; link: string }[] {
  const folder = new URL("./builders/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "index.md");
  return names
    .map((name) => {
      const [, text = name] = /^# (.+)$/m.exec(readFileSync(new URL(name, folder), "utf8")) ?? [];
      return { text, link: `/builders/${name.slice(0, -".md".length)}` };
    })
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}
