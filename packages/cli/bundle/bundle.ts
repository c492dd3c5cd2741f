// node bundle/bundle.ts: writes dist/, the program as it is published. Its own modules and the libraries below it
// become a few files, each loaded when a command needs it: reading them one by one takes most of a short command's
// time.
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { groups } from "./groups.ts";
import { licenses } from "./licenses.ts";
import { builtinsAsTheyAre, zodInPart } from "./plugins.ts";
import { replacements } from "./replacements.ts";
import { sharedEntries, sharedModules } from "./shared.ts";

const FOLDER = dirname(import.meta.dirname);
const DIST = join(FOLDER, "dist");

const bundle = await rolldown({
  input: { main: join(FOLDER, "src/main.ts"), ...sharedEntries },
  cwd: FOLDER,
  platform: "node",
  plugins: [sharedModules, replacements, zodInPart, builtinsAsTheyAre],
  // What core loads late stands in its list of everything, too, which is an entry here and never loaded by the program.
  checks: { ineffectiveDynamicImport: false },
});
const options = {
  dir: DIST,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
  // V8 keeps a text in twice the space for a single character beyond Latin-1, and those stand in comments.
  comments: false,
} as const;
rmSync(DIST, { recursive: true, force: true });
const { output } = await bundle.write({
  ...options,
  codeSplitting: { groups: groups(await bundle.generate(options)) },
});
await bundle.close();
const modules = output.flatMap((file) => (file.type === "chunk" ? Object.keys(file.modules) : []));
const languages = modules.filter((id) => /\/zod\/v4\/locales\/(?!en\.|index\.)/.test(id));
if (languages.length > 0) throw new Error(`bundle.ts: holds ${languages.length} languages that nobody reads`);
writeFileSync(join(DIST, "licenses.txt"), licenses(modules));
