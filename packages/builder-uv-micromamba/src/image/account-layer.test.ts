import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RUNTIME_USER } from "@imagespec/core/builder";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inspectedBase, tarOf } from "../base/fixtures/inspected-base.ts";
import { type TarEntry, textFile } from "../layer/tar-entry.ts";
import { accountLayer, imageAccount } from "./account-layer.ts";

const STEP = RUNTIME_USER;
const ROOT_LINE = "root:x:0:0::/root:/bin/sh\n";
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "account-layer-"));
});
afterEach(() => rm(root, { recursive: true }));

async function layerOver(base: TarEntry[], path?: string): Promise<Map<string, string>> {
  const inspector = await inspectedBase(root, await tarOf(base));
  const account = await imageAccount(STEP, inspector);
  const layer = await accountLayer({ step: STEP, account, inspector, baseName: "base:1", path });
  const entries = new Map<string, string>();
  for await (const entry of layer?.entries(new AbortController().signal) ?? [])
    entries.set(entry.path, entry.type === "file" ? Buffer.from(entry.content as Uint8Array).toString() : entry.type);
  return entries;
}
const link = (path: string, to: string): TarEntry => ({ type: "symlink", path, link: to, uid: 0, gid: 0 });

describe("accountLayer", () => {
  it("adds a line to the files that /etc/passwd and /etc/group lead to", async () => {
    const entries = await layerOver([
      link("etc/passwd", "/usr/lib/accounts/passwd.db"),
      link("etc/group", "../usr/lib/accounts/groups"),
      textFile("usr/lib/accounts/passwd.db", ROOT_LINE),
      textFile("usr/lib/accounts/groups", "root:x:0:\n"),
    ]);
    expect(entries.get("usr/lib/accounts/passwd.db")).toBe(
      `${ROOT_LINE}flytekit:x:1000:1000::/home/flytekit:/bin/sh\n`,
    );
    expect(entries.get("usr/lib/accounts/groups")).toBe("root:x:0:\nflytekit:x:1000:\n");
    expect(entries.has("etc/passwd")).toBe(false);
  });

  it("writes a file that has another name beside that name, which stays as it is", async () => {
    const entries = await layerOver([
      textFile("etc/accounts", ROOT_LINE),
      { type: "hardlink", path: "etc/passwd", link: "etc/accounts", uid: 0, gid: 0 },
    ]);
    expect(entries.get("etc/passwd")).toBe(`${ROOT_LINE}flytekit:x:1000:1000::/home/flytekit:/bin/sh\n`);
    expect(entries.has("etc/accounts")).toBe(false);
  });

  it("writes plain files where they are, with their folder", async () => {
    const entries = await layerOver([textFile("etc/passwd", ROOT_LINE)]);
    expect([...entries.keys()]).toEqual(["etc", "etc/group", "etc/passwd", "home", "home/flytekit", "root"]);
    expect(entries.get("etc/group")).toBe("flytekit:x:1000:\n");
  });

  it("keeps PATH in login shells", async () => {
    const entries = await layerOver(
      [textFile("etc/profile.d/x.sh", ""), textFile("etc/passwd", ROOT_LINE)],
      "/o'x/bin:/bin",
    );
    expect(entries.get("etc/profile.d/imagespec.sh")).toBe("export PATH='/o'\\''x/bin:/bin'\n");
    expect(entries.get("etc/profile.d")).toBe("directory");
  });

  it.each([
    link("home", "var/home"),
    link("home/flytekit", "/data"),
    textFile("home/flytekit", ""),
    link("root", "/data"),
  ])("leaves a base whose /$path is $type to other builders", async (entry) => {
    await expect(layerOver([textFile("etc/passwd", ROOT_LINE), entry])).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: `/${entry.path} of base:1 is not a plain folder, which a layer cannot write into`,
    });
  });
});
