import type { Plugin } from "rolldown";
import { manifestAbove } from "./manifest-above.ts";
import { sharedVersions } from "./shared.ts";

interface Replacement {
  module: RegExp;
  text: string;
  by(module: string): string;
}

const version: Pick<Replacement, "text" | "by"> = {
  text: 'packageVersion(new URL("../../package.json", import.meta.url))',
  by: (module) => JSON.stringify(manifestAbove(module).version),
};

/** What is known here and not in the bundle, such as the place of a module's file; each must be found. */
const REPLACEMENTS: readonly Replacement[] = [
  { ...version, module: /read-command-line\.ts$/ },
  { ...version, module: /core-version\.js$/ },
  { module: /shared-versions\.ts$/, text: "Object.entries({})", by: () => `Object.entries(${sharedVersions})` },
  { module: /with-zod\.js$/, text: 'createRequire(import.meta.url)("zod/mini")', by: () => "undefined" },
  // Of these commander uses a property each, most of them never; importing them has Node make all they have, such as
  // the streams of standard input.
  { module: /commander\/lib\/command\.js$/, text: "import process from 'node:process';", by: () => "" },
  {
    module: /commander\/lib\/command\.js$/,
    text: "import childProcess from 'node:child_process';",
    by: () => "const childProcess = { spawn: () => { throw new Error('no command is a program of its own'); } };",
  },
];

const missing = new Set(REPLACEMENTS);

/** Makes the replacements, and fails where one of them was not needed. */
export const replacements: Plugin = {
  name: "replacements",
  transform(code, module) {
    let text = code;
    for (const one of REPLACEMENTS) {
      if (!one.module.test(module) || !text.includes(one.text)) continue;
      text = text.replace(one.text, () => one.by(module));
      missing.delete(one);
    }
    return text === code ? undefined : text;
  },
  buildEnd() {
    if (missing.size > 0)
      throw new Error(`replacements: not found: ${[...missing].map(({ text }) => text).join(", ")}`);
  },
};
