import { createReadStream } from "node:fs";
import { cp, mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../services/command.ts";
import { withLock } from "../services/lock.ts";

/** The documentation as it is published, on the loopback. */
export interface Site extends AsyncDisposable {
  url: string;
}

const TYPES = new Map([
  [".html", "text/html"],
  [".js", "text/javascript"],
  [".css", "text/css"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
]);

/**
 * Builds the pages, unless they are those of the last build, and serves them, addresses without ending as the published
 * site does.
 */
export async function serveSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "imagespec-site-"));
  const root = fileURLToPath(new URL("../../", import.meta.url));
  // Whoever comes next may have them built again: what is served is a copy.
  await withLock("site", async () => {
    await command("pnpm", ["--dir", root, "run", "docs"]);
    await cp(join(root, "docs/.vitepress/dist"), folder, { recursive: true });
  });
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const path = join(folder, normalize(decodeURIComponent(pathname)));
    const page = extname(path) === "" ? `${path}.html` : path;
    const file = pathname.endsWith("/") ? `${path}index.html` : page;
    const found = await stat(file).catch(() => undefined);
    response.writeHead(found?.isFile() ? 200 : 404, { "content-type": TYPES.get(extname(file)) ?? "text/plain" });
    if (found?.isFile()) createReadStream(file).pipe(response);
    else response.end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
