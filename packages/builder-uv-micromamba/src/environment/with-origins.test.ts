import { expect, it } from "vitest";
import type { BaseInspector } from "../base/base-inspector.ts";
import { FileTree } from "../base/file-tree.ts";
import type { LayerEntry } from "../base/scan-layer.ts";
import { withOrigins } from "./with-origins.ts";

it("reads the origins of what wheels may replace, as far as they are still there", async () => {
  const entry = (type: LayerEntry["type"]): LayerEntry => ({ type, mode: 0o755, uid: 0, gid: 0 });
  const path = (name: string) => `opt/venv/lib/python3.11/site-packages/${name}-1.0.dist-info/direct_url.json`;
  const layer = (...files: string[]) => {
    const folders = files.flatMap((file) => file.split("/").map((_, at, parts) => parts.slice(0, at).join("/")));
    const entries = [...folders.map((one) => [one, entry("directory")]), ...files.map((one) => [one, entry("file")])];
    return async () => ({ entries: Object.fromEntries(entries) as Record<string, LayerEntry> });
  };
  // Of the layers the upper one takes one file out.
  const gone = path("b").replace("direct_url.json", ".wh.direct_url.json");
  const tree = new FileTree([layer(gone), layer(path("a"), path("b"), path("c"))]);
  const contents = async (paths: readonly string[]) => new Map(paths.map((one) => [one, Buffer.from(`of ${one}`)]));
  const environment = {
    kind: "venv" as const,
    prefix: "/opt/venv",
    python: { path: "", minor: "3.11", version: undefined },
    distributions: ["a", "b", "c"].map((name) => ({ name, version: "1.0", info: `${name}-1.0.dist-info` })),
  };
  const wheels = [{ name: "A" }, { name: "b" }];
  const found = await withOrigins(environment, wheels, { tree, contents } as unknown as BaseInspector);
  expect(found.map((one) => one.origin)).toEqual([`of ${path("a")}`, undefined, undefined]);
});
