import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { digestOf, hashFor } from "../digest/digest.ts";
import { quickClient, rawServer } from "../fixtures/quick-client.ts";
import { failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { MEDIA_TYPES } from "../image/descriptor.ts";
import { pushImage } from "../image/push-image.ts";

interface Asked {
  method: string;
  url: string;
  body: Buffer;
  headers: IncomingMessage["headers"];
}

type Answer = (asked: Asked, response: ServerResponse) => unknown;

/**
 * A registry that has nothing, opens uploads at /v2/a/up, and does otherwise what `answer` says; keeps what it was
 * asked.
 */
async function registry(answer: Answer) {
  const asked: Asked[] = [];
  const server = await rawServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body: Buffer.concat(pieces) };
    asked.push(one);
    answer(one, response);
    if (response.writableEnded || response.destroyed) return;
    if (method === "HEAD" || method === "GET") response.writeHead(404).end();
    else if (method === "POST") response.writeHead(202, { location: "/v2/a/up" }).end();
    else response.writeHead(method === "PUT" ? 201 : 202).end();
  });
  return {
    asked,
    of: (method: string) => asked.filter((one) => one.method === method),
    repository: (chunkSize?: number) =>
      quickClient(chunkSize === undefined ? {} : { chunkSize }).repository(`${server.host}/a`),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const layer = tinyLayer(200_000);
const refusedDigest = JSON.stringify({ errors: [{ code: "DIGEST_INVALID" }] });

describe("the address of an upload", () => {
  it.each([
    ["/v2/a/up?state=a%20b+c%2fd==&flag", "/v2/a/up?state=a%20b+c%2fd==&flag&digest="],
    ["/v2/a/up?state=1#part", "/v2/a/up?state=1&digest="],
    ["/v2/a/up?digest=sha256:0&state=1", "/v2/a/up?state=1&digest="],
    ["/v2/a/up?", "/v2/a/up?digest="],
    ["session", "/v2/a/blobs/uploads/session?digest="],
  ])("%s is kept as it was written", async (location, start) => {
    await using test = await registry(({ method }, response) => {
      if (method === "POST") response.writeHead(202, { location }).end();
    });
    await test.repository().putBlob(layer.descriptor, layer.open);
    expect(test.of("PUT").map(({ url }) => url)).toEqual([start + encodeURIComponent(layer.descriptor.digest)]);
  });
});

describe("a registry that misstates what it has", () => {
  it.each([
    ["more than the blob", "0-999999999"],
    ["more than it was sent", "0-150000"],
    ["numbers beyond all bounds", `0-${"9".repeat(400)}`],
  ])("is told of, when a chunk was taken: %s", async (_, range) => {
    await using test = await registry(({ method }, response) => {
      if (method === "PATCH") response.writeHead(202, { range }).end();
    });
    const error = await failureOf(test.repository(100_000).putBlob(layer.descriptor, layer.open));
    expect(error).toMatchObject({ code: "E_REGISTRY", message: expect.stringContaining("was sent 100000 bytes") });
    expect(test.of("PUT")).toEqual([]);
  });

  it.each([
    ["DIGEST_INVALID", 400, refusedDigest],
    ["416", 416, ""],
  ])("is sent the whole again when it keeps refusing the rest (%s)", async (_, status, body) => {
    await using test = await registry(({ method, headers }, response) => {
      if (method === "GET") response.writeHead(204, { range: "0-149999" }).end();
      if (method !== "PUT") return;
      if (headers["content-range"] !== undefined) response.writeHead(status).end(body);
      else if (test.of("PUT").length === 1) response.destroy();
    });
    await test.repository().putBlob(layer.descriptor, layer.open);
    expect(test.of("PUT").map((put) => put.body.length)).toEqual([200_000, 50_000, 200_000]);
    expect(digestOf(test.of("PUT")[2]?.body ?? "")).toBe(layer.descriptor.digest);
  });

  it("is believed when it refuses the whole", async () => {
    await using test = await registry(({ method }, response) => {
      if (method === "PUT") response.writeHead(400).end(refusedDigest);
    });
    expect(await failureOf(test.repository().putBlob(layer.descriptor, layer.open))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
    expect(test.of("PUT")).toHaveLength(1);
  });
});

describe("an upload that the registry loses", () => {
  it("is given up when it never gets further than before", async () => {
    let sessions = 0;
    await using test = await registry(({ method, url }, response) => {
      if (method === "POST") response.writeHead(202, { location: `/v2/a/up${++sessions}` }).end();
      // Another server of the registry answers from the second chunk on.
      if (method !== "PATCH") return;
      if (url.endsWith("-elsewhere")) response.writeHead(404).end();
      else response.writeHead(202, { location: `${url}-elsewhere` }).end();
    });
    const error = await failureOf(test.repository(60_000).putBlob(layer.descriptor, layer.open));
    expect(error).toMatchObject({ code: "E_REGISTRY", details: { status: 404 } });
    expect(sessions).toBeLessThan(10);
  });

  it.each([
    ["0-59999", "as the specification says"],
    ["0-60000", "with the byte behind its end"],
    ["bytes=0-59999", "with a unit"],
    ["", "not at all"],
  ])("is told where it stands by Range: %s, %s", async (first) => {
    await using test = await registry(({ method, headers }, response) => {
      if (method !== "PATCH") return;
      const [, end = ""] = headers["content-range"]?.split("-") ?? [];
      response.writeHead(202, { range: first.replace(/\d+$/, (n) => String(Number(n) - 59_999 + Number(end))) }).end();
    });
    await test.repository(60_000).putBlob(layer.descriptor, layer.open);
    const sent = [...test.of("PATCH"), ...test.of("PUT")].map(({ body }) => body);
    expect(digestOf(Buffer.concat(sent))).toBe(layer.descriptor.digest);
  });
});

describe("a manifest that was written without a word about it", () => {
  const bytes = Buffer.from('{"schemaVersion":2}');
  const manifest = { bytes, digest: digestOf(bytes), mediaType: MEDIA_TYPES.ociManifest };

  it.each([200, 202, 204])("%i: is not believed of a login page that answers everything", async (status) => {
    await using test = await registry(({ method }, response) => {
      if (method === "PUT") response.writeHead(status, { "content-type": "text/html" }).end();
      if (method === "GET") response.writeHead(200, { "content-type": "text/html" }).end("<html>");
    });
    expect(await failureOf(test.repository().putManifest(manifest, { tag: "t" }))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
  });

  it.each([200, 202, 204])("%i: is believed where it is there, or cannot be read", async (status) => {
    for (const readable of [true, false]) {
      await using test = await registry(({ method }, response) => {
        if (method === "PUT") response.writeHead(status).end();
        if (method === "GET" && readable) response.writeHead(200).end(manifest.bytes);
      });
      await test.repository().putManifest(manifest, { tag: "t" });
    }
  });
});

describe("a manifest whose blobs another client is writing", () => {
  it.each([
    { codes: ["MANIFEST_BLOB_UNKNOWN"], refusals: 1, puts: 2, ends: "pushed" },
    { codes: ["DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN"], refusals: 2, puts: 3, ends: "pushed" },
    { codes: ["MANIFEST_BLOB_UNKNOWN"], refusals: 9, puts: 3, ends: "E_REGISTRY" },
    { codes: ["MANIFEST_INVALID"], refusals: 1, puts: 1, ends: "E_REGISTRY" },
  ])("is $ends after $puts attempts where $refusals are answered $codes", async ({ codes, refusals, puts, ends }) => {
    const isManifest = ({ method, url }: Pick<Asked, "method" | "url">) =>
      method === "PUT" && url.includes("/manifests/");
    await using test = await registry((asked, response) => {
      if (isManifest(asked) && test.asked.filter(isManifest).length <= refusals)
        response.writeHead(400).end(JSON.stringify({ errors: codes.map((code) => ({ code })) }));
    });
    const pushed = pushImage(test.repository(), tinyImage(), { tag: "1" });
    if (ends === "pushed") await pushed;
    else expect(await failureOf(pushed)).toMatchObject({ code: ends, details: { codes } });
    expect(test.asked.filter(isManifest)).toHaveLength(puts);
  });

  it("is not written again once the caller gives up", async () => {
    const stopped = new AbortController();
    await using test = await registry(({ method, url }, response) => {
      if (method !== "PUT" || !url.includes("/manifests/")) return;
      response.writeHead(400).end(JSON.stringify({ errors: [{ code: "MANIFEST_BLOB_UNKNOWN" }] }));
      setTimeout(() => stopped.abort(), 100);
    });
    const pushed = pushImage(test.repository(), tinyImage(), { tag: "1", signal: stopped.signal });
    expect(await failureOf(pushed)).toMatchObject({ code: "E_ABORTED" });
    expect(test.of("PUT").filter(({ url }) => url.includes("/manifests/"))).toHaveLength(1);
  });
});

describe("the digest of what was stored", () => {
  it.each([
    ["none", ""],
    ["of another algorithm", `sha512:${"0".repeat(128)}`],
    ["the blob's own", layer.descriptor.digest],
  ])("of a blob: %s does", async (_, digest) => {
    await using test = await registry(({ method }, response) => {
      if (method === "PUT") response.writeHead(201, { "docker-content-digest": digest }).end();
    });
    await test.repository().putBlob(layer.descriptor, layer.open);
    expect(test.of("PUT")).toHaveLength(1);
  });

  it("of a blob: another one is an error", async () => {
    await using test = await registry(({ method }, response) => {
      const digest = `sha256:${"0".repeat(64)}`;
      if (method === "PUT") response.writeHead(201, { "docker-content-digest": digest }).end();
    });
    expect(await failureOf(test.repository().putBlob(layer.descriptor, layer.open))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
  });

  it.each([
    ["the content's", (bytes: Buffer) => bytes, undefined],
    ["another content's", () => Buffer.from("x"), "E_DIGEST_MISMATCH"],
  ])("of a manifest, by another algorithm: %s", async (_, content, code) => {
    await using test = await registry(({ method, url, body }, response) => {
      const digest = `sha512:${hashFor("sha512:").update(content(body)).digest("hex")}`;
      if (method === "PUT" && url.includes("/manifests/"))
        response.writeHead(201, { "docker-content-digest": digest }).end();
    });
    const pushed = pushImage(test.repository(), tinyImage(), { tag: "1" });
    expect(
      await pushed.then(
        () => undefined,
        (error) => error.code,
      ),
    ).toBe(code);
  });
});

describe("a HEAD of a blob", () => {
  it.each([
    ["its size", { "content-length": "200000" }, 0],
    ["no size", { "content-length": "0" }, 0],
    ["a size below a content coding", { "content-length": "5", "content-encoding": "gzip" }, 0],
    ["a smaller size", { "content-length": "199999" }, 1],
    ["a larger size", { "content-length": "200001" }, 1],
  ])("that states %s", async (_, headers, uploads) => {
    await using test = await registry(({ method }, response) => {
      if (method === "HEAD") response.writeHead(200, headers).end();
    });
    await test.repository().putBlob(layer.descriptor, layer.open);
    expect(test.of("PUT")).toHaveLength(uploads);
  });
});

describe("a mount", () => {
  it.each([200, 204, 404, 405, 416])("that answers %i is followed by an upload of its own", async (status) => {
    await using test = await registry(({ method, url }, response) => {
      if (method === "POST" && url.includes("mount=")) response.writeHead(status).end();
    });
    const repository = test.repository();
    await repository.putBlob(layer.descriptor, layer.open, { mountFrom: `${repository.registry}/b` });
    expect(test.of("POST")).toHaveLength(2);
    expect(test.of("PUT").map(({ body }) => body.length)).toEqual([200_000]);
  });
});

describe("a chunk", () => {
  it.each([200, 201, 204])("that is answered %i was taken", async (status) => {
    await using test = await registry(({ method }, response) => {
      if (method === "PATCH") response.writeHead(status).end();
    });
    await test.repository(90_000).putBlob(layer.descriptor, layer.open);
    expect(test.of("PATCH").map(({ headers }) => headers["content-range"])).toEqual([
      "0-89999",
      "90000-179999",
      "180000-199999",
    ]);
  });

  it("whose session is gone starts the upload over", async () => {
    await using test = await registry(({ method }, response) => {
      if (method === "PATCH" && test.of("PATCH").length === 2) response.writeHead(404).end();
    });
    await test.repository(90_000).putBlob(layer.descriptor, layer.open);
    const sent = test.of("PATCH").slice(2);
    expect(digestOf(Buffer.concat(sent.map(({ body }) => body)))).toBe(layer.descriptor.digest);
  });
});

it("waits as long as the answer to an upload asks for", async () => {
  await using test = await registry(({ method }, response) => {
    if (method === "PUT") response.writeHead(429, { "retry-after": "1000000000" }).end();
  });
  expect(await failureOf(test.repository().putBlob(layer.descriptor, layer.open))).toMatchObject({
    code: "E_REGISTRY",
    details: { status: 429, retryAfter: "1000000000" },
  });
  // A wait beyond all patience is not begun.
  expect(test.of("PUT")).toHaveLength(1);
});
