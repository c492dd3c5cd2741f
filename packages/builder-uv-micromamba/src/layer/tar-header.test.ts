import { pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import { LAYER_MTIME, type TarEntry, textFile } from "./tar-entry.ts";
import { padding, tarHeader } from "./tar-header.ts";

const folder = "folder/".repeat(14);
const at = { mode: 0o755, uid: 0, gid: 0 };
const ENTRIES: Exclude<TarEntry, { type: "whiteout" }>[] = [
  textFile("a", "x"),
  textFile("a/b.sh", "xyz", 0o755, { uid: 1000, gid: 1000 }),
  textFile(`${folder}ab`, "100 bytes"),
  textFile(`${folder}abc`, "101 bytes"),
  textFile(`${folder}${folder}deep`, "prefix"),
  textFile(`${folder}${folder}${folder}too-deep`, "x"),
  textFile("n".repeat(101), "no slash"),
  textFile("ünïcode", "x"),
  textFile("ids", "x", 0o644, { uid: 0o777777, gid: 0o777777 }),
  textFile("large-ids", "x", 0o644, { uid: 1_000_680_000, gid: 0o1000000 }),
  { type: "directory", path: "d", ...at },
  { type: "directory", path: `${folder}abcdef`, ...at },
  { type: "symlink", path: "s", link: "../to", uid: 0, gid: 0 },
  { type: "symlink", path: "s", link: "ünïcode", uid: 5, gid: 5 },
  { type: "symlink", path: "s", link: "l".repeat(101), uid: 0, gid: 0 },
  { type: "hardlink", path: `${folder}h`, link: `${folder}target`, uid: 0, gid: 0 },
  { ...textFile("nine-gigabytes", ""), size: 9 * 1024 ** 3 },
];

/** What tar-stream, another writer, puts before the content. */
async function theirs(entry: (typeof ENTRIES)[number]): Promise<Buffer> {
  const tar = pack();
  const large = {
    ...(entry.uid > 0o777777 && { uid: `${entry.uid}` }),
    ...(entry.gid > 0o777777 && { gid: `${entry.gid}` }),
  };
  const sink = tar.entry({
    name: entry.type === "directory" ? `${entry.path}/` : entry.path,
    mode: "mode" in entry ? entry.mode : 0o777,
    uid: entry.uid,
    gid: entry.gid,
    mtime: LAYER_MTIME,
    type: entry.type === "hardlink" ? "link" : entry.type,
    ...("link" in entry && { linkname: entry.link }),
    ...(entry.type === "file" && { size: entry.size }),
    ...(Object.keys(large).length > 0 && { pax: large }),
  } as Parameters<typeof tar.entry>[0]);
  sink.on("error", () => {});
  const parts: Buffer[] = [];
  const wanted = tarHeader(entry).length;
  let length = 0;
  for await (const part of tar as unknown as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length >= wanted) break;
  }
  return Buffer.concat(parts);
}

describe("tarHeader", () => {
  it.each(ENTRIES.map((entry) => [`${entry.type} ${entry.path.slice(0, 20)} of ${entry.path.length}`, entry] as const))(
    "writes what tar-stream writes: %s",
    async (_, entry) => expect(tarHeader(entry).equals(await theirs(entry))).toBe(true),
  );

  it("is whole blocks, and padding fills the last one of a content", () => {
    for (const entry of ENTRIES) expect(tarHeader(entry).length % 512).toBe(0);
    expect([0, 1, 511, 512, 513].map(padding)).toEqual([0, 511, 1, 0, 511]);
  });
});
