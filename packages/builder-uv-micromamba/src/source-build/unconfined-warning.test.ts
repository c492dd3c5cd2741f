import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { findSandbox } from "./sandbox.ts";
import { unconfinedWarning } from "./unconfined-warning.ts";

const folder = await mkdtemp(join(tmpdir(), "unconfined-"));
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

it("says why there is no sandbox, what is seen without one, and what helps", async () => {
  await writeFile(
    join(folder, "unshare"),
    "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n",
  );
  await chmod(join(folder, "unshare"), 0o755);
  vi.stubEnv("PATH", folder);
  const limits = { read: [], write: folder, root: folder, cwd: folder };
  const found = await findSandbox(limits, new AbortController().signal);
  const reasons = [
    "bwrap (bubblewrap) is not installed",
    "unshare (user namespaces) fails: unshare: unshare failed: Operation not permitted",
  ];
  expect(found).toEqual({ sandbox: undefined, reasons });
  const { message, hint } = unconfinedWarning(reasons, { username: "ann", homedir: "/home/ann" });
  for (const part of [...reasons, "whatever ann can", "/home/ann", "the network", "processes"])
    expect(message).toContain(part);
  for (const part of ["Install bubblewrap", "user.max_user_namespaces", "sourceDistributions"])
    expect(hint).toContain(part);
});
