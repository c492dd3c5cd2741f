import { createWriteStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import makeBuilder from "@imagespec/builder-uv-micromamba/builder";
import { ImageSpec } from "@imagespec/core";
import { dockerCredentials, parseMirrors } from "@imagespec/registry";

/** Starts a service that carries out the plans it is sent with one of imagespec's builders. Files stay in `folder`, by digest. */
export async function startService({ folder, port = 0, env = process.env }) {
  await mkdir(folder, { recursive: true });
  const builder = makeBuilder();

  /** What a builder is given: what the client sent, and what is this machine's own. */
  const requestOf = ({ plan, target, files, force }, signal, emit) => ({
    ...{ plan, target, force, signal, emit },
    spec: new ImageSpec({ name: "remote" }),
    // The builder checks each file by its size and hash while it reads.
    files: files.map((file) => (file.type === "file" ? { ...file, source: blobAt(file.sha256) } : file)),
    options: {},
    secrets: {},
    credentials: dockerCredentials({ env }),
    mirrors: parseMirrors(env.IMAGESPEC_REGISTRY_MIRRORS),
  });

  function blobAt(sha256) {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError("a file has no digest");
    return join(folder, sha256);
  }

  async function build(incoming, response) {
    const ended = new AbortController();
    response.on("close", () => ended.abort());
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    const say = (line) => response.write(`${JSON.stringify(line)}\n`);
    try {
      const request = requestOf(await json(incoming), ended.signal, (event) => say({ event }));
      const [refusal] = builder.supports(request);
      if (refusal) throw Object.assign(new Error(`${refusal.parameter}: ${refusal.reason}`), { code: "E_UNSUPPORTED" });
      say({ result: await builder.buildImage(request) });
    } catch ({ code = "E_BUILD", message, hint }) {
      say({ error: { code, message, hint: hint ?? "Look into the log of the service." } });
    }
    response.end();
  }

  async function answer(incoming, response) {
    const { method, url } = incoming;
    if (method === "POST" && url === "/builds") return build(incoming, response);
    if (method === "HEAD" && url === "/") return response.end();
    const path = blobAt(url.replace(/^\/blobs\//, ""));
    if (method === "PUT") {
      const draft = `${path}.${crypto.randomUUID()}`;
      await pipeline(incoming, createWriteStream(draft, { mode: 0o600 }));
      await rename(draft, path);
    } else if (!(await stat(path).catch(() => undefined))) response.statusCode = 404;
    response.end();
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.writeHead(400).end());
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

// Let only those reach this port who may push images: the service authenticates nobody.
if (import.meta.main) console.log((await startService({ folder: "blobs", port: 8080 })).url);
