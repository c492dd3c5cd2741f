import { createServer } from "node:http";
import { normalName } from "@imagespec/core/builder";
import { exchangeOf, type HttpExchange } from "../http-exchange.ts";
import { listen } from "../listen.ts";
import { pythonSource, type SourceOptions } from "./python-source.ts";
import { type PythonDistribution, pythonWheel, type WheelOptions } from "./python-wheel.ts";

/** What an index serves, and to whom. */
export interface PackageIndexOptions {
  /** Those with a `source` are served as source distributions, the others as wheels. */
  packages: readonly (WheelOptions | SourceOptions)[];
  /** Answers 401 without this user and password. */
  user?: { name: string; password: string };
}

/** A Python package index in this process, on the loopback address. */
export interface PackageIndex {
  /** Address of the simple API: `http://localhost:PORT/simple`. */
  readonly url: string;
  /** The wheels and source distributions it serves. */
  readonly distributions: readonly PythonDistribution[];
  readonly exchanges: HttpExchange[];
  /** Serves one more, as when somebody publishes a version. */
  publish(distribution: WheelOptions | SourceOptions): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts an index (PEP 503, with metadata by PEP 658) that holds these packages and no other. */
export async function startPackageIndex(options: PackageIndexOptions): Promise<PackageIndex> {
  const distributions = options.packages.map(distribution);
  const exchanges: HttpExchange[] = [];
  const { user } = options;
  const authorization = user && `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    const exchange = exchangeOf(request);
    const refused = authorization !== undefined && exchange.headers.authorization !== authorization;
    const { status, headers, body } = answer(exchange.path, refused);
    exchanges.push({ ...exchange, bytesOut: body.length, status });
    response.writeHead(status, { "content-length": body.length, ...headers });
    response.end(exchange.method === "HEAD" ? undefined : body);
  });

  function answer(path: string, refused: boolean): { status: number; headers: Record<string, string>; body: Buffer } {
    if (refused) return { status: 401, headers: { "www-authenticate": 'Basic realm="index"' }, body: Buffer.alloc(0) };
    const file = distributions.find(({ filename }) => path === `/files/${filename}`);
    if (file) return { status: 200, headers: { "content-type": "application/octet-stream" }, body: file.bytes };
    const described = distributions.find(({ filename }) => path === `/files/${filename}.metadata`)?.metadata;
    if (described !== undefined) return { status: 200, headers: {}, body: Buffer.from(described) };
    const name = /^\/simple\/([^/]+)\/?$/.exec(path)?.[1];
    const listed = distributions.filter((one) => normalName(one.name) === normalName(name ?? ""));
    if (listed.length === 0) return { status: 404, headers: {}, body: Buffer.from("no such package\n") };
    const links = listed.map(
      ({ filename, sha256, metadata }) =>
        `<a href="/files/${filename}#sha256=${sha256}"${metadata === undefined ? "" : ' data-core-metadata="true"'}>${filename}</a><br>`,
    );
    const page = `<!DOCTYPE html>\n<html><body>\n${links.join("\n")}\n</body></html>\n`;
    return { status: 200, headers: { "content-type": "text/html" }, body: Buffer.from(page) };
  }

  const { host, close } = await listen(server);
  const url = `http://${host}/simple`;
  const publish: PackageIndex["publish"] = (one) => void distributions.push(distribution(one));
  return { url, distributions, exchanges, publish, close, [Symbol.asyncDispose]: close };
}

function distribution(options: WheelOptions | SourceOptions): PythonDistribution {
  return "source" in options ? pythonSource(options) : pythonWheel(options);
}
