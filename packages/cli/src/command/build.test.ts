import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ImageSpec } from "@imagespec/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliFolder } from "../fixtures/cli-process.ts";

const CORE = new URL("../../../core/dist/builder.js", import.meta.url).href;

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
});
afterEach(() => cli.remove());

describe("build", () => {
  const builder = (body: string) => `
    import { runTool } from ${JSON.stringify(CORE)};
    export default { [Symbol.for("imagespec.builder")]: 1, builderType: "local", async buildImage(request) { ${body} } };`;
  const spec = { name: "app", platform: "linux/amd64", base_image: "base:1", builder: "local" };
  const DIGEST = `sha256:${"a".repeat(64)}`;
  beforeEach(async () => {
    await cli.write("imagespec.config.json", { plugins: ["./builder.mjs"] });
    await cli.write("imagespec.json", spec);
    await cli.write(
      "builder.mjs",
      builder(`request.emit({ type: "log", stream: "stdout", line: "hello" });
        return { reference: request.plan.reference, digest: "${DIGEST}" };`),
    );
  });

  it("prints the reference with its digest and nothing else on standard output", async () => {
    const tag = await ImageSpec.parse(spec, { root: cli.path }).tag();
    const { code, stdout, stderr } = await cli.run(["build"]);
    expect([code, stdout]).toEqual([0, `app:${tag}@${DIGEST}\n`]);
    expect(stderr).toContain("  | hello");
    expect(stderr).toContain("built by local");
  });

  it("--json prints one event a line and the outcome last", async () => {
    const { stdout, stderr } = await cli.run(["build", "--json"]);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual(["step", "step", "step", "log", "step", "outcome"]);
    expect(events.at(-1)).toMatchObject({
      status: "built",
      builder: "local",
      digest: DIGEST,
      platforms: ["linux/amd64"],
    });
    expect(stderr).toBe("");
  });

  it("--trace writes the steps in Chrome's format, of a build that failed too; the summary says how long it took", async () => {
    const first = await cli.run(["build", "--trace", "trace.json"]);
    expect(first.stderr).toMatch(/^ {2}\d+\.\d s: 0 steps run$/m);
    await cli.write("builder.mjs", builder('throw new Error("no");'));
    await cli.run(["build", "--trace", "failed.json"]);
    for (const [file, cat] of [
      ["trace.json", "done"],
      ["failed.json", "failed"],
    ] as const) {
      const { traceEvents } = JSON.parse(await readFile(join(cli.path, file), "utf8"));
      const spans = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
      expect(spans).toMatchObject([
        { name: "check whether the image exists", cat: "done" },
        { name: "build the image", cat, dur: expect.any(Number), pid: 1 },
      ]);
    }
  });

  it.each(["no/such/folder.json", "imagespec.json/trace.json", ".", "pipe"])(
    "--trace %s is refused before anything is built",
    async (file) => {
      if (file === "pipe") execFileSync("mkfifo", [join(cli.path, file)]);
      const { code, stdout, stderr } = await cli.run(["build", "--trace", file]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^error: E_OPTIONS: The trace cannot be written: /);
    },
  );

  it.runIf(existsSync("/dev/full"))(
    "a trace that could not be written in the end hides neither image nor error",
    async () => {
      const built = await cli.run(["build", "--trace", "/dev/full"]);
      expect([built.code, built.stdout]).toEqual([1, expect.stringContaining(DIGEST)]);
      expect(built.stderr).toMatch(/^error: E_OUTPUT: The trace cannot be written: ENOSPC/m);
      await cli.write("builder.mjs", builder(`await runTool("sh", ["-c", "exit 3"]);`));
      const failed = await cli.run(["build", "--trace", "/dev/full"]);
      expect(failed.stderr).toMatch(/warning: The trace cannot be written: ENOSPC.*^error: E_BUILD: /ms);
      const events = (await cli.run(["build", "--json", "--trace", "/dev/full"])).stdout.trim().split("\n");
      expect(events.slice(-2).map((line) => JSON.parse(line))).toMatchObject([
        { type: "warning", message: expect.stringMatching(/^The trace cannot be written/) },
        { type: "error", code: "E_BUILD" },
      ]);
    },
  );

  it("--json ends with the error, and exits with 1 for what failed", async () => {
    await cli.write("builder.mjs", builder(`await runTool("sh", ["-c", "echo boom >&2; exit 3"]);`));
    const { code, stdout } = await cli.run(["build", "--json"]);
    const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({ type: "error", code: "E_BUILD", details: { exitCode: 3, tail: ["boom"] } });
    expect(code).toBe(1);
  });

  it("explain names what changed since the last build", async () => {
    await cli.run(["build"]);
    expect((await cli.run(["explain"])).stdout).toContain("same content as the last one built");
    await cli.write("imagespec.json", { ...spec, env: { MODE: "x" } });
    const { stdout } = await cli.run(["explain"]);
    expect(stdout).toContain('"imagespec": 1');
    expect(stdout).toMatch(/what changed since the last one built \(.*\):\n {2}parameter env\.MODE: added "x"\n$/);
    expect(JSON.parse((await cli.run(["explain", "--json"])).stdout)).toMatchObject({
      against: { reference: expect.stringMatching(/^app:/) },
      differences: [{ of: "parameter", name: "env.MODE", kind: "added", after: "x" }],
    });
  });

  it("passes builder options on as JSON values or text", async () => {
    await cli.write("builder.mjs", builder(`throw new Error(JSON.stringify(request.options));`));
    const { stderr } = await cli.run([
      "build",
      "--builder-option",
      "a=true",
      "--builder-option",
      "b=x=y",
      "--builder-option",
      "c=[1]",
    ]);
    expect(stderr).toContain('{"a":true,"b":"x=y","c":[1]}');
  });

  it("prints nothing inside the image's own container", async () => {
    const { id } = ImageSpec.parse(spec, { root: cli.path });
    expect(await cli.run(["build"], { env: { _F_IMG_ID: id } })).toMatchObject({ code: 0, stdout: "" });
  });

  it("lists the builder without importing others, and doctor asks them", async () => {
    const { stdout } = await cli.run(["builders"]);
    expect(stdout).toMatch(/^\.\/builder\.mjs\t5\tplugins of /m);
    const reports = JSON.parse((await cli.run(["doctor", "--json"])).stdout).builders;
    expect(reports.find(({ type }: { type: string }) => type === "local")).toMatchObject({ status: "usable" });
  });

  it.each(["SIGINT", "SIGTERM"] as const)("%s ends it with 130 within 5 s, its tools with it", async (signal) => {
    const pidFile = join(cli.path, "pid");
    await cli.write(
      "builder.mjs",
      builder(`const { signal, emit } = request;
        await runTool("sh", ["-c", "trap '' TERM; echo $$ > ${pidFile}; echo ready; while :; do sleep 0.1; done"],
          { signal, onLine: (line) => emit({ type: "log", stream: "stdout", line }) });`),
    );
    const { child, ended } = cli.start(["build"]);
    await new Promise<void>((resolve) =>
      child.stderr.on("data", (chunk) => String(chunk).includes("ready") && resolve()),
    );
    const from = Date.now();
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect(Date.now() - from).toBeLessThan(5000);
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toContain("E_ABORTED");
    const stat = await readFile(`/proc/${(await readFile(pidFile, "utf8")).trim()}/stat`, "utf8").catch(() => "");
    expect(stat === "" || stat.includes(") Z ")).toBe(true);
  });

  it("goes on to its end when nobody reads what it prints", async () => {
    const done = join(cli.path, "done");
    await cli.write(
      "builder.mjs",
      builder(`request.emit({ type: "log", stream: "stdout", line: "ready" });
        await new Promise((go) => setTimeout(go, 300));
        for (let i = 0; i < 9; i++) request.emit({ type: "log", stream: "stdout", line: "more" });
        await runTool("touch", ["${done}"]);`),
    );
    const { child, ended } = cli.start(["build", "--json"]);
    await new Promise<void>((resolve) =>
      child.stdout.on("data", (chunk) => String(chunk).includes("ready") && resolve()),
    );
    child.stdout.destroy();
    expect((await ended).code).toBe(0);
    expect(await readFile(done, "utf8")).toBe("");
  });

  it("keeps its memory while nobody reads, and the outcome comes all the same", async () => {
    const ready = join(cli.path, "ready");
    await cli.write(
      "builder.mjs",
      builder(`for (let i = 0; i < 400_000; i++) {
          request.emit({ type: "log", stream: "stdout", line: "x".repeat(1000) });
          if (i % 1000 === 0) await new Promise((go) => setImmediate(go));
        }
        await runTool("touch", ["${ready}"]);`),
    );
    const { child, ended } = cli.start(["build", "--json"]);
    child.stdout.pause();
    while (!existsSync(ready) && child.exitCode === null) await new Promise((done) => setTimeout(done, 50));
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    // Of 400 MB that were said.
    expect(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0)).toBeLessThan(300 * 1024);
    child.stdout.resume();
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    const events = stdout.trimEnd().split("\n");
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({ type: "outcome" });
    expect(events.some((line) => line.includes("were left out"))).toBe(true);
  });

  it("a signal ends it within 5 s also when nobody reads", async () => {
    await cli.write(
      "builder.mjs",
      builder(`for (let i = 0; i < 1000; i++) request.emit({ type: "log", stream: "stdout", line: "x".repeat(1000) });
        await runTool("touch", ["${cli.path}/ready"]);
        await new Promise((done) => setTimeout(done, 60000));`),
    );
    const { child, ended } = cli.start(["build", "--json"]);
    child.stdout.pause();
    while (!existsSync(join(cli.path, "ready"))) await new Promise((done) => setTimeout(done, 50));
    const from = Date.now();
    child.kill("SIGTERM");
    await new Promise((done) => child.once("exit", done));
    expect(Date.now() - from).toBeLessThan(6000);
    child.stdout.resume();
    expect((await ended).code).toBe(130);
  });

  it("a second signal ends it at once", async () => {
    await cli.write(
      "builder.mjs",
      builder(
        `request.emit({ type: "log", stream: "stdout", line: "ready" }); await new Promise((done) => setTimeout(done, 60000));`,
      ),
    );
    const { child, ended } = cli.start(["build"]);
    await new Promise<void>((resolve) =>
      child.stderr.on("data", (chunk) => String(chunk).includes("ready") && resolve()),
    );
    child.kill("SIGINT");
    await new Promise((done) => setTimeout(done, 200));
    const from = Date.now();
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    expect(Date.now() - from).toBeLessThan(1000);
  });
});
