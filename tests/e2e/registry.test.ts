import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import {
  checkRegistryPresence,
  copyImage,
  DockerArchive,
  digestOf,
  dockerCredentials,
  type ImageLayer,
  MEDIA_TYPES,
  OciLayout,
  pushImage,
  pushIndex,
  RegistryClient,
  readImage,
} from "@imagespec/registry";
import { startRegistry } from "@imagespec/testkit";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ensurePasswordRegistry, ensureTlsRegistry } from "../../scripts/services/registry.ts";

const run = promisify(execFile);
const linux = { os: "linux", architecture: "amd64" };

/** A registry to try, and what a client and a tool need to use it. */
interface Place {
  host: string;
  env: Record<string, string>;
  skopeo: string[];
}

let folder: string;
const places: Record<string, Place> = {};
let stop: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagespec-registry-"));
  const password = await ensurePasswordRegistry();
  const tls = await ensureTlsRegistry();
  const inProcess = await startRegistry();
  stop = () => inProcess.close();
  const auth = Buffer.from(`${password.username}:${password.password}`).toString("base64");
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [password.address]: { auth } } }), {
    mode: 0o600,
  });
  const plain = ["--tls-verify=false"];
  places.anonymous = { host: inject("services").registry, env: {}, skopeo: plain };
  places.htpasswd = {
    host: password.address,
    env: { DOCKER_CONFIG: folder },
    skopeo: [...plain, "--authfile", join(folder, "config.json")],
  };
  places.TLS = { host: tls.address, env: { SSL_CERT_FILE: tls.caFile }, skopeo: [] };
  places["in-process"] = { host: inProcess.host, env: {}, skopeo: plain };
});
afterAll(async () => {
  await stop?.();
  await rm(folder, { recursive: true, force: true });
});

/** A layer that real tools can unpack, other bytes on each run so that nothing is there before. */
async function fileLayer(name: string, content: string): Promise<ImageLayer & { diffId: string }> {
  const tar = pack();
  tar.entry({ name, mode: 0o755, mtime: new Date(0) }, content);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const plain = Buffer.concat(chunks);
  const bytes = gzipSync(plain);
  return {
    descriptor: { mediaType: MEDIA_TYPES.ociLayerGzip, digest: digestOf(bytes), size: bytes.length },
    diffId: digestOf(plain),
    async *open() {
      yield bytes;
    },
  };
}

async function image(architecture = "amd64") {
  const layers = [await fileLayer("a.txt", `a ${Math.random()}`), await fileLayer("b.txt", "b".repeat(3_000_000))];
  const rootfs = { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) };
  return { config: { os: "linux", architecture, rootfs, config: { Cmd: ["/a.txt"] } }, layers };
}

function clientOf({ env }: Place): RegistryClient {
  const whole = { HOME: folder, ...env };
  return new RegistryClient({ env: whole, credentials: dockerCredentials({ env: whole }) });
}

const place = (name: string): Place => places[name] as Place;

