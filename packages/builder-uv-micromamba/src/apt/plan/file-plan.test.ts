import { describe, expect, it } from "vitest";
import { debianBase } from "../fixtures/debian-base.ts";
import type { PlannedFile } from "./file-plan.ts";
import { target } from "./file-plan.ts";

const file: PlannedFile = { type: "file", mode: 0o644, uid: 0, gid: 0, size: 1 };
const folder: PlannedFile = { ...file, type: "directory", mode: 0o755, size: 0 };
/** A base whose programs lie in /usr, as all of Debian's do. */
const merged = () =>
  debianBase({
    bin: { link: "usr/bin" },
    "usr/bin/sh": "",
    "etc/loop-a": { link: "loop-b" },
    "etc/loop-b": { link: "loop-a" },
    "srv/data": { link: "../var/data" },
    "var/data/kept": "",
  }).plan;

describe("FilePlan", () => {
  it("puts a file where links of the base lead", async () => {
    const plan = merged();
    expect(await plan.add("bin/tool", file, "tool")).toBe("usr/bin/tool");
    expect(await plan.add("srv/data/new", file, "tool")).toBe("var/data/new");
    expect([...plan.planned.keys()]).toEqual(["usr/bin/tool", "var/data/new"]);
    expect((await plan.resolve("/bin/tool"))?.path).toBe("usr/bin/tool");
  });

  it("follows links that are planned themselves", async () => {
    const plan = merged();
    await plan.add("usr/lib", folder, "a");
    await plan.add("lib", { ...file, type: "symlink", link: "usr/lib" }, "a");
    expect(await plan.add("lib/libx.so", file, "a")).toBe("usr/lib/libx.so");
  });

  it("keeps folders of the base, also behind a link, and refuses one where a file is", async () => {
    const plan = merged();
    await plan.add("bin", folder, "a");
    await plan.add("usr/bin", folder, "a");
    expect(plan.planned.size).toBe(0);
    await expect(plan.add("usr/bin/sh", folder, "a")).rejects.toThrow("a has the folder /usr/bin/sh where a file is");
  });

  it("refuses by name what would replace a file, and what lies where the image's own files are", async () => {
    const plan = merged();
    await expect(plan.add("bin/sh", file, "dash")).rejects.toThrow("dash has /usr/bin/sh, which is there already");
    for (const path of ["root/.profile", "opt/tool", "dev/null"])
      await expect(plan.add(path, file, "a")).rejects.toThrow("where the image's own files are");
    await expect(plan.add("etc/loop-a/x", file, "a")).rejects.toThrow("circle of links");
  });

  it("forgets what is removed, and says how the folders of planned files are", async () => {
    const plan = merged();
    await plan.put("/var/data/kept", { type: "removed", mode: 0 });
    expect(await plan.get("var/data/kept")).toBeUndefined();
    expect(await plan.add("var/data/kept", file, "a")).toBe("var/data/kept");
    await plan.add("var/mail", { ...folder, mode: 0o2775, gid: 8 }, "a");
    expect(await plan.folderOf("var/mail")).toEqual({ mode: 0o2775, uid: 0, gid: 8 });
    expect(await plan.folderOf("nowhere")).toEqual({ mode: 0o755, uid: 0, gid: 0 });
  });
});

it("reads where a link leads", () => {
  expect(target("usr/lib/libx.so", "libx.so.1")).toBe("usr/lib/libx.so.1");
  expect(target("usr/lib/x", "../../etc/./x")).toBe("etc/x");
  expect(target("usr/lib/x", "/etc/x")).toBe("etc/x");
  expect(target("x", "../../x")).toBe("x");
});
