import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";

// Python's zipfile writes them: 512 MiB each, half noise, half text, deflated at the lowest level.
const WRITE = `
import base64, hashlib, os, sys, zipfile
folder, name, megabytes = sys.argv[1], sys.argv[2], int(sys.argv[3])
noise = bytes.fromhex(sys.argv[4]) * 2048
info = f"{name}-1.0.dist-info"
with zipfile.ZipFile(f"{folder}/{name}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
    for at in range(megabytes // 64):
        with z.open(f"{name}/data_{at}.bin", "w", force_zip64=True) as f:
            for block in range(64):
                f.write(os.urandom(1 << 19) + noise[: 1 << 19])
    z.writestr(f"{name}/__init__.py", "")
    z.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n")
    z.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: bench\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    z.writestr(f"{info}/RECORD", "")
`;

/** An index on the loopback address with `count` wheels that unpack to 512 MiB each. */
export async function startLargeIndex(folder: string, count: number) {
  await mkdir(folder, { recursive: true });
  const names = Array.from({ length: count }, (_, at) => `large${at}`);
  for (const name of names)
    await runTool("python3", ["-c", WRITE, folder, name, "512", randomBytes(256).toString("hex")]);
  const server = createServer((request, response) => {
    const { url = "" } = request;
    const name = /^\/simple\/([^/]+)\/?$/.exec(url)?.[1];
    if (name !== undefined && names.includes(name)) {
      const file = `${name}-1.0-py3-none-any.whl`;
      response.setHeader("content-type", "text/html");
      return response.end(`<a href="/files/${file}">${file}</a>`);
    }
    const file = /^\/files\/(large\d+-1\.0-py3-none-any\.whl)$/.exec(url)?.[1];
    if (file !== undefined) return createReadStream(join(folder, file)).pipe(response);
    return response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, packages: names, close };
}
