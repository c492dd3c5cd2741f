import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { buildRequest, startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Turns } from "../cache/in-turn.ts";
import type { Options } from "../options.ts";
import { type BuildSession, openSession } from "../session/build-session.ts";
import { anyPython } from "../session/find-python.ts";
import { findCompiler } from "./find-compiler.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "find-compiler-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/**
 * A machine with a uv that can download nothing, and `python3.12` of that version on PATH; counts the downloads tried.
 */
async function machine(name: string, python: string) {
  const folder = join(root, name);
  await mkdir(folder);
  const program = (file: string, lines: string) =>
    writeFile(join(folder, file), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  await program(
    "uv",
    `[ "$1" = --version ] && echo uv 0.9.5 && exit\necho "$@" >>'${folder}/log'\necho no network >&2\nexit 1`,
  );
  const answer = `echo cpython ${python} '${folder}/python'`;
  await program("python3.12", `echo script >>'${folder}/log'\n${answer}`);
  await program("python", answer);
  const warnings: string[] = [];
  const steps: string[] = [];
  return {
    warnings,
    /** What the builds said of their steps. */
    steps,
    async downloads() {
      const log = await readFile(join(folder, "log"), "utf8");
      return log.split("\n").filter((line) => line.startsWith("python install")).length;
    },
    /** How often the program on PATH was started, which is not the interpreter itself. */
    async scripts() {
      const log = await readFile(join(folder, "log"), "utf8");
      return log.split("\n").filter((line) => line === "script").length;
    },
    /** Another interpreter in the place of the first. */
    upgrade: (version: string) =>
      Promise.all([
        program("python3.12", `echo script >>'${folder}/log'\necho cpython ${version} '${folder}/python'`),
        program("python", `echo cpython ${version} '${folder}/python'`),
      ]),
    /** What `work` gives in a build of this machine that shares a repository. */
    async build<T>(cacheRepository: string, work: (session: BuildSession) => Promise<T>, turns?: Turns): Promise<T> {
      vi.stubEnv("IMAGESPEC_CACHE_DIR", join(folder, "cache"));
      vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
      const options: Options = {
        uv: join(folder, "uv"),
        manifestFormat: "oci",
        strict: false,
        sourceDistributions: "refuse",
        cacheBytes: 2 ** 30,
        cacheRepository,
      };
      const request = buildRequest({
        plan: { reference: `${cacheRepository}/image:1` },
        options,
        emit: (event) => {
          if (event.type === "warning") warnings.push(event.message);
          if (event.type === "step") steps.push(`${event.status} ${event.name}`);
          if (event.type === "log") steps.push(event.line);
        },
      });
      const session = await openSession(request, turns);
      try {
        const result = await work(session);
        await session.shared?.save();
        return result;
      } finally {
        await session.close();
      }
    },
  };
}

const compilerFor = (version: string) => async (session: BuildSession) =>
  (await findCompiler(session, { minor: "3.12", version }, "uv:0.9.5")).version;
const compiler = compilerFor("3.12");

describe("findCompiler", () => {
  it("compiles with the machine's Python where uv has none, and tries no download where others did so too", async () => {
    await using registry = await startRegistry();
    const shared = `${registry.host}/cache`;
    const first = await machine("first", "3.12.9");
    expect(await first.build(shared, compiler)).toBe("3.12.9");
    expect(await first.downloads()).toBe(1);
    const step = "download of Python 3.12";
    expect(first.steps).toEqual([`started ${step}`, "no network", `failed ${step}`]);
    const alike = await machine("alike", "3.12.9");
    expect(await alike.build(shared, compiler)).toBe("3.12.9");
    expect(await alike.downloads()).toBe(0);
    const another = await machine("another", "3.12.4");
    expect(await another.build(shared, compiler)).toBe("3.12.4");
    expect(await another.downloads()).toBe(1);
  });

  it("tries one download for builds side by side", async () => {
    await using registry = await startRegistry();
    const one = await machine("one", "3.12.9");
    const turns: Turns = new Map();
    const found = await Promise.all([1, 2, 3].map(() => one.build(`${registry.host}/cache`, compiler, turns)));
    expect([found, await one.downloads()]).toEqual([["3.12.9", "3.12.9", "3.12.9"], 1]);
  });

  it("compiles with the image's own version where the machine has it, says so, and keeps apart what others compiled with", async () => {
    await using registry = await startRegistry();
    const shared = `${registry.host}/cache`;
    const one = await machine("one", "3.12.9");
    const folder = await mkdtemp(join(root, "second-"));
    await writeFile(join(folder, "python3.12"), `#!/bin/sh\necho cpython 3.12.4 '${folder}/python3.12'\n`, {
      mode: 0o755,
    });
    const find = (version: string) => async (session: BuildSession) => {
      vi.stubEnv("PATH", `${process.env.PATH}:${folder}`);
      return compilerFor(version)(session);
    };
    expect(await one.build(shared, find("3.12.4"))).toBe("3.12.4");
    expect(await one.build(shared, find("3.12.6"))).toBe("3.12.9");
    expect(one.warnings).toEqual([
      expect.stringContaining(`${folder}/python3.12 (3.12.4, the image's own version)`),
      expect.stringContaining(`${join(root, "one")}/python (3.12.9)`),
    ]);
    // Each is what others begin with for the same image, and not for another one.
    for (const [version, of] of [
      ["3.12.4", "3.12.4"],
      ["3.12.9", "3.12.6"],
    ] as const) {
      const another = await machine(`another-${version}`, version);
      expect(await another.build(shared, compilerFor(of))).toBe(version);
      expect(await another.downloads()).toBe(0);
    }
    const last = await machine("last", "3.12.4");
    expect(await last.build(shared, compilerFor("3.12.6"))).toBe("3.12.4");
    expect(await last.downloads()).toBe(1);
  });

  it("starts the interpreter itself that a program on PATH led to before, and the program again where that changed", async () => {
    await using registry = await startRegistry();
    const one = await machine("one", "3.12.9");
    for (let build = 0; build < 3; build++) expect(await one.build(`${registry.host}/cache`, compiler)).toBe("3.12.9");
    expect(await one.scripts()).toBe(1);
    await one.upgrade("3.12.10");
    expect(await one.build(`${registry.host}/cache`, compiler)).toBe("3.12.10");
    expect(await one.scripts()).toBe(2);
    await rm(join(root, "one", "python"));
    expect(await one.build(`${registry.host}/cache`, compiler)).toBe("3.12.10");
    expect(await one.scripts()).toBe(3);
  });

  it("starts no program while the files of those that answered before are the same", async () => {
    await using registry = await startRegistry();
    const one = await machine("one", "3.12.9");
    const ask = "import sys; print(sys.executable, '%d.%d.%d' % sys.version_info[:3])";
    const [path = "", version = ""] = (await runTool("python3", ["-c", ask])).stdout.trim().split(" ");
    const minor = version.replace(/\.\d+$/, "");
    await symlink(path, join(root, "one", `python${minor}`));
    const log = `[ "$1" = --version ] && echo uv 0.9.5 && exit\n[ "$2" = list ] && echo '[{"version":"${minor}.99"}]' && exit\nexit 1`;
    await writeFile(join(root, "one", "uv"), `#!/bin/sh\n${log}\n`, { mode: 0o755 });
    // The dynamic linker writes a file for each program that starts.
    const started = join(root, "started");
    const find = async (session: BuildSession) => {
      await mkdir(started);
      vi.stubEnv("LD_DEBUG", "statistics");
      vi.stubEnv("LD_DEBUG_OUTPUT", join(started, "program"));
      const found = await findCompiler(session, { minor, version: minor }, "uv:0.9.5");
      const programs = await readdir(started);
      await rm(started, { recursive: true });
      return { version: found.version, any: programs.length > 0 };
    };
    const build = () => one.build(`${registry.host}/cache`, find);
    expect(await build()).toEqual({ version, any: true });
    expect(await build()).toEqual({ version, any: false });
    // As for an upgrade.
    await rm(join(root, "one", `python${minor}`));
    await copyFile(path, join(root, "one", `python${minor}`));
    expect(await build()).toMatchObject({ any: true });
  });

  it("shares a download that fails with whoever looks for any Python", async () => {
    await using registry = await startRegistry();
    const one = await machine("one", "3.12.9");
    const resolving = async (session: BuildSession) => {
      const uv = await session.uv("uv:0.9.5");
      const found = await Promise.allSettled([
        compiler(session),
        anyPython(session, uv, { minor: "3.12", version: "3.12" }),
      ]);
      return found.map((result) => (result.status === "fulfilled" ? result.value : result.reason.code));
    };
    // The one that compiles resolves as well.
    expect(await one.build(`${registry.host}/cache`, resolving)).toEqual(["3.12.9", join(root, "one", "python")]);
    expect(await one.scripts()).toBe(1);
    const none = await machine("none", "3.12.9");
    await rm(join(root, "none", "python3.12"));
    expect(await none.build(`${registry.host}/other`, resolving)).toEqual(["E_UNSUPPORTED", "E_TOOL_MISSING"]);
    expect(await none.downloads()).toBe(1);
  });

  it("compiles with the Python that its uv installs, not with what another uv left in the cache", async () => {
    await using registry = await startRegistry();
    const one = await machine("one", "3.12.9");
    const log = join(root, "one", "log");
    // A uv that has put each version it was ever asked for into the cache, and knows another as the newest.
    const uvOf = (version: string, newest: string) => {
      return writeFile(
        join(root, "one", "uv"),
        [
          "#!/bin/sh",
          `echo "$@" >>'${log}'`,
          `[ "$1" = --version ] && echo uv ${version} && exit`,
          `[ "$2 $3" = 'list cpython-3.12' ] && echo '[{"version":"${newest}"}]' && exit`,
          'for last; do [ "$last" = --no-bin ] || wanted=$last; done',
          'at="$UV_PYTHON_INSTALL_DIR/$wanted"',
          `[ "$2" = install ] && mkdir -p "$at" && printf '#!/bin/sh\\necho cpython %s %s/python\\n' "$wanted" "$at" >"$at/python" && chmod +x "$at/python" && exit`,
          '[ "$2" = find ] && for found in "$UV_PYTHON_INSTALL_DIR/$wanted"*/python; do [ -x "$found" ] && echo "$found" && exit; done',
          "exit 1",
        ].join("\n"),
        { mode: 0o755 },
      );
    };
    const compiledBy = (image: string) =>
      one.build(
        `${registry.host}/cache`,
        async (session) => (await findCompiler(session, { minor: "3.12", version: "3.12.11" }, image)).version,
      );
    await uvOf("0.9.5", "3.12.11");
    expect(await compiledBy("uv:0.9.5")).toBe("3.12.11");
    await uvOf("0.9.6", "3.12.12");
    expect(await compiledBy("uv:0.9.6")).toBe("3.12.12");
    await uvOf("0.9.5", "3.12.11");
    expect(await compiledBy("uv:0.9.5")).toBe("3.12.11");
    expect(await one.downloads()).toBe(2);
  });
});
