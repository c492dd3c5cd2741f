import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openFiles } from "../../../../tests/support/open-files.ts";
import { exchangeLines } from "../http-exchange.ts";
import { digestOfBytes } from "./content-digest.ts";
import { type RegistryServer, startRegistry } from "./start-registry.ts";

const CONFIG = "application/vnd.oci.image.config.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function pushBlob(server: RegistryServer, name: string, bytes: Uint8Array<ArrayBuffer>, headers = {}) {
  const digest = digestOfBytes(bytes);
  const opened = await fetch(`${server.url}/v2/${name}/blobs/uploads/`, { method: "POST", headers });
  const location = new URL(opened.headers.get("location") ?? "", server.url);
  location.searchParams.set("digest", digest);
  const put = await fetch(location, { method: "PUT", body: bytes, headers });
  return { digest, status: put.status };
}

async function pushImage(server: RegistryServer, name: string, tag: string, layer = "a layer") {
  const config = await pushBlob(server, name, bytesOf("{}"));
  const blob = await pushBlob(server, name, bytesOf(layer));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, digest: config.digest, size: 2 },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: blob.digest, size: layer.length }],
  });
  const put = await putManifest(server, name, tag, manifest);
  return { manifest, digest: digestOfBytes(bytesOf(manifest)), layer: blob.digest, status: put.status };
}

const putManifest = (server: RegistryServer, name: string, reference: string, body: string, type = MANIFEST) =>
  fetch(`${server.url}/v2/${name}/manifests/${reference}`, {
    method: "PUT",
    body,
    headers: { "content-type": type },
  });

