import { posix } from "node:path";
import type { ImageSpecParameters } from "@imagespec/core";
import fc, { type Arbitrary } from "fast-check";
import type { PlannedFile } from "../support/temporary-folder.ts";
import type { DescribedSpec } from "./build-everywhere.ts";
import { uvProject } from "./cases/case.ts";
import type { Places } from "./setting.ts";

/**
 * Specs that say anything a spec can say, most of them in a form that every builder takes. What cannot go together
 * (a lock and packages, conda and pythonExec) is not generated together; what is refused for other reasons is.
 */
export function describedSpecs(places: Places): Arbitrary<DescribedSpec> {
  return fc
    .record({
      base: bases(places),
      installed: installed(places),
      laid: laid(),
      config: config(places),
      inContainer: onceIn(4, inContainer()),
    })
    .map(({ base, installed: packages, laid: files, config: steering, inContainer: run }) => ({
      parameters: {
        // Half the files of the usual base, for kaniko to unpack and to look through; it has no apt.
        ...(!run?.aptPackages?.length && { baseImage: places.services.images.pythonSmall }),
        ...base.parameters,
        ...packages.parameters,
        // An interpreter is named by its path where nothing else says which one it is.
        ...((base.parameters.pythonVersion !== undefined || typeof base.parameters.baseImage === "object") && {
          pythonExec: undefined,
        }),
        ...files.parameters,
        ...steering.parameters,
        // Docker alone has containers on a layout, or takes a link that leads back to itself into one: none to compare
        // with.
        ...(base.parameters.baseImage?.toString().startsWith("oci:") || hasLoop(files.files) ? {} : run),
      },
      files: { ...base.files, ...packages.files, ...files.files, ...steering.files },
      prepare: packages.prepare,
    }));
}

/** The value in one of so many cases, else nothing. */
function onceIn<T>(times: number, arbitrary: Arbitrary<T>): Arbitrary<T | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const TEXT_PARTS = [
  "$",
  "{",
  "}",
  "'",
  '"',
  "\\",
  "`",
  " ",
  "\t",
  "\n",
  "\r\n",
  "#",
  "=",
  ":",
  "☃",
  "ä",
  "𝄞",
  "\u0001",
  "$HOME",
  "$PATH",
  "a",
  "B",
  "7",
  "/",
  "!",
  "*",
  "%",
  "-",
];
/** Text that breaks unless it is passed byte for byte. */
const text = () => fc.array(fc.constantFrom(...TEXT_PARTS), { maxLength: 12 }).map((parts) => parts.join(""));

function environment(): Arbitrary<Record<string, string>> {
  const own = fc.dictionary(fc.constantFrom("A", "B_2", "lower", "with.dot", "with-dash", "_"), text(), { maxKeys: 4 });
  const known = fc.record(
    {
      PATH: fc.constantFrom("/opt/tool/bin:$PATH", "$PATH:/opt/tool/bin", "/only/here"),
      LD_LIBRARY_PATH: fc.constantFrom("/x:$LD_LIBRARY_PATH", "/y"),
      PYTHONPATH: fc.constantFrom("/srv/more", "/srv/more:$PYTHONPATH"),
      HOME: fc.constant("/srv"),
      LANG: fc.constant("C.UTF-8"),
    },
    { requiredKeys: [] },
  );
  return fc.tuple(own, onceIn(3, known)).map(([mine, more]) => ({ ...mine, ...more }));
}