describe.each(["anonymous", "htpasswd", "TLS", "in-process"])("a registry: %s", (name) => {
  test("accepts a push and returns the same content; skopeo, crane and umoci accept it", async () => {
    const { host, env, skopeo } = place(name);
    const client = clientOf(place(name));
    const repository = client.repository(`${host}/e2e/client-${name.toLowerCase()}`);
    const tag = `t${Date.now()}`;
    const reference = `${repository.name}:${tag}`;
    const check = (platforms: string[]) => checkRegistryPresence(reference, platforms, { client });
    expect(await check(["linux/amd64"])).toEqual({ status: "absent" });
    const amd64 = await pushImage(repository, await image());
    await pushIndex(repository, [amd64], { tag });
    expect(await check(["linux/amd64", "linux/arm64"])).toMatchObject({ status: "absent", missing: ["linux/arm64"] });
    const arm64 = await pushImage(repository, await image("arm64"));
    const index = await pushIndex(repository, [arm64], { tag, merge: true });
    expect(await check(["linux/amd64", "linux/arm64"])).toMatchObject({ status: "present", digest: index.digest });

    // Another repository of the same registry: blobs are mounted, none is read.
    const copied = client.repository(`${repository.name}-copy`);
    expect((await copyImage(repository, tag, copied, { tag })).digest).toBe(index.digest);

    const layout = new OciLayout(join(folder, name));
    await copyImage(copied, tag, layout, { tag });
    await copyImage(repository, amd64.digest, layout, { tag: "one" });
    const read = await readImage(layout, tag, linux);
    expect(read.descriptor.digest).toBe(amd64.digest);

    const ca = env.SSL_CERT_FILE ? { SSL_CERT_FILE: env.SSL_CERT_FILE } : {};
    const options = { env: { ...process.env, ...env, ...ca } };
    const raw = await run("skopeo", ["inspect", "--raw", ...skopeo, `docker://${reference}`], options);
    expect(digestOf(raw.stdout)).toBe(index.digest);
    await run(
      "skopeo",
      [
        "copy",
        "--all",
        "--src-tls-verify=false",
        ...skopeo.slice(1),
        `docker://${reference}`,
        `oci:${join(folder, `${name}-skopeo`)}:x`,
      ],
      options,
    );
    expect((await new OciLayout(join(folder, `${name}-skopeo`)).root()).digest).toBe(index.digest);
    await run("crane", ["validate", "--remote", `${repository.name}@${amd64.digest}`], options);
    await run("umoci", [
      "unpack",
      "--rootless",
      "--image",
      `${join(folder, name)}:one`,
      join(folder, `${name}-bundle`),
    ]);
    expect(await readFile(join(folder, `${name}-bundle`, "rootfs/b.txt"), "utf8")).toHaveLength(3_000_000);
  });

  test("reads what crane pushes", async () => {
    const { host, env } = place(name);
    const client = clientOf(place(name));
    const source = new OciLayout(join(folder, `${name}-source`));
    const pushed = await pushImage(source, await image(), { tag: "x" });
    const target = `${host}/e2e/crane-${name.toLowerCase()}:1`;
    await run("crane", ["push", join(folder, `${name}-source`), target], { env: { ...process.env, ...env } });
    expect((await readImage(client.repository(target), "1", linux)).descriptor.digest).toBe(pushed.digest);
  });
});

test("an archive is loaded by docker and read by skopeo", async () => {
  const file = join(folder, "image.tar");
  const reference = "localhost/imagespec-e2e/archive:1";
  const archive = await DockerArchive.create(file, reference);
  const made = await image();
  await pushImage(archive, made);
  await archive.close();
  const seen = JSON.parse((await run("skopeo", ["inspect", "--config", `docker-archive:${file}`])).stdout);
  expect(seen.rootfs.diff_ids).toEqual(made.config.rootfs.diff_ids);
  const { stdout } = await run("docker", ["load", "-i", file]);
  expect(stdout).toContain(reference);
  const inspected = JSON.parse((await run("docker", ["image", "inspect", reference])).stdout);
  expect(inspected[0].RootFS.Layers).toEqual(made.config.rootfs.diff_ids);
  await run("docker", ["image", "rm", reference]);
});

test("wrong credentials, an unknown authority, no answer: unknown, with a hint", async () => {
  const ask = (host: string, env: Record<string, string>) =>
    checkRegistryPresence(`${host}/e2e/x:1`, ["linux/amd64"], { client: clientOf({ host, env, skopeo: [] }) });
  const wrong = JSON.stringify({ auths: { [place("htpasswd").host]: { username: "imagespec", password: "CANARY" } } });
  const refused = await ask(place("htpasswd").host, { DOCKER_AUTH_CONFIG: wrong });
  expect(refused).toMatchObject({
    status: "unknown",
    cause: { code: "E_REGISTRY_AUTH", hint: expect.stringContaining("docker login") },
  });
  expect(JSON.stringify(refused)).not.toContain("CANARY");
  expect(await ask(place("htpasswd").host, {})).toMatchObject({
    status: "unknown",
    cause: { code: "E_REGISTRY_AUTH" },
  });
  expect(await ask(place("TLS").host, {})).toMatchObject({
    status: "unknown",
    cause: {
      code: "E_REGISTRY_UNREACHABLE",
      hint: expect.stringContaining("SSL_CERT_FILE"),
      details: { reason: "tls" },
    },
  });
  expect(await ask("localhost:1", {})).toMatchObject({ status: "unknown", cause: { code: "E_REGISTRY_UNREACHABLE" } });
});

// More than four GiB, which a number of 32 bits cannot say, in the full run.
const LARGE = process.env.IMAGESPEC_TEST_FULL === "1" ? 5 : 1;

test(`a layer of ${LARGE} GiB goes from registry to registry within 200 MB of memory`, async () => {
  const script = new URL("../support/registry-large-layer.ts", import.meta.url).pathname;
  const { stdout } = await run(process.execPath, [script, String(LARGE)], { maxBuffer: 1e7 });
  const { copied, peakMegabytes } = JSON.parse(stdout);
  expect(copied).toBe(LARGE * 2 ** 30);
  expect(peakMegabytes).toBeLessThan(200);
});