describe.each(["memory", "folder"] as const)("a registry that keeps content in %s", (kind) => {
  async function started() {
    const folder = await mkdtemp(join(tmpdir(), "imagespec-registry-"));
    const server = await startRegistry(kind === "memory" ? {} : { storage: { folder } });
    return {
      server,
      folder,
      async [Symbol.asyncDispose]() {
        await server.close();
        await rm(folder, { recursive: true });
      },
    };
  }

  test("gives back what was pushed, by tag, by digest and by range", async () => {
    await using running = await started();
    const { server } = running;
    const image = await pushImage(server, "team/app", "v1");
    expect(image.status).toBe(201);
    for (const reference of ["v1", image.digest]) {
      const got = await fetch(`${server.url}/v2/team/app/manifests/${reference}`);
      expect(got.headers.get("docker-content-digest")).toBe(image.digest);
      expect(got.headers.get("content-type")).toBe(MANIFEST);
      expect(await got.text()).toBe(image.manifest);
    }
    const blob = `${server.url}/v2/team/app/blobs/${image.layer}`;
    expect(await (await fetch(blob)).text()).toBe("a layer");
    const part = await fetch(blob, { headers: { range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/7", "lay"]);
    expect((await fetch(blob, { headers: { range: "bytes=9-" } })).status).toBe(416);
    expect((await fetch(blob.replace("team/app", "team/other"))).status).toBe(404);
    if (kind === "folder") expect(await readdir(join(running.folder, "uploads"))).toEqual([]);
  });

  test("takes a blob in chunks, tells the offset, and refuses a wrong order and a wrong digest", async () => {
    await using running = await started();
    const { server } = running;
    const opened = await fetch(`${server.url}/v2/app/blobs/uploads/`, { method: "POST" });
    const location = opened.headers.get("location") ?? "";
    const chunk = (range: string, body: string) =>
      fetch(location, { method: "PATCH", body, headers: { "content-range": range } });
    const first = await chunk("0-3", "abcd");
    expect([first.status, first.headers.get("range")]).toEqual([202, "0-3"]);
    expect((await chunk("9-9", "x")).status).toBe(416);
    const asked = await fetch(location);
    expect([asked.status, asked.headers.get("range")]).toEqual([204, "0-3"]);
    expect((await chunk("4-5", "ef")).status).toBe(202);
    const wrong = digestOfBytes(bytesOf("abcdeX"));
    const finished = await fetch(`${location}?digest=${wrong}`, { method: "PUT" });
    expect([finished.status, await finished.json()]).toMatchObject([400, { errors: [{ code: "DIGEST_INVALID" }] }]);
    expect((await fetch(`${server.url}/v2/app/blobs/${wrong}`, { method: "HEAD" })).status).toBe(404);
    const sha512 = digestOfBytes(bytesOf("other"), "sha512");
    const post = `${server.url}/v2/app/blobs/uploads/?digest=${sha512}`;
    expect((await fetch(post, { method: "POST", body: "other" })).status).toBe(201);
    expect(await (await fetch(`${server.url}/v2/app/blobs/${sha512}`)).text()).toBe("other");
  });
});

test("lets go of uploads that were never finished when it is closed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "imagespec-registry-"));
  try {
    const server = await startRegistry({ storage: { folder } });
    for (const name of ["a", "a", "b"]) {
      const opened = await fetch(`${server.url}/v2/${name}/blobs/uploads/`, { method: "POST" });
      await fetch(opened.headers.get("location") ?? "", { method: "PATCH", body: "half" });
    }
    expect(await readdir(join(folder, "uploads"))).toHaveLength(3);
    await server.close();
    expect(await readdir(join(folder, "uploads"))).toEqual([]);
    expect(openFiles(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("mounts from another repository and opens a session when there is nothing to mount", async () => {
  await using server = await startRegistry();
  const { layer } = await pushImage(server, "base", "1");
  const mount = (from: string) =>
    fetch(`${server.url}/v2/child/blobs/uploads/?mount=${layer}&from=${from}`, { method: "POST" });
  expect((await mount("nothing")).status).toBe(202);
  expect((await mount("base")).status).toBe(201);
  expect(await (await fetch(`${server.url}/v2/child/blobs/${layer}`)).text()).toBe("a layer");
});

test("refuses manifests whose blobs or children are missing, unless told otherwise", async () => {
  await using strict = await startRegistry();
  await using loose = await startRegistry({ checkReferences: false });
  const absent = { mediaType: MANIFEST, digest: digestOfBytes(bytesOf("nowhere")), size: 7 };
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [absent] });
  expect((await putManifest(strict, "app", "v1", index, INDEX)).status).toBe(400);
  expect((await putManifest(loose, "app", "v1", index, INDEX)).status).toBe(201);
  expect((await putManifest(strict, "app", "v1", "{not json")).status).toBe(400);
  expect((await putManifest(strict, "app", "v1", index, MANIFEST)).status).toBe(400);
  expect((await putManifest(strict, "app", "v1", " ".repeat(4 * 1024 * 1024 + 1))).status).toBe(413);
  expect((await fetch(`${strict.url}/v2/app/manifests/v1`)).status).toBe(404);
});

test("lists tags in order and by page, and deletes", async () => {
  await using server = await startRegistry();
  for (const tag of ["b", "a", "c"]) await pushImage(server, "app", tag);
  const page = await fetch(`${server.url}/v2/app/tags/list?n=2`);
  expect(await page.json()).toEqual({ name: "app", tags: ["a", "b"] });
  const next = /<(.+)>/.exec(page.headers.get("link") ?? "")?.[1];
  expect(await (await fetch(new URL(next ?? "", server.url))).json()).toEqual({ name: "app", tags: ["c"] });
  expect((await fetch(`${server.url}/v2/none/tags/list`)).status).toBe(404);
  expect((await fetch(`${server.url}/v2/app/manifests/a`, { method: "DELETE" })).status).toBe(202);
  expect(await (await fetch(`${server.url}/v2/app/tags/list`)).json()).toEqual({ name: "app", tags: ["b", "c"] });
});

test("lists referrers of a subject, filtered by artifact type", async () => {
  await using server = await startRegistry();
  const image = await pushImage(server, "app", "v1");
  const referrer = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: "application/x.signature",
    config: { mediaType: CONFIG, digest: digestOfBytes(bytesOf("{}")), size: 2 },
    layers: [],
    subject: { mediaType: MANIFEST, digest: image.digest, size: image.manifest.length },
  });
  const put = await putManifest(server, "app", digestOfBytes(bytesOf(referrer)), referrer);
  expect(put.headers.get("oci-subject")).toBe(image.digest);
  const list = async (query: string) => {
    const response = await fetch(`${server.url}/v2/app/referrers/${image.digest}${query}`);
    return ((await response.json()) as { manifests: { digest: string }[] }).manifests.map(({ digest }) => digest);
  };
  expect(await list("")).toEqual([digestOfBytes(bytesOf(referrer))]);
  expect(await list("?artifactType=application/x.signature")).toHaveLength(1);
  expect(await list("?artifactType=other")).toEqual([]);
});

test("a refused upload is answered, not reset, and every exchange is on record with its bytes", async () => {
  await using server = await startRegistry();
  const refused = await fetch(`${server.url}/v2/app/blobs/uploads/unknown`, {
    method: "PATCH",
    body: new Uint8Array(2_000_000),
  });
  expect(refused.status).toBe(404);
  await pushImage(server, "app", "v1");
  expect(exchangeLines(server.exchanges)).toContain("PUT /v2/app/manifests/v1 201");
  const put = server.exchanges.find(({ path }) => path.endsWith("/manifests/v1"));
  expect(put?.bytesIn).toBe(Number(put?.headers["content-length"]));
});

test("quirks of registries in the field", async () => {
  await using server = await startRegistry({
    quirks: {
      relativeLocation: true,
      uploadQuery: "_state=abc",
      monolithicPost: false,
      mount: false,
      blobHead: false,
      uploadRange: false,
      contentDigest: false,
      referrers: false,
      chunkMinLength: 4,
    },
  });
  const base = `${server.url}/v2/app/blobs`;
  const digest = digestOfBytes(bytesOf("abcd"));
  const post = await fetch(`${base}/uploads/?digest=${digest}`, { method: "POST", body: "abcd" });
  expect([post.status, post.headers.get("oci-chunk-min-length"), post.headers.get("range")]).toEqual([202, "4", null]);
  const location = post.headers.get("location") ?? "";
  expect(location).toMatch(/^\/v2\/app\/blobs\/uploads\/[^?]+\?_state=abc$/);
  const here = `${server.url}${location}`;
  expect((await fetch(here.replace("?_state=abc", ""), { method: "PATCH", body: "abcd" })).status).toBe(400);
  expect((await fetch(here, { method: "PATCH", body: "abc" })).status).toBe(416);
  const put = await fetch(`${here}&digest=${digest}`, { method: "PUT", body: "abcd" });
  expect([put.status, put.headers.get("docker-content-digest")]).toEqual([201, null]);
  expect((await fetch(`${base}/${digest}`, { method: "HEAD" })).status).toBe(405);
  const mount = `${server.url}/v2/b/blobs/uploads/?mount=${digest}&from=app`;
  expect((await fetch(mount, { method: "POST" })).status).toBe(202);
  expect((await fetch(`${server.url}/v2/app/referrers/${digest}`)).status).toBe(404);
});
