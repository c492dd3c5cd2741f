// node bundle.ts: writes dist/, the program as it is published. Its own modules and the libraries below it become a few
// files, each loaded when a command needs it: reading them one by one takes most of a short command's time.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type OutputOptions, type Plugin, type RolldownOutput, rolldown } from "rolldown";

const FOLDER = import.meta.dirname;
const DIST = join(FOLDER, "dist");

interface Replacement {
  module: RegExp;
  text: string;
  by(module: string): string;
}

const version: Pick<Replacement, "text" | "by"> = {
  text: 'packageVersion(new URL("../../package.json", import.meta.url))',
  by: (module) => JSON.stringify(manifestAbove(module).version),
};

/** What depends on the place of a module's file, done while it still has one; each must be found. */
const REPLACEMENTS: readonly Replacement[] = [
  { ...version, module: /read-command-line\.ts$/ },
  { ...version, module: /core-version\.js$/ },
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
const replacements: Plugin = {
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
};

/** A library asks for zod whole, and late. Here what is used of it is imported, and the rest of it left out. */
const zodInPart: Plugin = {
  name: "zod-in-part",
  transform(code) {
    const text = code.replaceAll("withZod((z) =>", "withZod(() =>");
    return text === code ? undefined : `import * as z from "zod/mini";\n${text}`;
  },
};

/**
 * Node gives each builtin module that is imported a facade of all it exports, for which it loads what many of them load
 * when they are first used: streams of files, text decoders. What is asked for by a call comes as it is.
 */
const builtinsAsTheyAre: Plugin = {
  name: "builtins-as-they-are",
  renderChunk: (code) =>
    code.replace(
      /^import (?:(?:\* as )?(?<whole>[\w$]+))?(?:, )?(?<some>\{[^}]+\})? from "(?<module>node:[\w/]+)";$/gm,
      (...found) => {
        const { whole, some, module } = found.at(-1) as Record<string, string | undefined>;
        const names = [whole, some?.replaceAll(" as ", ": ")].filter(Boolean);
        return names.map((name) => `const ${name} = process.getBuiltinModule("${module}");`).join("\n");
      },
    ),
};

type Groups = NonNullable<Exclude<OutputOptions["codeSplitting"], boolean | undefined>["groups"]>;

const bundle = await rolldown({
  input: { main: join(FOLDER, "src/main.ts") },
  cwd: FOLDER,
  platform: "node",
  plugins: [replacements, zodInPart, builtinsAsTheyAre],
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
if (missing.size > 0) throw new Error(`bundle.ts: not found: ${[...missing].map(({ text }) => text).join(", ")}`);
const modules = output.flatMap((file) => (file.type === "chunk" ? Object.keys(file.modules) : []));
const languages = modules.filter((id) => /\/zod\/v4\/locales\/(?!en\.|index\.)/.test(id));
if (languages.length > 0) throw new Error(`bundle.ts: holds ${languages.length} languages that nobody reads`);
writeFileSync(join(DIST, "licenses.txt"), licenses(modules));

/**
 * What is always loaded together is one file: finding and opening one costs more than reading it. `start` comes before
 * Node keeps what it compiles, `program` reads the command line, `spec` is what every command does with a spec, `inputs` reads
 * the files that one names, `registry` finds out whether an image exists, and `build` is the rest of that command until a
 * builder is loaded.
 */
function groups({ output: files }: RolldownOutput): Groups {
  const chunks = files.filter((file) => file.type === "chunk");
  const behind = (entries: readonly string[]) => {
    const found = new Set(
      entries.map((entry) => {
        const chunk = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(entry)));
        if (chunk === undefined) throw new Error(`bundle.ts: not found: ${entry}`);
        return chunk;
      }),
    );
    // A set goes on to what is added while it is run through.
    for (const { imports } of found) for (const chunk of chunks) if (imports.includes(chunk.fileName)) found.add(chunk);
    return new Set([...found].flatMap(({ moduleIds }) => moduleIds));
  };
  const entries = {
    start: ["/cli/src/keep-compiled.ts"],
    program: ["/cli/src/run-program.ts"],
    spec: [
      "/cli/src/print/print-error.ts",
      "/cli/src/run-command.ts",
      "/cli/src/command/tag.ts",
      "/cli/src/project-environment.ts",
    ],
    inputs: ["/core/dist/resolve/read-inputs.js"],
    registry: ["/core/dist/presence/find-presence.js", "/registry/dist/http/general-client.js"],
    build: [
      "/cli/src/command/build.ts",
      "/core/dist/engine/build-several.js",
      "/core/dist/engine/build-image.js",
      "/core/dist/discovery/discover-builders.js",
      "/core/dist/discovery/plugins-config.js",
    ],
  };
  return Object.entries(entries).map(([name, own], at, all) => {
    const modules = behind(own);
    // What several need is in the first.
    return { name, priority: all.length - at, test: (id: string) => modules.has(id) };
  });
}

/** The notices that the licenses of bundled libraries ask to be kept. */
function licenses(files: readonly string[]): string {
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

/** The nearest package.json with a name; some libraries have others that only say how modules are written. */
function manifestAbove(file: string): { name: string; version: string } {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (typeof manifest.version === "string") return manifest;
    } catch {
      if (folder === dirname(folder)) throw new Error(`bundle.ts: no package.json above ${file}`);
    }
  }
}
