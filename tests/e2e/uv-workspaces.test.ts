import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ImageSpec } from "@imagespec/core";
import { markerHolds } from "@imagespec/core/builder";
import { prepareBuild, readBuildOptions } from "@imagespec/core/internal";
import { startPackageIndex } from "@imagespec/testkit";
import fc from "fast-check";
import { parse } from "smol-toml";
import { afterAll, expect, test } from "vitest";
import { ensureServices } from "../../scripts/services/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { INDEXED, type Workspace, workspaces } from "../support/uv-workspaces.ts";

const services = await ensureServices();
const uv = join(services.tools, "uv");
const index = await startPackageIndex({
  packages: Object.entries(INDEXED).map(([name, requires]) => ({ name, version: "1.0", requires: [...requires] })),
});
afterAll(() => index.close());

const SEED = Number(process.env.IMAGESPEC_TEST_SEED || Math.floor(Date.now() / 86_400_000));
const RUNS = process.env.IMAGESPEC_TEST_FULL === "1" ? 200 : 12;
const PYTHON = "3.11.2";
const ENVIRONMENT = {
  python_version: "3.11",
  python_full_version: PYTHON,
  os_name: "posix",
  sys_platform: "linux",
  platform_system: "Linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  implementation_name: "cpython",
};

/** What `uv sync` would install of a workspace. */
async function synced({ ask }: Workspace, folder: string): Promise<string[]> {
  const part = [
    ...["--package", ask.member],
    ...ask.groups.flatMap((name) => ["--group", name]),
    ...ask.extras.flatMap((name) => ["--extra", name]),
    // uv would call both a contradiction; here the group that is named is included.
    ...(ask.noDev && !ask.groups.includes("dev") ? ["--no-dev"] : []),
    ...(ask.installProject ? [] : ["--no-install-project"]),
  ];
  const options = ["--frozen", "--dry-run", "--no-editable", "--no-python-downloads", "--python", "/usr/bin/python3"];
  const { stderr } = await promisify(execFile)(uv, ["sync", ...options, ...part], { cwd: folder });
  return [...stderr.matchAll(/^ \+ ([a-z0-9-]+)/gm)].map(([, name = ""]) => name).sort();
}

/** What an image of it is planned to hold. */
async function planned({ ask }: Workspace, folder: string): Promise<string[]> {
  const spec = new ImageSpec(
    {
      name: "workspace",
      baseImage: "debian:12",
      pythonVersion: PYTHON,
      platform: "linux/amd64",
      requirements: "uv.lock",
      uvProject: ask,
    },
    { root: folder },
  );
  const { plan, request } = await prepareBuild(spec, readBuildOptions(spec, {}, {}), { env: {}, cacheDir: folder });
  const source = plan.steps.packages?.source;
  if (source?.from !== "pylock") throw new Error("no packages are planned");
  const lock = request.files.find(({ path }) => path === source.lock);
  const { packages = [] } = parse(lock?.type === "file" ? (lock.text ?? "") : "") as {
    packages?: { name: string; marker?: string }[];
  };
  return [...packages, ...source.projects]
    .filter(({ marker }) => marker === undefined || markerHolds(marker, ENVIRONMENT))
    .map(({ name }) => name)
    .sort();
}

test(`the plan of a workspace holds what uv sync installs (IMAGESPEC_TEST_SEED=${SEED})`, async () => {
  for (const workspace of fc.sample(workspaces(index.url), { seed: SEED, numRuns: RUNS })) {
    await using folder = await temporaryFolder(workspace.files);
    await promisify(execFile)(uv, ["lock", "--no-python-downloads", "--python", "/usr/bin/python3"], {
      cwd: folder.path,
    });
    const expected = await synced(workspace, folder.path);
    expect(await planned(workspace, folder.path), JSON.stringify(workspace, null, 2)).toEqual(expected);
  }
}, 600_000);
