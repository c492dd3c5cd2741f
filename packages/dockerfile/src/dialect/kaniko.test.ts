import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EnvironmentStep, PackagesStep, PlanSteps, ShippedFile } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { renderDockerfile } from "../render-dockerfile.ts";

const uvImage = "ghcr.io/astral-sh/uv:1";
const venv: EnvironmentStep = {
  manager: "venv",
  prefix: "/opt/venv",
  python: { from: "base" },
  uvImage,
  bytecode: true,
};
const packages: PackagesStep = {
  source: { from: "requirements", packages: ["numpy==2"], requirements: "requirements/r.txt" },
  index: undefined,
  extraIndexes: [],
  extraArgs: [],
  secrets: [{ id: "pip-0", target: "/root/.netrc" }],
};
const environment = venv;
const files: PlanSteps["files"] = { trees: [{ from: "source", to: "/root" }] };
const commands = { commands: ["echo $TARGETARCH", "cat <<EOF\nx\nEOF"], uvImage };
const apt = { packages: ["git"] };

const link = (path: string): ShippedFile => ({ type: "symlink", path, mode: 0o777, link: "target" });

function render(steps: Partial<PlanSteps>, extra: { contextImage?: string; files?: ShippedFile[] } = {}): string {
  const plan = buildPlan({ base: "python:3.11", steps });
  return renderDockerfile(plan, { dialect: "kaniko", builder: "kaniko@1", files: [], ...extra }).text;
}
const instructions = (text: string) => text.split("\n").filter((line) => /^[A-Z]+ /.test(line));
const finalStage = (text: string) => text.slice(text.lastIndexOf("\nFROM "));

