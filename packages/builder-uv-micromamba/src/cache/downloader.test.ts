import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildEvent } from "@imagespec/core/builder";
import { HttpTransport } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BlobStore } from "./blob-store.ts";
import { CacheFolder } from "./cache-folder.ts";
import { Downloader, type IndexLogin } from "./downloader.ts";

const BODY = Buffer.from("a wheel");
const SHA256 = createHash("sha256").update(BODY).digest("hex");
const signal = new AbortController().signal;
type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

let root: string;
let folder: CacheFolder;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "fetch-blob-"));
  folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await folder.open();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await rm(root, { recursive: true });
});

async function serve(answer: Answer): Promise<{ url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => answer(request, response, seen.push(request)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

let events: BuildEvent[];
beforeEach(() => {
  events = [];
});

function downloader(logins: IndexLogin[] = []): Downloader {
  const http = new HttpTransport();
  closing.push(() => http.close());
  return new Downloader(http, new BlobStore(folder), (event) => events.push(event), logins);
}

function fetch(url: string, logins: IndexLogin[] = [], sha256 = SHA256) {
  return downloader(logins).fetch(
    { url, subject: "six-1.0-py3-none-any.whl", hashes: [`sha256:${sha256}`], size: BODY.length },
    signal,
  );
}
const kept = () => readdir(folder.path("blobs/sha256"));

describe("Downloader", () => {
  it("takes a file of this machine, and names the one that is not there or is a folder", async () => {
    const file = (name: string) => fetch(pathToFileURL(join(root, name)).href);
    await writeFile(join(root, "six.whl"), BODY);
    expect(await file("six.whl")).toEqual({ digest: `sha256:${SHA256}`, size: BODY.length });
    await rm(new BlobStore(folder).path(`sha256:${SHA256}`));
    await mkdir(join(root, "folder.whl"));
    for (const [name, why] of [
      ["missing.whl", /no such file.*missing\.whl/],
      ["folder.whl", /directory/],
    ] as const) {
      await expect(file(name)).rejects.toMatchObject({ code: "E_RESOLVE", message: expect.stringMatching(why) });
      await expect(file(name)).rejects.toThrow(/^six-1\.0-py3-none-any\.whl cannot be read: /);
    }
  });

  it("puts a file into the cache, and asks for it once", async () => {
    const { url, seen } = await serve((_, response) => response.end(BODY));
    expect(await fetch(`${url}/six.whl`)).toEqual({ digest: `sha256:${SHA256}`, size: BODY.length });
    // A file that is there tells its size, also where the index did not.
    const again = { url: `${url}/six.whl`, subject: "six", hashes: [`sha256:${SHA256}`] };
    expect(await downloader().fetch(again, signal)).toEqual({ digest: `sha256:${SHA256}`, size: BODY.length });
    expect(seen.length).toBe(1);
    expect(await kept()).toEqual([SHA256]);
    const all = { current: BODY.length, total: BODY.length, reused: 0, unit: "bytes", direction: "fetched" };
    expect(events.at(-1)).toEqual({ type: "progress", name: "download packages", ...all });
  });

  it("sends a login to its own host alone, not where that redirects to", async () => {
    const storage = await serve((_, response) => response.end(BODY));
    const index = await serve((request, response) =>
      request.headers.authorization === `Basic ${Buffer.from("me:pw").toString("base64")}`
        ? response.writeHead(302, { location: `${storage.url}/file` }).end()
        : response.writeHead(401).end(),
    );
    await fetch(`${index.url}/six.whl`, [{ host: "127.0.0.1", origin: index.url, username: "me", password: "pw" }]);
    expect(storage.seen[0]?.headers.authorization).toBeUndefined();
  });

  it("says how to log in where it is refused, at once", async () => {
    const { url, seen } = await serve((_, response) => response.writeHead(401).end());
    await expect(fetch(`${url}/six.whl`)).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringContaining("six-1.0-py3-none-any.whl"),
      hint: expect.stringContaining("pipSecretMounts"),
    });
    expect(seen.length).toBe(1);
  });

  it("names the host that is out of reach, and says how to go around it", async () => {
    await expect(fetch("http://127.0.0.1:9/six.whl")).rejects.toMatchObject({
      code: "E_RESOLVE",
      hint: expect.stringMatching(/^Check that 127\.0\.0\.1:9 can be reached .* IMAGESPEC_INDEX_MIRRORS\.$/),
    });
  });

  it("tries again after a busy server, a broken connection and altered bytes", async () => {
    const { url, seen } = await serve((_, response, nth) => {
      if (nth === 1) response.writeHead(503).end();
      else if (nth === 2) {
        response.writeHead(200, { "content-length": BODY.length });
        response.write(BODY.subarray(0, 3), () => response.destroy());
      } else response.end(nth === 3 ? Buffer.from("a whale") : BODY);
    });
    await fetch(`${url}/six.whl`);
    expect(seen.length).toBe(4);
    expect(await kept()).toEqual([SHA256]);
  });

  it("keeps nothing of a file that stays wrong", async () => {
    const { url } = await serve((_, response) => response.end("a whale"));
    await expect(fetch(`${url}/six.whl`)).rejects.toMatchObject({ code: "E_DIGEST_MISMATCH" });
    expect(await kept()).toEqual([]);
  });

  it("gives up, at once, a file without end of which no size is stated", async () => {
    const { url, seen } = await serve((_, response) => {
      const endless = setInterval(() => response.write("more"), 1);
      response.on("close", () => clearInterval(endless));
    });
    const http = new HttpTransport();
    const bounded = new Downloader(http, new BlobStore(folder), () => undefined, [], 100);
    const failure = bounded.fetch({ url: `${url}/six.whl`, subject: "six.whl" }, signal);
    await expect(failure).rejects.toMatchObject({ code: "E_RESOLVE", message: expect.stringContaining("100 bytes") });
    expect(seen.length).toBe(1);
    expect(await kept()).toEqual([]);
    await http.close();
  });

  const bytes = async (answer: Answer) => {
    const { url, seen } = await serve(answer);
    const found = await downloader().bytes(`${url}/repodata.json`, 10, signal);
    return { text: found && Buffer.from(found).toString(), asked: seen.length };
  };

  it("reads an index whole, and tries again after a busy server and a broken connection", async () => {
    const found = await bytes((_, response, nth) => {
      if (nth === 1) response.writeHead(503).end();
      else if (nth === 2) {
        response.writeHead(200, { "content-length": BODY.length });
        response.write(BODY.subarray(0, 3), () => response.destroy());
      } else response.end(BODY);
    });
    expect(found).toEqual({ text: String(BODY), asked: 3 });
  });

  it("knows at once that there is no index, that it is refused, and that it is too long", async () => {
    expect(await bytes((_, response) => response.writeHead(404).end())).toEqual({ text: undefined, asked: 1 });
    for (const [answer, about] of [
      [(response: ServerResponse) => response.writeHead(403).end(), "answers 403"],
      [(response: ServerResponse) => response.end("more than ten"), "it has more than 10 bytes"],
    ] as const) {
      let asked = 0;
      const failed = bytes((_, response, nth) => {
        asked = nth;
        answer(response);
      });
      await expect(failed).rejects.toMatchObject({ code: "E_RESOLVE", message: expect.stringContaining(about) });
      expect(asked).toBe(1);
    }
  });
});
