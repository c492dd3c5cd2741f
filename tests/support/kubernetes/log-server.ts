import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";

export interface LogServer {
  port: number;
  server: Server;
}

/** The part of a kubelet that the API server asks for logs: `/containerLogs/NAMESPACE/POD/CONTAINER`. */
export async function startLogServer(
  docker: Docker,
  containerOf: (pod: string) => Docker.Container | undefined,
): Promise<LogServer> {
  const server = createServer(certificate(), (request, response) => {
    const url = new URL(request.url ?? "/", "https://node");
    const [, , , pod = ""] = url.pathname.split("/");
    const container = containerOf(pod);
    if (container === undefined) return void response.writeHead(404).end("no such container");
    const follow = url.searchParams.get("follow") === "true";
    response.writeHead(200, { "content-type": "text/plain" });
    response.flushHeaders();
    container
      .logs({ follow: true, stdout: true, stderr: true, ...(follow ? {} : { until: Math.ceil(Date.now() / 1000) }) })
      .then((stream) => {
        docker.modem.demuxStream(stream, response, response);
        for (const event of ["end", "close"]) stream.once(event, () => response.end());
      })
      .catch(() => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "stand-in-tls-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=stand-in"];
    execFileSync("openssl", [...request, "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
