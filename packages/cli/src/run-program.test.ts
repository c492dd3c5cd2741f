import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliFolder } from "./fixtures/cli-process.ts";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
});
afterEach(() => cli.remove());

describe("the end of the program", () => {
  it.each([
    ["tag", 'setInterval(() => {}, 1000); export default { name: "app" };', 0],
    [
      "plan",
      'import net from "node:net"; net.createServer().listen(0, "127.0.0.1"); export default { name: "app" };',
      0,
    ],
    ["tag", 'setInterval(() => {}, 1000); export default { name: "a b" };', 2],
  ])("%s ends though something is left open: %s", async (command, module, code) => {
    await cli.write("imagespec.mjs", module);
    expect((await cli.run([command])).code).toBe(code);
  });

  it("comes after a long answer has been written in whole", async () => {
    const commands = Array.from({ length: 40_000 }, (_, index) => `echo ${index}`);
    await cli.write("imagespec.mjs", `setInterval(() => {}, 1000); export default ${JSON.stringify({ commands })};`);
    const { code, stdout } = await cli.run(["plan"]);
    expect(code).toBe(0);
    expect(JSON.stringify(JSON.parse(stdout))).toContain('"echo 39999"');
  });

  it.runIf(existsSync("/dev/full"))("is a failure when the answer cannot be written, told in one line", async () => {
    await cli.write("imagespec.json", { name: "app" });
    const command = `exec "${process.execPath}" "${MAIN}" plan > /dev/full`;
    const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: cli.path, encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: E_OUTPUT: the answer cannot be written: .*ENOSPC.*\n$/);
  });

  it.each(["tag /imagespec.json", "tag", "builders", "doctor", "build --json"])(
    "is a plain error in a folder that was removed: %s",
    (line) => {
      const command = `mkdir gone; cd gone; rmdir ../gone; exec "${process.execPath}" "${MAIN}" ${line}`;
      const { status, stderr, stdout } = spawnSync("sh", ["-c", command], { cwd: cli.path, encoding: "utf8" });
      expect(`${stdout}${stderr}`).toMatch(/E_INPUT_FILE.*The working directory does not exist any more/);
      expect(status).toBe(2);
    },
  );

  it.each([
    [["run", "nope.json", "--", "app", "--json"], /^error: E_INPUT_FILE: /, "stderr"],
    [["build", "nope.json", "--target", "--json"], /^error: E_INPUT_FILE: /, "stderr"],
    [["build", "--", "--json"], /^error: E_INPUT_FILE: /, "stderr"],
    [["build", "nope.json", "--json"], /^\{"type":"error","code":"E_INPUT_FILE"/, "stdout"],
  ] as const)("is an error in JSON where --json is an option: %j", async ([...args], text, stream) => {
    expect((await cli.run([...args]))[stream]).toMatch(text);
  });

  it("is told when what it waits for cannot come", async () => {
    await cli.write("imagespec.mjs", "export default new Promise(() => {});");
    expect(await cli.run(["tag"])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("E_INTERNAL"),
    });
    const asked = await cli.run(["build", "--json"]);
    expect(JSON.parse(asked.stdout)).toMatchObject({ type: "error", code: "E_INTERNAL" });
  });

  it.each([
    ["process.exit(0);", "The process was ended by "],
    ["process.exit(3);", "The process was ended by "],
    ['setTimeout(() => { throw new Error("no"); }); await new Promise(() => {});', "ended the work: no ("],
    ["setTimeout(() => { throw null; }); await new Promise(() => {});", "ended the work: null"],
    ['Promise.reject(new Error("no")); await new Promise(() => {});', "ended the work: no ("],
  ])("is a failure that names a module that cuts the work short: %s", async (module, said) => {
    await cli.write("imagespec.mjs", `${module} export default { name: "app" };`);
    expect(await cli.run(["exists"])).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(said) });
    const lines = (await cli.run(["build", "--json"])).stdout.trimEnd().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ type: "error", code: "E_ABORTED" });
    if (said.endsWith("by ") || said.endsWith("(")) expect(lines.at(-1)).toMatch(/imagespec\.mjs:1:\d+/);
  });

  it("has the answer alone on standard output, whatever a spec prints", async () => {
    const module = 'console.log("noise"); process.stdout.write("noise\\n"); export default { name: "app" };';
    await cli.write("imagespec.mjs", module);
    const { code, stdout, stderr } = await cli.run(["tag"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^[a-z2-7]{26}\n$/) });
    expect(stderr).toBe("noise\nnoise\n");
  });

  it.each(['throw Symbol("no");', "throw Object.create(null);", "throw { get message() { throw 1; } };"])(
    "is an error of the spec whatever it throws: %s",
    async (module) => {
      await cli.write("imagespec.mjs", module);
      expect(await cli.run(["tag"])).toMatchObject({ code: 2, stderr: expect.stringContaining("E_INPUT_FILE") });
    },
  );

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s ends it with 130", async (signal) => {
    await cli.write(
      "imagespec.mjs",
      'console.error("ready"); setInterval(() => {}, 1000); export default new Promise(() => {});',
    );
    const { child, ended } = cli.start(["tag"]);
    await once(child.stderr, "data");
    const from = Date.now();
    child.kill(signal);
    expect((await ended).code).toBe(130);
    expect(Date.now() - from).toBeLessThan(2000);
  });
});

