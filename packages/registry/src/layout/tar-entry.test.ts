import { extract } from "tar-stream";
import { expect, it } from "vitest";
import { TAR_END, tarEntry } from "./tar-entry.ts";

async function headerOf(name: string, size: number) {
  const [header] = await Array.fromAsync(tarEntry(name, size, []));
  const reader = extract();
  const read = new Promise((resolve, reject) => {
    reader.on("entry", (found) => resolve(found));
    reader.on("error", reject);
  });
  reader.write(header);
  return read;
}

it.each([0, 1, 511, 512, 8 * 2 ** 30 - 1, 8 * 2 ** 30, 5e13])("states a size of %d bytes", async (size) => {
  const name = `blobs/sha256/${"a".repeat(64)}`;
  expect(await headerOf(name, size)).toMatchObject({ name, size, mode: 0o644, uid: 0, gid: 0, type: "file" });
});

it("fills whole blocks", async () => {
  for (const size of [0, 1, 512, 513]) {
    const tar = Buffer.concat([...(await Array.fromAsync(tarEntry("x", size, [Buffer.alloc(size, "y")]))), TAR_END]);
    expect(tar).toHaveLength(512 + Math.ceil(size / 512) * 512 + 1024);
  }
});