describe("renderKaniko", () => {
  it.each<[string, Partial<PlanSteps>]>([
    ["all steps", { apt, environment, packages, files, commands }],
    [
      "conda",
      {
        environment: {
          ...venv,
          manager: "conda",
          prefix: "/opt/micromamba/envs/runtime",
          pythonVersion: "3.12",
          packages: ["gdal"],
          channels: ["conda-forge"],
          micromambaImage: "mambaorg/micromamba:2",
        } as EnvironmentStep,
        packages,
      },
    ],
  ])("writes nothing that kaniko ignores: %s", (_name, steps) => {
    const text = render(steps);
    expect(text).not.toMatch(/--mount|--link|--platform/);
    for (const line of instructions(text)) expect(line).not.toMatch(/<</);
    expect(text).not.toMatch(/^(ARG|FROM).*(TARGET|BUILD)(ARCH|PLATFORM)/m);
  });

  it.each<[string, Partial<PlanSteps>]>([
    ["apt alone", { apt }],
    ["apt and an environment", { apt, environment, packages }],
  ])("adds the image's user once, before Debian packages add groups of their own: %s", (_name, steps) => {
    const [before, after, ...more] = render(steps).split("apt_get update");
    expect(before).toContain(">>/etc/passwd");
    expect(after).not.toContain(">>/etc/passwd");
    expect(more).toEqual([]);
  });

  it("gives very many links their owner by as many scripts as a shell can be started with", () => {
    const paths = Array.from({ length: 5000 }, (_, at) => `source/a-folder-with-a-long-name/link-${at}`);
    const runs = instructions(render({ files }, { files: paths.map(link) }).replaceAll(" \\\n", " ")).filter((line) =>
      line.includes("link-"),
    );
    for (const run of runs) expect(Buffer.byteLength(run)).toBeLessThan(128 * 1024);
    const owned = runs.flatMap((run) => run.match(/\/root\/\S+/g) ?? []);
    expect(owned).toEqual(paths.map((path) => path.replace("source", "/root")));
  });

  it("makes the environment in a stage of its own and leaves helpers there", () => {
    const text = render({ apt, environment, packages, files });
    const last = finalStage(text);
    expect(text).toMatch(/FROM python:3\.11 AS imagespec-system\n[\s\S]*apt-get/);
    expect(text).toMatch(/FROM imagespec-system AS imagespec-environment\n[\s\S]*uv venv/);
    expect(last).toMatch(/^\nFROM imagespec-system\n/);
    expect(last).toContain("COPY --from=imagespec-environment /.imagespec/out/opt/ /opt/");
    expect(last).not.toMatch(/imagespec-uv|uv pip|requirements|\.imagespec\/bin/);
    expect(last.indexOf("rm -rf /opt/venv")).toBeLessThan(last.indexOf("COPY --from=imagespec-environment"));
  });

  it("needs one stage when there is no environment", () => {
    expect(render({ files }).match(/^FROM /gm)).toHaveLength(1);
    expect(render({ apt, files }).match(/^FROM /gm)).toHaveLength(1);
  });

  it("removes the commands' helpers in the last RUN", () => {
    const last = render({ environment, commands }).split("\nRUN ").at(-1) ?? "";
    expect(last).toMatch(/; rm -rf \/\.imagespec$/m);
    expect(last).not.toContain("COPY");
  });

  it.each<[string, Partial<PlanSteps>, number]>([
    ["the base alone", { env: { lead: {}, variables: { A: "1" } } }, 1],
    ["what Debian packages bring", { apt }, 2],
    ["an environment", { environment, packages }, 2],
    ["what commands make", { commands }, 2],
  ])("looks for links at which kaniko's snapshot ends before it takes one: %s", (_, steps, times) => {
    expect(render(steps).match(/follow_links ''/g)?.length).toBeGreaterThanOrEqual(times);
    expect(finalStage(render({ files }, { files: [link("source/a")] })).match(/follow_links ''/g)).toHaveLength(2);
  });

  it.each(["update", "install", "clean"])(
    "ends with apt-get's exit code where %s fails, and looks for no links then",
    (fails) => {
      const folder = mkdtempSync(join(tmpdir(), "imagespec-apt-"));
      writeFileSync(join(folder, "apt-get"), `#!/bin/sh\ncase " $* " in *" ${fails} "*) exit 100;; esac\n`);
      writeFileSync(join(folder, "rm"), "#!/bin/sh\n");
      for (const program of ["apt-get", "rm"]) chmodSync(join(folder, program), 0o755);
      const step = render({ apt })
        .split("\nRUN ")
        .find((text) => text.includes("apt_get install"));
      const script = step?.replace(/follow_links ''.*$/s, "echo looked") ?? "";
      const env = { PATH: `${folder}:${process.env.PATH}` };
      const { status, stdout } = spawnSync("/bin/sh", ["-c", script], { env, encoding: "utf8" });
      rmSync(folder, { recursive: true });
      expect({ status, stdout }).toEqual({ status: 100, stdout: "" });
    },
  );

  it("passes on a base whose environment is behind a link, before any other step", () => {
    const text = render({ environment, packages });
    expect(text.indexOf("does not extend an environment behind a link")).toBeLessThan(text.indexOf("uv venv"));
    expect(text).toContain("[ -L /opt/venv ] && [ -x /opt/venv/bin/python ] && [ ! -x /opt/micromamba");
    expect(render({ files })).not.toContain("behind a link");
    const managed: EnvironmentStep = { ...venv, python: { from: "version", version: "3.12" } };
    expect(render({ environment: managed })).toContain("if [ -L /opt/python ]; then");
    expect(text).not.toContain("if [ -L /opt/python ]; then");
    expect(text).toContain(`chmod "$(stat -c %a /opt/.)" /.imagespec/out/opt;`);
  });

  it("takes files from the image of the context when there is one", () => {
    const digest = `r.example/x@sha256:${"a".repeat(64)}`;
    const text = render({ environment, packages, files }, { contextImage: digest });
    expect(text).toContain(`FROM ${digest} AS imagespec-context`);
    expect(text).toContain("COPY --from=imagespec-context /requirements/ /.imagespec/requirements/");
    expect(text).toContain("COPY --chown=flytekit --from=imagespec-context /source/ /root/");
  });

  it("makes way for each tree before it is copied, from where the executor keeps it", () => {
    const trees: PlanSteps["files"] = {
      trees: [
        { from: "source", to: "/root" },
        { from: "copy", to: "/root" },
      ],
    };
    const order = (text: string) =>
      [...text.matchAll(/for tree in (.*?); do|(COPY) --chown/g)].map(([, places, copy]) => copy ?? places);
    expect(order(render({ files: trees }))).toEqual([
      "/kaniko/buildcontext/source",
      "COPY",
      "/kaniko/buildcontext/copy",
      "COPY",
    ]);
    expect(order(render({ files }, { contextImage: "r.example/x" }))).toEqual([
      "/kaniko/0/source /kaniko/deps/0/source",
      "COPY",
    ]);
  });

  it("names what a tree holds in the step that makes way for it, so that no cache takes it for another's", () => {
    const [one, two] = [link("source/a"), link("source/b")].map((file) => render({ files }, { files: [file] }));
    const text = (of: string | undefined) => /RUN [^\n]*\\\n(?:.*\\\n)*?.*: ([0-9a-f]{64});/.exec(of ?? "")?.[1];
    expect(text(one)).toMatch(/./);
    expect(text(one)).not.toBe(text(two));
    expect(text(one)).toBe(text(render({ files }, { files: [link("source/a"), link("copy/c")] })));
  });

  it("gives links their owner, which COPY does not", () => {
    const text = render({ files }, { files: [link("source/a b"), link("copy/other")] });
    expect(text).toMatch(/chown -h flytekit: \\\n {4}'\/root\/a b'\n/);
    expect(text).not.toContain("other");
    expect(render({ files })).not.toContain("chown -h flytekit");
  });

  it("ends with the label of the builder and the id", () => {
    expect(render({ files })).toMatch(/dev\.imagespec\.builder="kaniko@1"[\s\S]*ENV _F_IMG_ID="xyz"\n$/);
  });
});
