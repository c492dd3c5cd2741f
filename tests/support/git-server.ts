import { execFile, spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type PlannedFile, temporaryFolder } from "./temporary-folder.ts";

/** Git repositories of this process, served by git itself on the loopback address. */
export interface GitServer extends AsyncDisposable {
  /** `http://localhost:PORT/NAME.git` */
  address(name: string): string;
  /** The commit at the head of its branch. */
  commit(name: string): string;
}

const run = promisify(execFile);
const AUTHOR = ["-c", "user.name=ann", "-c", "user.email=ann@example.com"];

/** Serves a repository of one commit for each name. */
export async function startGitServer(
  repositories: Readonly<Record<string, Record<string, PlannedFile>>>,
): Promise<GitServer> {
  const stack = new AsyncDisposableStack();
  const root = stack.use(await temporaryFolder());
  const commits = new Map<string, string>();
  for (const [name, files] of Object.entries(repositories)) {
    await using work = await temporaryFolder(files);
    const git = (...args: string[]) => run("git", [...AUTHOR, ...args], { cwd: work.path });
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", "--all");
    await git("commit", "--quiet", "--message=all");
    commits.set(name, (await git("rev-parse", "HEAD")).stdout.trim());
    await git("clone", "--quiet", "--bare", work.path, join(root.path, `${name}.git`));
  }
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
    const env = {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root.path,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    };
    const backend = spawn("git", ["http-backend"], { env, stdio: ["pipe", "pipe", "inherit"] });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.stdout.on("end", () => answer(Buffer.concat(chunks)));
    const answer = (said: Buffer) => {
      const end = said.indexOf("\r\n\r\n");
      for (const line of said.subarray(0, end).toString().split("\r\n")) {
        const [name = "", value = ""] = line.split(": ");
        if (name === "Status") response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.end(said.subarray(end + 4));
    };
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  stack.defer(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return {
    address: (name) => `http://localhost:${port}/${name}.git`,
    commit: (name) => commits.get(name) ?? "",
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
