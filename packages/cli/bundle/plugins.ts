import type { Plugin } from "rolldown";

/** A library asks for zod whole, and late. Here what is used of it is imported, and the rest of it left out. */
export const zodInPart: Plugin = {
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
export const builtinsAsTheyAre: Plugin = {
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
