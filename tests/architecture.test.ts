import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES } from "@imagespec/registry";
import { describe, expect, test } from "vitest";
import { circles, needsOfFiles, needsOfFolders } from "./architecture/circles.ts";
import { undocumented } from "./architecture/docblocks.ts";
import { sharedTakers, styleFaults } from "./architecture/message-style.ts";
import { referenceParsers } from "./architecture/reference-parsers.ts";
import { closure, filesIn, isFixture, isTest, ROOT, type SourceFile } from "./architecture/source-file.ts";
import { syntaxOf } from "./architecture/syntax.ts";
import { untypedDetails } from "./architecture/untyped-details.ts";

const sources = filesIn("packages", (path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !isFixture(path));
const shipped = sources.filter(({ path }) => !isTest(path));
const typescript = [
  ...sources,
  ...["scripts", "tests", "bench", "examples"]
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) => filesIn(folder, (path) => path.endsWith(".ts") && !isFixture(path))),
];
const packages = readdirSync(join(ROOT, "packages"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const packageOf = (path: string) => path.split("/")[1] ?? "";
const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8")) as Record<string, unknown> & {
    imagespec?: { builders: Record<string, { reusesExisting?: boolean }> };
    exports?: Record<string, string | { default?: string }>;
  } & Record<"dependencies" | "peerDependencies" | "devDependencies", Record<string, string> | undefined>;

describe("who may import whom", () => {
  // Of our packages; what is not named here may import none.
  const ALLOWED: Record<string, string[]> = {
    "container-engine": ["registry"],
    core: ["registry", "container-engine"],
    dockerfile: ["core", "registry"],
    testkit: ["core", "registry", "container-engine"],
    "spec-file": ["core"],
    resolve: ["core", "registry", "spec-file"],
    inspect: ["registry", "container-engine"],
    cli: ["core", "registry", "container-engine", "dockerfile", "spec-file", "resolve", "inspect"],
    ...Object.fromEntries(
      packages
        .filter((name) => name.startsWith("builder-"))
        .map((name) => [name, ["core", "registry", "container-engine", "dockerfile", "inspect"]]),
    ),
  };
  const ours = (specifier: string) => /^@imagespec\/([^/]+)/.exec(specifier)?.[1];

  test("packages import only what stands below them", () => {
    const wrong = shipped.flatMap(({ path, imports }) =>
      imports
        .map(({ specifier }) => ours(specifier))
        .filter((name) => name !== undefined && !(ALLOWED[packageOf(path)] ?? []).includes(name))
        .map((name) => `${path} imports @imagespec/${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("nothing imports the CLI", () => {
    const wrong = typescript.filter(({ imports }) => imports.some(({ specifier }) => ours(specifier) === "cli"));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("the container engine is spoken to through one package", () => {
    // Types alone are free: they load nothing.
    const wrong = shipped.filter(
      ({ path, imports }) =>
        packageOf(path) !== "container-engine" &&
        imports.some(({ specifier, types }) => specifier === "dockerode" && !types),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("no package reaches into another by path", () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith("."))
        .map((one) => ({ ...one, target: join(path, "..", one.specifier) }))
        .filter(({ target }) => !target.startsWith(`packages/${packageOf(path)}/`))
        // Tests may use what the workspace keeps for tests.
        .filter(({ target }) => !(isTest(path) && target.startsWith("tests/")))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test("every package that is imported is declared", () => {
    const wrong = shipped.flatMap(({ path, imports }) => {
      const { name, dependencies, peerDependencies, devDependencies } = manifestOf(packageOf(path));
      // What is bundled is installed with nobody, so it is needed only while the bundle is written.
      const bundled = existsSync(join(ROOT, "packages", packageOf(path), "bundle/bundle.ts"))
        ? devDependencies
        : undefined;
      const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies, ...bundled })]);
      return imports
        .map(({ specifier }) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)
        .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:") && !declared.has(specifier))
        .map((specifier) => `${path} imports ${specifier}`);
    });
    expect(wrong).toEqual([]);
  });

  test("builders take core as a peer, and say what they build with", () => {
    const builders = packages.filter((name) => name.startsWith("builder-"));
    expect(builders.length).toBeGreaterThan(2);
    for (const name of builders) {
      const manifest = manifestOf(name);
      expect(manifest.peerDependencies?.["@imagespec/core"], name).toBe("workspace:^1");
      expect(manifest.dependencies?.["@imagespec/core"], name).toBeUndefined();
      expect(Object.keys(manifest.imagespec?.builders ?? {}), name).toEqual([name.replace("builder-", "")]);
    }
  });

  test("builders are asked about images that exist where they have something to say, and not imported where not", () => {
    for (const name of packages.filter((one) => one.startsWith("builder-"))) {
      const [declared] = Object.values(manifestOf(name).imagespec?.builders ?? {});
      const own = shipped.filter(({ path, text }) => packageOf(path) === name && /shouldBuild|asksPresence/.test(text));
      expect(declared?.reusesExisting ?? false, name).toBe(own.length === 0);
    }
  });
});

describe("no circle", () => {
  test.each(packages)("between the folders or files of %s", (name) => {
    const files = needsOfFiles(shipped.filter(({ path }) => packageOf(path) === name));
    expect(files.size).toBeGreaterThan(0);
    expect(circles(files)).toEqual([]);
    expect(circles(needsOfFolders(files, `packages/${name}/src`))).toEqual([]);
  });

  test.each(["scripts", "tests", "bench"])("between the files of %s", (folder) => {
    const files = needsOfFiles(typescript.filter(({ path }) => path.startsWith(`${folder}/`)));
    expect(circles(files)).toEqual([]);
  });
});

describe("one way to write it, in every package", () => {
  const trees = shipped.map(({ path, text }) => syntaxOf(path, text));

  test("messages start with their subject; hints are imperative sentences", () => {
    const shared = new Map(trees.flatMap((tree) => [...sharedTakers(tree)]));
    expect(trees.flatMap((tree) => styleFaults(tree, shared))).toEqual([]);
  });

  test("the details of an error have a type", () => {
    expect(trees.flatMap(untypedDetails)).toEqual([]);
  });

  test("one parser of references", () => {
    expect(trees.flatMap(referenceParsers)).toEqual([]);
  });

  // The CLI is a program and exports nothing.
  test.each(packages.filter((name) => name !== "cli"))("every public export of %s has a docblock", (name) => {
    const entries = Object.values(manifestOf(name).exports ?? {})
      .map((target) => (typeof target === "string" ? target : target.default))
      .filter((target) => target?.endsWith(".js"))
      .map((target) =>
        join(
          "packages",
          name,
          String(target)
            .replace(/^\.\/dist\//, "src/")
            .replace(/\.js$/, ".ts"),
        ),
      );
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.flatMap(undocumented)).toEqual([]);
  });
});

describe("what is pure stays pure", () => {
  const IMPURE = new Set(["node:fs", "node:fs/promises", "node:child_process", "node:http", "node:https", "node:net"]);
  const LIBRARIES = new Set(["execa", "dockerode"]);
  const files = new Map(shipped.map((file) => [file.path, file]));
  const impure = (file: SourceFile) =>
    closure(file, files).flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier, types }) => !types && (IMPURE.has(specifier) || LIBRARIES.has(specifier)))
        .map(({ specifier }) => `${file.path} reaches ${specifier} by ${path}`),
    );

  test.each([
    "packages/core/src/spec/parse-parameters.ts",
    "packages/core/src/identity/identify.ts",
    "packages/core/src/plan/plan-image.ts",
    "packages/dockerfile/src/render-dockerfile.ts",
  ])("%s reaches no file, process or socket", (path) => {
    const file = files.get(path);
    expect(file, `${path} is the pure step; rename it here when it moves`).toBeDefined();
    expect(file && impure(file)).toEqual([]);
  });

  test("the check itself sees what it must", () => {
    const found =
      files.get("packages/registry/src/credentials/docker-credentials.ts") ?? shipped.find((f) => impure(f)[0]);
    expect(found && impure(found)).not.toEqual([]);
  });
});

describe("the shape of the code", () => {
  test("no file is longer than 300 lines", () => {
    const long = typescript.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
    expect(long.filter(({ lines }) => lines > 300)).toEqual([]);
  });

  test("no comment is wider than the code, which has 120 columns", () => {
    const isWide = (line: string) => line.length > 120 && /^\s*(?:\/\/|\/?\*)/.test(line);
    const wide = typescript.flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, at) => (isWide(line) ? [`${path}:${at + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });

  test("no drawers: utils, helpers, common, misc", () => {
    // `credential-helper` is docker's word for a program, and no drawer.
    const drawer = /(^|\/|-)(utils?|helpers|common|misc)(\/|\.)|(^|\/)helper(\/|\.)/;
    expect(typescript.map(({ path }) => path).filter((path) => drawer.test(path))).toEqual([]);
  });

  test("no module keeps state that changes, but for the default engine", () => {
    const mutable =
      /^(?:export )?(?:let |var |const \w+(?::[^=]+)? = new (?:Map|Set|WeakMap|WeakSet)(?:<[^(]*>)?\(\))/m;
    const wrong = shipped.filter(({ text }) => mutable.test(text)).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  test("no test replaces our own modules", () => {
    const mock = new RegExp(`\\bvi\\.${"mock"}\\(`);
    expect(typescript.filter(({ text }) => mock.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

describe("what must not be written down", () => {
  const dotted = (...parts: string[]) => parts.join(".");
  // In pieces, so that this file does not hold what it looks for.
  const FORBIDDEN = [
    dotted("npmjs", "org"),
    dotted("npmjs", "com"),
    dotted("pypi", "org"),
    dotted("pythonhosted", "org"),
    dotted("deb", "debian", "org"),
    dotted("archive", "ubuntu", "com"),
    dotted("proxy", "golang", "org"),
    dotted("sum", "golang", "org"),
    dotted("crates", "io"),
    ["", "work", "main"].join("/"),
    ["", "work", "shared"].join("/"),
  ];

  test("no host of a package registry or mirror, no path of one machine", () => {
    const text = filesIn("", (path) => !/\.(png|svg|ico|whl|gz|tar)$|^pnpm-lock\.yaml$|tsbuildinfo$/.test(path));
    expect(text.length).toBeGreaterThan(100);
    const wrong = text.flatMap(({ path, text }) =>
      FORBIDDEN.filter((host) => text.includes(host)).map((host) => `${path}: ${host}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe("what is published", () => {
  test.each(packages)("%s has a README with an example, a licence and what a registry asks for", (name) => {
    const read = (file: string) => readFileSync(join(ROOT, "packages", name, file), "utf8");
    expect(read("README.md")).toMatch(/^# @imagespec\/\S+/);
    expect(read("README.md")).toMatch(/```(ts|js|sh|jsonc?|yaml)\n/);
    expect(read("LICENSE")).toBe(readFileSync(join(ROOT, "LICENSE"), "utf8"));
    expect(manifestOf(name)).toMatchObject({
      name: `@imagespec/${name}`,
      type: "module",
      license: "MIT",
      description: expect.stringMatching(/\S/),
      engines: { node: ">=22.15" },
      publishConfig: { access: "public" },
      exports: { "./package.json": "./package.json" },
    });
  });

  test("every error code is documented", () => {
    const page = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
    expect(Object.keys(ERROR_CODES).filter((code) => !page.includes(code))).toEqual([]);
  });

  test("every error code is thrown somewhere", () => {
    const code = shipped
      .filter(({ path }) => !path.endsWith("errors/codes.ts"))
      .map(({ text }) => text)
      .join("\n");
    expect(Object.keys(ERROR_CODES).filter((name) => !code.includes(`"${name}"`))).toEqual([]);
  });
});
