import type { ImageSpec, ImageSpecParameters } from "@imagespec/core";
import { expect } from "vitest";
import { runContainer } from "../../container/run-container.ts";
import type { Contract } from "../contract.ts";
import { type NamedCases, showing } from "../contract-case.ts";
import { lazy } from "../lazy.ts";

// Tells what a module's bytecode is: `checked` is PEP 552's flags 3 with the hash of the source as it is.
const BYTECODE = `
import glob, importlib.util
for source in sorted(glob.glob("/opt/venv/lib/python3*/site-packages/**/*.py", recursive=True)):
    try:
        with open(importlib.util.cache_from_source(source), "rb") as file:
            head = file.read(16)
    except OSError:
        print("missing", source)
        continue
    with open(source, "rb") as file:
        expected = importlib.util.MAGIC_NUMBER + (3).to_bytes(4, "little") + importlib.util.source_hash(file.read())
    print("checked" if head == expected else "other", source)
`;
const FOREIGN = "find /root/ /opt/venv/ ! -user flytekit; find /root/ /opt/venv/ ! -group flytekit";

/** What processes in the image meet: owners, search paths, login shells, bytecode. */
export function runtimeCases(contract: Contract): NamedCases {
  const { build, packages, builderType } = contract;
  const module = packages.name.replaceAll("-", "_");
  const parameters = (): ImageSpecParameters => ({
    builder: builderType,
    packages: [`${packages.name}==${packages.older}`],
    ...contract.pip(),
    env: {
      PATH: "/tool/bin:$PATH",
      LD_LIBRARY_PATH: `/x:\${LD_LIBRARY_PATH}:$HOME`,
      PYTHONPATH: "/spec/lib",
      OTHER: "$PATH $OTHERS",
      LARGE: "\u00e9".repeat(35_000),
    },
  });
  const runtimeImage = lazy(async () => {
    const env = { LD_LIBRARY_PATH: "/base/lib", PYTHONPATH: "/app" };
    const baseImage = build.spec("searched", { builder: builderType, env });
    return (await build.pulled(build.spec("runtime", { baseImage, ...parameters() }))).image;
  });
  const shell = async (image: string, script: string) => {
    const result = await runContainer(build.docker, image, { entrypoint: ["/bin/sh"], cmd: ["-c", script] });
    expect(result.stderr).toBe("");
    return result.stdout;
  };
  const edited = (text: string) =>
    `echo 'VERSION = "${text}"' > /opt/venv/lib/python3.11/site-packages/${module}/__init__.py`;
  const version = `python -c 'import ${module}; print(${module}.VERSION)'`;

  const cases: NamedCases = {
    "owners: /root and the environment belong to the user, whatever the base had there": async () => {
      const image = await runtimeImage();
      expect(await shell(image, FOREIGN)).toBe("");
      expect(await shell(image, "touch /root/.profile /opt/venv/bin/own && echo written")).toBe("written\n");
    },
    "self-reference: a variable may name the base's value of itself, and nothing else": async () => {
      const image = await runtimeImage();
      const path = await shell(image, "echo $PATH");
      expect(path).toMatch(/^\/opt\/venv\/bin:\/tool\/bin:.*\/usr\/bin/);
      expect(path).not.toContain("$");
      expect(await shell(image, "echo $LD_LIBRARY_PATH")).toBe("/x:/base/lib:$HOME\n");
      expect(await shell(image, "echo $OTHER")).toBe("$PATH $OTHERS\n");
      expect(await shell(image, "printf %s $LARGE | wc -c")).toMatch(/^\s*70000\s*$/);
    },
    "path: PYTHONPATH is /root, then the spec's, then the base's": async () =>
      expect(await shell(await runtimeImage(), "echo $PYTHONPATH")).toBe("/root:/spec/lib:/root:/app\n"),
    "login-shells: login shells find the environment, with PATH as it is": async () => {
      const image = await runtimeImage();
      const path = await shell(image, "echo $PATH");
      for (const login of ["sh -lc", "bash -lc"]) {
        expect(await shell(image, `${login} 'echo $PATH; command -v python'`)).toBe(`${path}/opt/venv/bin/python\n`);
      }
    },
    "bytecode: modules have checked-hash bytecode": showing(["bytecode"], async () => {
      const image = await runtimeImage();
      const found = await runContainer(build.docker, image, { entrypoint: ["python"], cmd: ["-c", BYTECODE] });
      expect(found.stdout).toContain(`/${module}/__init__.py`);
      expect(found.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("checked"))).toEqual([]);
    }),
    "bytecode: bytecode: false leaves bytecode out": async () => {
      const { image } = await build.pulled(build.spec("plain", { ...parameters(), bytecode: false }));
      expect(await shell(image, "find /opt/venv/lib/*/site-packages -name '*.pyc'")).toBe("");
    },
    "bytecode: a module that is edited at run time is what runs": async () => {
      const script = `${edited("new")} && ${version} && ${version}`;
      expect(await shell(await runtimeImage(), script)).toBe("new\nnew\n");
    },
  };
  if (contract.refuses("commands")) return cases;
  const editedSpec = (): ImageSpec =>
    build.spec("edited", { ...parameters(), commands: [edited("first"), version, "touch /root/made"] });
  return {
    ...cases,
    "bytecode: a module that is edited by commands is what runs, in the image and in its child": async () => {
      const first = await build.pulled(editedSpec());
      expect(await shell(first.image, version)).toBe("first\n");
      const commands = [edited("again"), version];
      const child = await build.pulled(build.spec("edited-child", { baseImage: editedSpec(), commands }));
      expect(await shell(child.image, version)).toBe("again\n");
    },
    "owners: what commands leave in /root and in the environment belongs to the user": async () => {
      const { image } = await build.pulled(editedSpec());
      expect(await shell(image, FOREIGN)).toBe("");
    },
  };
}