function bases(places: Places): Arbitrary<DescribedSpec> {
  const { images } = places.services;
  const nested = fc.record({
    env: environment(),
    packages: fc.subarray(["plain-two==1.0", "data-files"]),
    entrypoint: onceIn(3, fc.constantFrom([], ["/usr/bin/env"])),
  });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant({ parameters: {} }) },
    { weight: 1, arbitrary: fc.constant({ parameters: { baseImage: images.uid1000 } }) },
    { weight: 1, arbitrary: fc.constant({ parameters: { baseImage: images.ownConfig } }) },
    { weight: 1, arbitrary: fc.constant({ parameters: { baseImage: `oci:${places.layout}` } }) },
    {
      weight: 1,
      arbitrary: fc.constant({ parameters: { baseImage: images.debian, pythonVersion: places.pythonVersion } }),
    },
    { weight: 1, arbitrary: fc.constant({ parameters: { pythonVersion: "3.11" } }) },
    {
      weight: 2,
      arbitrary: nested.map((base) => ({ parameters: { baseImage: { ...base, pipIndex: places.index.url } } })),
    },
  );
}

const NAMES = [
  "plain-one",
  "plain-two",
  "plain_two >= 1, <3",
  "plain-two==1.0",
  "data-files",
  "space-one",
  "space-two ; python_version >= '3'",
  "empty.folders",
  "shipped-bytecode",
  "odd-names",
  "gui-script[extra]",
  "Mixed.Case_Name",
  "by-marker",
];

function installed({ index, extra, closed, netrc, services }: Places): Arbitrary<DescribedSpec> {
  const from = fc.oneof(
    { weight: 4, arbitrary: fc.constant<DescribedSpec>({ parameters: { pipIndex: index.url } }) },
    {
      weight: 1,
      arbitrary: fc.constant<DescribedSpec>({
        parameters: { pipIndex: closed.url, pipSecretMounts: [["netrc", "/root/.netrc"]] },
        files: { netrc: { text: netrc, mode: 0o600 } },
      }),
    },
  );
  const steering = fc.record(
    {
      pipExtraIndexUrl: fc.constantFrom([], [extra.url]),
      pipExtraArgs: fc.constantFrom(
        "--no-deps",
        "--prerelease allow",
        "--resolution lowest",
        "--index-strategy first-index",
      ),
      builderConfig: fc.constant({ uvImage: services.images.uv }),
      runtimePackages: fc.subarray(["ipdb", "rich>=13"]),
      pythonExec: fc.constant("/usr/bin/python3"),
    },
    { requiredKeys: [] },
  );
  const named = fc.subarray(NAMES, { minLength: 1, maxLength: 5 });
  const listed = fc.record({ names: named, limited: fc.boolean(), more: named }).map(
    ({ names, limited, more }): DescribedSpec => ({
      parameters: { requirements: "req/all.txt", packages: more },
      files: {
        "req/all.txt": [...names, ...(limited ? ["-c limits.txt"] : []), "-r 'more.txt'", ""].join("\n"),
        "req/limits.txt": "plain-two!=1.0\n",
        "req/more.txt": "# nothing\r\n",
      },
    }),
  );
  const locked = fc.subarray(["plain-one", "data-files", "odd-names", "by-marker"]).map(
    (names): DescribedSpec => ({
      parameters: {
        requirements: "uv.lock",
        pipIndex: undefined,
        pipExtraArgs: undefined,
        pipExtraIndexUrl: undefined,
        pipSecretMounts: undefined,
      },
      ...uvProject(index.url, "", `requires-python = ">=3.11"\ndependencies = ${JSON.stringify(names)}`),
    }),
  );
  const what = fc.oneof(
    { weight: 3, arbitrary: fc.constant<DescribedSpec>({ parameters: {} }) },
    { weight: 5, arbitrary: named.map((packages): DescribedSpec => ({ parameters: { packages } })) },
    { weight: 3, arbitrary: listed },
    { weight: 2, arbitrary: locked },
  );
  return fc.tuple(from, steering, what).map(([place, more, packages]) => ({
    parameters: { ...place.parameters, ...more, ...packages.parameters },
    files: { ...place.files, ...packages.files },
    prepare: packages.prepare,
  }));
}

const PARTS = ["a", "b.py", "naïve ☃", "with blank", "#hash", "$HOME", "quote'\"", "-dash", ".hidden", "x.log"];

