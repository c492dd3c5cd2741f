import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { manifestAbove } from "./manifest-above.ts";

/** The notices that the licenses of bundled libraries ask to be kept. */
export function licenses(files: readonly string[]): string {
  const folders = new Map<string, string>();
  for (const file of files) {
    const folder = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (folder !== undefined) folders.set(manifestAbove(file).name, folder);
  }
  const texts = [...folders]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, folder]) => {
      const [license] = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
      const said = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { license?: string };
      return `${name}\n\n${license === undefined ? said.license : readFileSync(join(folder, license), "utf8").trim()}\n`;
    });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
