import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { standInPython } from "./stand-in-python.ts";

it("tells that no program can be started where it lies", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "stand-in-"));
  try {
    const python = await standInPython(scratch, "/usr/bin/python3");
    await python.checkPlace();
    // As on a file system that is mounted noexec, also for root.
    await chmod(python.path, 0o644);
    await expect(python.checkPlace()).rejects.toMatchObject({
      code: "E_CACHE",
      message: expect.stringContaining(scratch),
      hint: expect.stringContaining("noexec"),
    });
  } finally {
    await rm(scratch, { recursive: true });
  }
});