describe("what is worth trying again ends with 75", () => {
  const build = async (registry: string, ...args: string[]) => {
    await cli.write("imagespec.json", { name: "app", registry });
    return cli.run(["build", "--builder", "docker-buildx", ...args]);
  };

  it("a registry that is out of reach", async () => {
    expect(await build("127.0.0.1:1")).toMatchObject({
      code: 75,
      stderr: expect.stringContaining("E_REGISTRY_UNREACHABLE"),
    });
  });

  it("a registry that is busy; refused credentials are not", async () => {
    let status = 503;
    const server = createServer((_, response) => response.writeHead(status, { "retry-after": "0" }).end());
    await once(server.listen(0, "127.0.0.1"), "listening");
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await build(registry, "--on-unknown", "fail")).toMatchObject({ code: 75 });
    status = 401;
    expect(await build(registry)).toMatchObject({ code: 1, stderr: expect.stringContaining("E_REGISTRY_AUTH") });
    server.close();
  });
});

describe("--insecure-registry", () => {
  it("has that registry asked without TLS, and no other", async () => {
    const asked: string[] = [];
    // Stands for the network: it sees which host is asked for, and how.
    const proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(404, { "content-type": "application/json" }).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    });
    proxy.on("connect", (request, socket) => {
      asked.push(`CONNECT ${request.url}`);
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const env = { HTTP_PROXY: address, HTTPS_PROXY: address, NO_PROXY: "" };
    await cli.write("imagespec.json", { name: "app", registry: "registry.example:5000" });
    expect(await cli.run(["exists"], { env })).toMatchObject({ code: 4, stdout: "unknown\n" });
    expect(asked.filter((line) => !line.startsWith("CONNECT"))).toEqual([]);
    const args = ["exists", "--insecure-registry", "other.example", "--insecure-registry", "registry.example:5000"];
    expect(await cli.run(args, { env })).toMatchObject({ code: 3, stdout: "absent\n" });
    expect(asked).toContainEqual(expect.stringMatching(/^HEAD http:\/\/registry\.example:5000\/v2\/app\/manifests\//));
    proxy.close();
  });
});

describe("another runtime", () => {
  it.each([
    ["node", "12.22.12", "Node 12.22.12 is too old"],
    ["node", "22.14.0", "Node 22.14.0 is too old"],
    ["bun", "1.4.5", "bun 1.4.5"],
  ])("%s %s is told which Node is needed", async (name, version, said) => {
    const code = `Object.defineProperty(process.versions, "${name}", { value: "${version}" });`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
    const result = await cli.run(["tag"], { env });
    expect(result).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^imagespec: .*Node 22\.15 or newer\n$/),
    });
    expect(result.stderr).toContain(said);
  });

  it("can parse the entry", () => {
    const text = readFileSync(MAIN, "utf8");
    // Static imports would be loaded before a line runs; the others are syntax that Node 12 does not know.
    expect(text).not.toMatch(/^import |\bfrom "|\?\?|\?\.[a-z[(]|^\s*await |#\w+[ =(;]/m);
    expect(text).toContain('import("./program.js")');
  });
});
