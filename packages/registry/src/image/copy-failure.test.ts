import { mkdtemp, readdir, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFiles } from "../../../../tests/support/open-files.ts";
import { quickClient, rawServer } from "../fixtures/quick-client.ts";
import { failureOf, tinyImage, tinyLayer } from "../fixtures/tiny-image.ts";
import { OciLayout } from "../layout/oci-layout.ts";
import { copyImage } from "./copy-image.ts";
import { pushImage } from "./push-image.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "copy-failure-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/**
 * A layout with seven layers, each of which takes one of the eight transfers at a time; the config soon leaves the
 * eighth.
 */
async function sevenLayers(bytes: number) {
  const layout = new OciLayout(join(folder, "from"));
  const layers = Array.from({ length: 7 }, () => tinyLayer(bytes));
  const { digest } = await pushImage(layout, tinyImage(layers), { tag: "1" });
  const config = JSON.parse(Buffer.from((await layout.getManifest("1")).bytes).toString()).config.digest;
  return { layout, digest, config, doomed: layers[0]?.descriptor.digest ?? "" };
}

/** Six transfers that stand still in the middle; when all do, the seventh may fail. */
class Standstill {
  readonly #held: (IncomingMessage | ServerResponse)[] = [];
  readonly #all = Promise.withResolvers<void>();

  hold(transfer: IncomingMessage | ServerResponse): void {
    this.#held.push(transfer);
    if (this.#held.length === 6) this.#all.resolve();
  }

  /** Resolved once all six stand still. */
  get reached(): Promise<void> {
    return this.#all.promise;
  }

  /** Resolved once the client has closed the connections of all six; what is not read does not show that. */
  async closed(): Promise<void> {
    const closed = this.#held.map((transfer) => {
      if ("resume" in transfer) transfer.resume();
      return transfer.destroyed || new Promise((resolve) => transfer.once("close", resolve));
    });
    await Promise.all(closed);
  }
}

const client = () => quickClient({ idleTimeoutMs: 60_000 });
const SIZES = [100_000, 2_000_000];
type Failing = (response: ServerResponse, content: Uint8Array) => unknown;
const BROKEN_PULLS: [what: string, fail: Failing, code: string][] = [
  [
    "has a flipped bit",
    (response, content) => response.end(Buffer.from(content).fill((content[0] ?? 0) ^ 1, 0, 1)),
    "E_DIGEST_MISMATCH",
  ],
  [
    "breaks off",
    (response, content) => response.write(content.subarray(0, 70_000), () => response.socket?.resetAndDestroy()),
    "E_REGISTRY_UNREACHABLE",
  ],
  ["is refused", (response) => response.socket?.end("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), "E_REGISTRY_AUTH"],
];

describe.each(SIZES)("one of eight transfers of %i bytes that fails while others are in the middle", (bytes) => {
  it.each(BROKEN_PULLS)("ends the pull with one error and leaves nothing: it %s", async (_what, fail, code) => {
    const { layout, digest, config, doomed } = await sevenLayers(bytes);
    const still = new Standstill();
    await using server = await rawServer(async (request, response) => {
      const name = request.url?.split("/").at(-1) ?? "";
      if (!name.startsWith("sha256:") && name !== "1") return response.end();
      if (name === "1" || name === digest) {
        const manifest = await layout.getManifest(digest);
        return response.setHeader("content-type", manifest.mediaType).end(manifest.bytes);
      }
      const size = name === config ? 0 : bytes;
      const content = Buffer.concat(
        await Array.fromAsync(layout.getBlob({ mediaType: "", digest: name, size }, { unchecked: true })),
      );
      if (name === config) return response.end(content);
      if (name === doomed) await still.reached;
      if (name === doomed && code === "E_REGISTRY_AUTH") return fail(response, content);
      response.writeHead(200, { "content-length": content.length });
      if (name === doomed) return fail(response, content);
      response.write(content.subarray(0, bytes / 2), () => still.hold(response));
    });
    const source = client().repository(`${server.host}/a`);
    const error = await failureOf(copyImage(source, "1", new OciLayout(join(folder, "to")), { tag: "1" }));
    expect(error).toMatchObject({ code });
    await still.closed();
    expect(openFiles(folder)).toEqual([]);
    expect(await readdir(folder)).toEqual(["from"]);
  });

  it.each<[string, (response: ServerResponse) => unknown, string]>([
    ["is refused", (response) => response.writeHead(400).end(), "E_REGISTRY"],
    [
      "arrives as something else",
      (response) => response.writeHead(400).end(JSON.stringify({ errors: [{ code: "DIGEST_INVALID" }] })),
      "E_DIGEST_MISMATCH",
    ],
    ["breaks off", (response) => response.socket?.resetAndDestroy(), "E_REGISTRY_UNREACHABLE"],
  ])("ends the push with one error and leaves nothing open: it %s", async (_what, fail, code) => {
    const { layout, config, doomed } = await sevenLayers(bytes);
    const still = new Standstill();
    let tagged = false;
    await using server = await rawServer(async (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://registry");
      if (request.method === "POST") return response.writeHead(202, { location: "/v2/a/blobs/uploads/1" }).end();
      if (request.method !== "PUT") return response.writeHead(pathname === "/v2/" ? 200 : 404).end();
      tagged ||= pathname.includes("/manifests/");
      const digest = searchParams.get("digest");
      if (digest === config) return request.resume().on("end", () => response.writeHead(201).end());
      if (digest !== doomed) return request.once("data", () => still.hold(request.pause()));
      await still.reached;
      return fail(response);
    });
    const error = await failureOf(copyImage(layout, "1", client().repository(`${server.host}/a`), { tag: "1" }));
    expect(error).toMatchObject({ code });
    await still.closed();
    expect(openFiles(folder)).toEqual([]);
    expect(tagged).toBe(false);
  });
});