/** A tree of files below a folder: names from few parts, so that some are in each other's way. */
function tree(folder: string): Arbitrary<Record<string, PlannedFile>> {
  const file = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ text: text(), mode: fc.constantFrom(0o644, 0o755, 0o600, 0o666, 0o4711, 0o444) }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom({ link: "a" }, { link: "b.py" }, { link: "./x.log" }, { link: "nowhere" }),
    },
    { weight: 1, arbitrary: fc.constant({ folder: true } as const) },
  );
  const path = fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  return fc.dictionary(path, file, { minKeys: 1, maxKeys: 8 }).map((files) => {
    const kept: Record<string, PlannedFile> = {};
    for (const [name, content] of Object.entries(files)) {
      // A file is not a folder of another one.
      const clashes = Object.keys(files).some((other) => other.startsWith(`${name}/`));
      kept[`${folder}/${name}`] = clashes ? { folder: true } : content;
    }
    return kept;
  });
}

/** Whether a link leads back to itself, over others of its folder or at once. */
function hasLoop(files: Record<string, PlannedFile> = {}): boolean {
  return Object.keys(files).some((start) => {
    const passed = new Set<string>();
    for (let path = start; ; ) {
      if (passed.has(path)) return true;
      passed.add(path);
      const file = files[path];
      if (typeof file !== "object" || !("link" in file)) return false;
      path = posix.join(posix.dirname(path), file.link);
    }
  });
}

function laid(): Arbitrary<DescribedSpec> {
  const ignored = fc.constantFrom<Record<string, PlannedFile>>(
    {},
    { "src/.dockerignore": "*.log\n!x.log\n**/.hidden\n" },
    { "src/.gitignore": "*.log\n!x.log\n/a\n" },
    { ".gitignore": "*.log\n" },
  );
  const sources = fc
    .record({ files: tree("src"), ignored, mode: fc.constantFrom("none", "loaded_modules", "all", "all", undefined) })
    .map(({ files, ignored: rules, mode }) => ({
      parameters: { sourceRoot: "src", sourceCopyMode: mode } as ImageSpecParameters,
      files: { ...files, ...rules },
    }));
  const copies = tree("data").map((files) => ({
    parameters: { copy: ["data"] },
    files: { ...files, "data/there": "" },
  }));
  return fc.tuple(onceIn(2, sources), onceIn(2, copies)).map(([source, copy]) => ({
    parameters: { ...source?.parameters, ...copy?.parameters },
    files: { ...source?.files, ...copy?.files },
  }));
}

function config({ services }: Places): Arbitrary<DescribedSpec> {
  const steering = fc.record(
    {
      env: environment(),
      entrypoint: fc.oneof(fc.constant([]), fc.array(text(), { minLength: 1, maxLength: 4 })),
      bytecode: fc.boolean(),
      tagFormat: fc.constantFrom("{spec_hash}", "v1-{spec_hash}.dev"),
      platform: fc.constantFrom(services.platform, `${services.platform},${services.platform}`),
    },
    { requiredKeys: [] },
  );
  const login = { parameters: { registryConfig: "config.json" }, files: { "config.json": '{"auths":{}}\n' } };
  return fc.tuple(steering, onceIn(4, fc.constant(login))).map(([parameters, registries]) => ({
    parameters: { ...parameters, ...registries?.parameters },
    files: { ...registries?.files },
  }));
}

/** What only a container can do. */
function inContainer(): Arbitrary<ImageSpecParameters> {
  const command = fc.oneof(
    fc.constantFrom(
      "cd /srv",
      "WHO=you",
      'echo "$WHO $A" > who',
      "true;",
      "# nothing",
      "umask 077; echo x > kept",
      "rm -f /etc/issue",
    ),
    text().map((words) => `printf '%s' '${words.replaceAll("'", `'\\''`)}' >> /srv/words`),
  );
  return fc.record(
    { commands: fc.array(command, { maxLength: 4 }), aptPackages: fc.constantFrom([], [], ["tree"]) },
    { requiredKeys: ["commands"] },
  );
}
