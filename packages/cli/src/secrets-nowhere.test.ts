import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CliFolder } from "./fixtures/cli-process.ts";

const CANARY = `canary-${randomBytes(12).toString("hex")}`;
/** As it is, in hex, and in base64 behind each number of other bytes. */
const FORMS = [
  CANARY,
  Buffer.from(CANARY).toString("hex"),
  ...[0, 1, 2].map((shift) =>
    Buffer.from("x".repeat(shift) + CANARY)
      .toString("base64")
      .slice(4, -4),
  ),
];
/** The files that hold it, which the spec names. */
const SECRETS: Record<string, string> = {
  netrc: `machine pypi.example login ann password ${CANARY}\n`,
  "pip.conf": `[global]\nindex-url = https://ann:${CANARY}@pypi.example/simple\n`,
  "docker.json": JSON.stringify({
    auths: { "127.0.0.1:9": { auth: Buffer.from(`ann:${CANARY}`).toString("base64") } },
  }),
  "config.json": JSON.stringify({ auths: { "127.0.0.1:9": { username: "ann", password: CANARY } } }),
};

let cli: CliFolder;
beforeAll(async () => {
  cli = await CliFolder.make();
  for (const [path, text] of Object.entries(SECRETS)) await cli.write(path, text);
  const spec = {
    name: "app",
    registry: "127.0.0.1:9",
    platform: "linux/amd64",
    baseImage: "127.0.0.1:9/base:1",
    packages: ["six==1.17.0"],
    registryConfig: "docker.json",
    pipSecretMounts: [["netrc", "/root/.netrc"]],
  };
  await cli.write("ok.json", spec);
  await cli.write("conf.json", { ...spec, pipSecretMounts: [["pip.conf", "/etc/pip.conf"]] });
  // Faults of files that hold it, and of parameters into which somebody wrote it.
  await cli.write("lines.json", { ...spec, requirements: "netrc" });
  await cli.write("toml.json", { ...spec, requirements: "uv.lock" });
  await cli.write("uv.lock", `password = ${CANARY}\n`);
  await cli.write("pyproject.toml", `x = https://ann:${CANARY}@pypi.example\n`);
  await cli.write("url.json", { ...spec, pipIndex: `https://ann:${CANARY}@pypi.example/simple` });
  await cli.write("lists.json", {
    ...spec,
    packages: [`x @ https://ann:${CANARY}@pypi.example/x.whl`],
    pipExtraArgs: `--index https://${CANARY}@pypi.example/simple`,
    condaChannels: [`https://conda.example/t/${CANARY}/channel`],
    baseImage: `ann:${CANARY}@pypi.example/base`,
    registry: `ann:${CANARY}@pypi.example`,
  });
  await cli.write("cut.json", `{"name": "app", "pipIndex": "https://ann:${CANARY}@pypi.example/simple", `);
  await cli.write("cut.yaml", `name: app\npipIndex: https://ann:${CANARY}@pypi.example/simple\n  x: [\n`);
});
afterAll(() => cli.remove());

const LINES = ["ok", "conf", "lines", "toml", "url", "lists", "cut"].flatMap((name) =>
  ["tag", "exists", "plan", "render", "explain --json", "doctor --json", "build --json"].map(
    (line) => `${line} ${name}.json`,
  ),
);

describe("a secret is in no answer, error or event", () => {
  it.each([...LINES, "tag cut.yaml", "build conf.json --builder uv-micromamba", "explain ok.json", "doctor ok.json"])(
    "of %s",
    async (line) => {
      const env = { HTTPS_PROXY: `http://ann:${CANARY}@127.0.0.1:9`, IMAGESPEC_PLUGINS: "off" };
      const { stdout, stderr } = await cli.run(line.split(" "), { env, input: "" });
      expect(stdout + stderr).not.toBe("");
      expect(FORMS.filter((form) => (stdout + stderr).includes(form))).toEqual([]);
    },
  );
});

it("a secret is in no file that calls leave", async () => {
  await cli.write("copied.txt", "in the image");
  await cli.write("copies.json", { name: "app", copy: ["copied.txt"], pipSecretMounts: [["netrc", "/root/.netrc"]] });
  await cli.run(["tag", "copies.json"]);
  await cli.run(["build", "ok.json", "--trace", "trace.json"]);
  const left = await readdir(cli.path, { recursive: true, withFileTypes: true });
  const own = new Set([...Object.keys(SECRETS), "uv.lock", "pyproject.toml"]);
  const read: string[] = [];
  for (const file of left) {
    if (!file.isFile() || own.has(file.name) || /^(?:url|lists|cut)\.\w+$/.test(file.name)) continue;
    const path = join(file.parentPath, file.name);
    const content = await readFile(path);
    read.push(relative(cli.path, path));
    expect(
      FORMS.filter((form) => path.includes(form) || content.includes(form)),
      path,
    ).toEqual([]);
  }
  // What the cache keeps of files, and the trace, are what could hold it.
  expect(read).toEqual(expect.arrayContaining(["trace.json", expect.stringMatching(/^cache\/stat\//)]));
});
