import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { ENVIRONMENT_PREFIXES, type UserStep } from "@imagespec/core/builder";
import { expect, it } from "vitest";
import { condaScript } from "./conda.ts";

const { conda: CONDA } = ENVIRONMENT_PREFIXES;

it.each([
  ["no package fits, and the base has an environment", "exit 1", {}],
  ["its names cannot be recorded", "exit 0", { mirrors: { "https://conda.anaconda.org": "https://m.example/conda" } }],
])("the step fails where %s", (_, micromamba, more) => {
  const folder = mkdtempSync(join(tmpdir(), "imagespec-conda-"));
  const prefix = join(folder, "runtime");
  mkdirSync(join(prefix, "conda-meta"), { recursive: true });
  writeFileSync(join(folder, "micromamba"), `#!/bin/sh\n${micromamba}\n`, { mode: 0o755 });
  const step = { pythonVersion: undefined, packages: ["absent"], channels: ["conda-forge"], bytecode: false };
  const script = condaScript(
    { manager: "conda", prefix: CONDA, ...step, uvImage: "uv:1", micromambaImage: "micromamba:1", ...more },
    { bin: folder, requirements: folder, ca: join(folder, "ca"), cache: join(folder, "cache") },
    { name: userInfo().username, home: "/home/flytekit", workdir: "/root" } as UserStep,
  );
  const { status } = spawnSync("/bin/sh", ["-c", `${script.join(" ").replaceAll(CONDA, prefix)}; echo went on`], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  expect(status).not.toBe(0);
});
